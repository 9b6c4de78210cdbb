import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynasec.semantics.item_digest import Digest
from dynasec.semantics.item_encryption import is_encrypted

CARDS = ("4111111111111111", "5555555555554444", "378282246310005")


def head(legend):
    """A head as the SDK writes it, up to its legend and a little more."""
    return {"B": b"\x02\x01" + bytes(32) + len(legend).to_bytes(2, "big") + legend + b"\x00\x01eee"}


def dbe(legend, **attributes):
    return {"pk": {"S": "1"}, "aws_dbe_head": head(legend), "aws_dbe_foot": {"B": b"\xff"}, **attributes}


LEGACY = {"*amzn-ddb-map-desc*": {"B": b"\x00"}, "*amzn-ddb-map-sig*": {"B": b"\xff"}}


def digest(*items, whole=True):
    one = Digest()
    for item in items:
        one.add(item)
    return one.sample(whole=whole)


@pytest.mark.parametrize(
    ("item", "encrypted"),
    [
        (dbe(b"ses"), True),
        (dbe(b"e"), True),
        (dbe(b"ssc"), False),  # signed only
        (dbe(b""), False),
        ({**dbe(b"e"), "aws_dbe_head": {"S": "e" * 99}}, False),
        ({**dbe(b"e"), "aws_dbe_head": {"B": b"\x02"}}, False),
        ({"pk": {"S": "1"}, "aws_dbe_head": head(b"e")}, False),
        ({"pk": {"S": "1"}, "note": {"B": b"\xfe"}, **LEGACY}, True),
        ({"pk": {"S": "1"}, "note": {"S": "clear"}, **LEGACY}, False),
        ({"pk": {"S": "1"}, "note": {"B": b"\xfe"}}, False),
    ],
)
def test_an_item_is_encrypted_where_its_marks_say_so(item, encrypted):
    assert is_encrypted(item) is encrypted
    assert digest(item).encrypted == int(encrypted)


@pytest.mark.parametrize(
    "value",
    [
        {"S": "card 4111 1111 1111 1111"},
        {"N": "4111111111111111"},
        {"SS": ["x", "4111111111111111"]},
        {"NS": ["1", "4111111111111111"]},
        {"B": b"4111111111111111"},
        {"BS": [b"4111111111111111"]},
        {"L": [{"M": {"deep": {"S": "4111111111111111"}}}]},
        {"M": {"4111111111111111": {"BOOL": True}}},
    ],
)
def test_an_identifier_is_seen_wherever_it_is_and_not_kept(value):
    found = digest({"a": value, "n": {"NULL": True}})
    (seen,) = found.sightings
    assert (seen.attribute, seen.kind, seen.shaped, seen.valid) == ("a", "payment card number", 1, 1)
    assert "4111" not in found.model_dump_json().replace(" ", "")


def test_a_name_that_is_an_identifier_is_not_kept_either():
    found = digest({"card 4111111111111111": {"S": "x"}})
    assert [one.attribute for one in found.sightings] == ["(an attribute whose name is one)"]
    assert "4111" not in found.model_dump_json()


def test_one_number_may_be_chance_and_three_are_not():
    assert [one.certain for one in digest({"a": {"S": CARDS[0]}}).sightings] == [False]
    assert [one.certain for one in digest(*({"a": {"S": card}} for card in CARDS)).sightings] == [True]


def test_numbers_that_pass_one_time_in_ten_are_chance():
    made_up = [{"a": {"N": str(4_000_000_000_000_000 + 7_919 * number)}} for number in range(200)]
    (seen,) = digest(*made_up).sightings
    assert seen.valid > 3
    assert seen.shaped == 200
    assert not seen.certain


def test_bytes_that_are_no_text_are_opaque_unless_a_client_encrypted_the_item():
    blob = {"B": b"\x1f\x8b\x00\xff"}
    assert digest({"zip": blob}).opaque == ("zip",)
    assert digest({"zip": {"L": [{"BS": [b"\x00\x01"]}]}}).opaque == ("zip",)
    assert digest(dbe(b"e", zip=blob)).opaque == ()
    assert digest({"zip": {"B": "Füße\n".encode()}}).opaque == ()


@pytest.mark.parametrize("value", [{}, {"S": "x", "N": "1"}, {"X": "y"}])
def test_what_is_no_item_is_an_error(value):
    with pytest.raises(ValueError, match="type"):
        digest({"a": value})


@given(st.lists(st.text(max_size=30), max_size=5), st.booleans())
def test_items_are_counted(texts, whole):
    found = digest(*({"a": {"S": text}} for text in texts), whole=whole)
    assert (found.items, found.whole, found.encrypted) == (len(texts), whole, 0)
    assert found.suffices is whole


def test_more_bytes_than_the_client_encrypted_are_opaque_too():
    blob = {"B": b"\x1f\x8b\x00\xff"}
    assert digest(dbe(b"es", zip=blob, photo=blob)).opaque == ("photo", "zip")
    assert digest(dbe(b"ee", zip=blob, photo=blob)).opaque == ()
    assert digest({"pk": {"S": "1"}, "zip": blob, **LEGACY}).opaque == ("zip",)
