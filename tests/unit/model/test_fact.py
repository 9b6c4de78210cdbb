import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynasec.model.fact import (
    MALFORMED,
    NOT_COLLECTED,
    Fact,
    Gap,
    Gaps,
    Listing,
    Unknown,
    malformed,
    unlisted,
    unread,
)
from dynasec.model.table import Sse, TableDescription

DENIED = Gap("dynamodb:DescribeTable", "AccessDeniedException", "not authorized", "us-east-1")
OTHER = Gap("kms:DescribeKey", "AccessDeniedException")


def test_a_gap_cannot_be_mistaken_for_a_value():
    with pytest.raises(Unknown) as caught:
        Fact(gap=DENIED).known()
    assert caught.value.gaps == (DENIED,)


def test_a_gap_hides_even_a_value_beside_it():
    with pytest.raises(Unknown):
        Fact("on", gap=DENIED).known()


def test_none_is_an_observation():
    assert Fact(None).observed
    assert Fact(None).known() is None


@pytest.mark.parametrize("value", [False, 0, "", ()])
def test_what_is_falsy_is_still_known(value):
    assert Fact(value).known() == value


def test_map_applies_to_what_was_observed():
    assert Fact({"Count": 3}).map(lambda raw: raw["Count"], "svc:Op") == Fact(3)
    assert Fact(None).map(str, "svc:Op") == Fact("None")


def test_map_keeps_a_gap_and_never_parses_it():
    def parse(_):
        raise AssertionError

    assert Fact(gap=DENIED).map(parse, "svc:Op") == Fact(gap=DENIED)


@pytest.mark.parametrize(
    "parse",
    [
        lambda raw: raw["absent"],
        lambda raw: raw["list"][0],
        lambda raw: int(raw["text"]),
        lambda raw: raw["text"].missing,
        lambda raw: raw["text"] + 1,
        lambda raw: len(raw["list"]) / 0,
        TableDescription.model_validate,
        lambda raw: Sse(status=raw),
    ],
)
def test_what_cannot_be_parsed_is_a_gap(parse):
    fact = Fact({"text": "x", "list": []}).map(parse, "svc:Op")
    assert fact.gap is not None
    assert (fact.gap.operation, fact.gap.code) == ("svc:Op", MALFORMED)


def test_a_nesting_too_deep_is_a_gap():
    def parse(raw):
        return parse(raw)

    assert Fact({}).map(parse, "svc:Op").gap.code == MALFORMED


def test_a_fact_that_misses_another_has_the_others_gap():
    assert Fact({}).map(lambda _: Fact(gap=OTHER).known(), "svc:Op") == Fact(gap=OTHER)


def test_a_defect_of_the_program_is_not_swallowed():
    def parse(_):
        raise NotImplementedError

    with pytest.raises(NotImplementedError):
        Fact({}).map(parse, "svc:Op")


def test_the_gap_of_a_missing_member_names_it():
    gap = Fact({"TableName": "x", "TableArn": "y"}).map(TableDescription.model_validate, "svc:Op").gap
    assert "TableStatus" in gap.message


@given(st.text())
def test_a_gap_is_one_line_of_bounded_length(text):
    gap = malformed("svc:Op", text)
    assert len(gap.message) <= 300
    assert len(gap.message.splitlines()) <= 1


def test_nobody_asked_yet():
    assert unread("svc:Op").gap.code == NOT_COLLECTED
    assert unlisted("svc:Op").gap.code == NOT_COLLECTED


def test_a_listing_is_complete_or_unknown():
    assert Listing((1, 2)).complete() == (1, 2)
    assert Listing().complete() == ()
    with pytest.raises(Unknown) as caught:
        Listing((1,), DENIED).complete()
    assert caught.value.gaps == (DENIED,)


def test_unknown_reads_well():
    assert str(Unknown(DENIED, OTHER)) == (
        "dynamodb:DescribeTable: AccessDeniedException, kms:DescribeKey: AccessDeniedException"
    )


def test_gaps_settle_only_where_everything_was_read():
    gaps = Gaps()
    assert gaps.of(Fact(1)) == 1
    assert gaps.items(Listing((1, 2))) == (1, 2)
    gaps.settle()


def test_gaps_are_gathered_and_told_together():
    gaps = Gaps()
    assert gaps.of(Fact(gap=DENIED)) is None
    assert gaps.items(Listing((1,), OTHER)) == (1,)
    with pytest.raises(Unknown) as caught:
        gaps.settle()
    assert caught.value.gaps == (DENIED, OTHER)


def test_gaps_begin_empty_each_time():
    Gaps().of(Fact(gap=DENIED))
    Gaps().settle()
