import pytest

from dynasec.semantics.identifiers import IDENTIFIERS, identifiers_in


def found(text):
    return [(one.kind, valid) for one, valid in identifiers_in(text)]


CARD = "payment card number"
VALID = [
    (CARD, "4111111111111111"),
    (CARD, "card 4111 1111 1111 1111."),
    (CARD, '{"pan":"5555-5555-5555-4444"}'),
    (CARD, "2223003122003222"),
    (CARD, "378282246310005"),
    (CARD, "3782 822463 10005"),
    (CARD, "6011111111111117"),
    (CARD, "3530111333300000"),
    (CARD, "30569309025904"),
    (CARD, "6200000000000005"),
    ("IBAN", "DE89370400440532013000"),
    ("IBAN", "to GB29 NWBK 6016 1331 9268 19, please"),
    ("private key", "x -----BEGIN RSA PRIVATE KEY-----\nMII"),
    ("private key", "-----BEGIN PRIVATE KEY-----"),
    ("AWS access key id", "AKIAIOSFODNN7EXAMPLE"),
    ("US social security number", "536-90-4399"),
    ("Italian codice fiscale", "RCCMNL83S18D969H"),
    ("French NIR", "2 95 10 99 126 111 93"),
    ("Spanish DNI or NIE", "54362315K"),
    ("Spanish DNI or NIE", "X2482300W"),
    ("Brazilian CPF", "390.533.447-05"),
    ("Aadhaar number", "2341 2341 2346"),
    ("Chinese resident identity number", "360426199101010071"),
]


@pytest.mark.parametrize(("kind", "text"), VALID)
def test_it_is_found(kind, text):
    assert (kind, True) in found(text)


def test_every_kind_has_an_example():
    assert {kind for kind, _ in VALID} == {one.kind for one in IDENTIFIERS}


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111112",
        "4111 1111 1111 1112",
        "DE89370400440532013001",
        "666-90-4399",
        "RCCMNL83S18D969A",
        "390.533.447-06",
        "360426199101010072",
    ],
)
def test_wrong_check_digits_have_the_shape_alone(text):
    assert found(text)
    assert not any(valid for _, valid in found(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "41111111111111111111",  # longer than any card number
        "a4111111111111111",
        "4111111111111111b",
        "0.4111111111111111",
        "4111111111111111.5",
        "c56a4180-4111-1111-1111-111111111111",
        "1700000000000",  # milliseconds since 1970
        "1700000000000000",
        "2026-01-15T12:00:00Z",
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----",
        "-----BEGIN PUBLIC KEY-----",
        "AKIASHORT",
        "tok_4111",
        "٤١١١١١١١١١١١١١١١",  # digits, but not those of any card
    ],
)
def test_other_text_has_no_shape_of_any(text):
    assert found(text) == []
