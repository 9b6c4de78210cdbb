"""Condition operators: two-valued on a known context, three-valued on a partly known one."""

import pytest

from dynasec.iam.conditions import Condition, Gap, Knowledge, describe, evaluate, judge, judge_all, resolve
from dynasec.iam.matching import ANYTHING, Pattern
from dynasec.iam.ternary import Ternary, all_of, any_of

TRUE, FALSE, UNKNOWN = Ternary.TRUE, Ternary.FALSE, Ternary.UNKNOWN


def test_logic() -> None:
    assert all_of([]) is TRUE
    assert any_of([]) is FALSE
    assert all_of([TRUE, UNKNOWN, FALSE]) is FALSE
    assert all_of([TRUE, UNKNOWN]) is UNKNOWN
    assert any_of([FALSE, UNKNOWN]) is UNKNOWN
    assert any_of([UNKNOWN, TRUE]) is TRUE
    assert [each.negated() for each in (TRUE, FALSE, UNKNOWN)] == [FALSE, TRUE, UNKNOWN]


def condition(operator: str, *values: str, key: str = "my:Key", variables: bool = True) -> Condition:
    return Condition(resolve(operator), key, values, variables)


@pytest.mark.parametrize(
    ("operator", "wanted", "actual", "expected"),
    [
        ("StringEquals", ("a", "b"), "b", True),
        ("StringEquals", ("a*",), "ab", False),
        ("StringEquals", ("a",), "A", False),
        ("stringequals", ("a",), "a", True),
        ("StringNotEquals", ("a", "b"), "b", False),
        ("StringNotEquals", ("a", "b"), "c", True),
        ("StringEqualsIgnoreCase", ("aB",), "Ab", True),
        ("StringNotEqualsIgnoreCase", ("aB",), "Ab", False),
        ("StringLike", ("a*z", "q"), "abcz", True),
        ("StringLike", ("A*",), "abc", False),
        ("StringLike", ("a${*}",), "ab", False),
        ("StringNotLike", ("a*",), "abc", False),
        ("NumericEquals", ("10",), "10.0", True),
        ("NumericNotEquals", ("10",), "11", True),
        ("NumericLessThan", ("10",), "9", True),
        ("NumericLessThan", ("10",), "10", False),
        ("NumericLessThanEquals", ("10",), "10", True),
        ("NumericGreaterThan", ("-1",), "0", True),
        ("NumericGreaterThanEquals", ("5",), "4.99", False),
        ("NumericEquals", ("10",), "ten", False),
        ("NumericEquals", ("ten",), "10", False),
        ("NumericNotEquals", ("ten",), "10", True),
        ("DateLessThan", ("2026-01-01T00:00:00Z",), "2025-12-31T23:59:59Z", True),
        ("DateGreaterThan", ("2026-01-01",), "2026-01-01T00:00:01+00:00", True),
        ("DateEquals", ("1767225600",), "2026-01-01T00:00:00Z", True),
        ("DateNotEquals", ("2026",), "2026-01-01T00:00:00Z", False),
        ("DateLessThanEquals", ("2026-01",), "2026-01-01T01:00:00+01:00", True),
        ("DateGreaterThanEquals", ("x",), "2026-01-01", False),
        ("DateEquals", ("999999999999",), "2026-01-01", False),
        ("Bool", ("true",), "True", True),
        ("Bool", ("false",), "true", False),
        ("BinaryEquals", ("AQID",), "AQID", True),
        ("BinaryEquals", ("AQID",), "!", False),
        ("IpAddress", ("10.0.0.0/8", "192.0.2.1"), "10.1.2.3", True),
        ("IpAddress", ("192.0.2.1",), "192.0.2.2", False),
        ("IpAddress", ("2001:db8::/32",), "2001:db8::1", True),
        ("IpAddress", ("0.0.0.0/0",), "2001:db8::1", False),
        ("NotIpAddress", ("10.0.0.0/8",), "11.0.0.1", True),
        ("ArnLike", ("arn:aws:iam::*:role/*",), "arn:aws:iam::111122223333:role/a/b", True),
        ("ArnEquals", ("arn:aws:iam::111122223333:role/a*",), "arn:aws:iam::111122223333:role/ab", True),
        ("ArnLike", ("arn:aws:*:role/x",), "arn:aws:iam::111122223333:role/x", False),
        ("ArnLike", ("arn:aws:s*:::b",), "arn:aws:iam::1:b", False),
        ("ArnLike", ("*",), "arn:aws:iam::111122223333:role/x", True),
        ("ArnNotLike", ("arn:aws:iam::*:role/x",), "arn:aws:iam::1:role/y", True),
        ("ArnNotEquals", ("arn:aws:iam::1:role/y",), "arn:aws:iam::1:role/y", False),
        ("Null", ("true",), "x", False),
        ("Null", ("false",), "x", True),
    ],
)
def test_operators_on_a_present_key(
    operator: str, wanted: tuple[str, ...], actual: str, *, expected: bool
) -> None:
    assert evaluate(condition(operator, *wanted), {"my:key": (actual,)}) is expected


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("StringEquals", False),
        ("StringNotEquals", True),
        ("StringEqualsIfExists", True),
        ("StringNotEqualsIfExists", True),
        ("ForAllValues:StringEquals", True),
        ("ForAllValues:StringNotEquals", True),
        ("ForAnyValue:StringEquals", False),
        ("ForAnyValue:StringNotEquals", False),
        ("ForAnyValue:StringEqualsIfExists", True),
        ("Bool", False),
        ("IpAddress", False),
        ("NotIpAddress", True),
        ("ArnLike", False),
        ("NumericLessThanIfExists", True),
    ],
)
def test_a_missing_key(operator: str, *, expected: bool) -> None:
    assert evaluate(condition(operator, "x"), {}) is expected
    assert evaluate(condition(operator, "x"), {"my:key": ()}) is expected


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("ForAllValues:StringEquals", ("a", "b"), True),
        ("ForAllValues:StringEquals", ("a", "c"), False),
        ("ForAnyValue:StringEquals", ("c", "b"), True),
        ("ForAnyValue:StringEquals", ("c", "d"), False),
        ("ForAllValues:StringNotEquals", ("c", "d"), True),
        ("ForAllValues:StringNotEquals", ("a", "d"), False),
        ("ForAnyValue:StringNotEquals", ("a", "d"), True),
        ("ForAnyValue:StringNotEquals", ("a", "b"), False),
        ("StringEquals", ("c", "b"), True),
        ("StringNotEquals", ("c", "b"), False),
    ],
)
def test_several_values(operator: str, values: tuple[str, ...], *, expected: bool) -> None:
    assert evaluate(condition(operator, "a", "b"), {"my:key": values}) is expected


def test_null_on_a_missing_key() -> None:
    assert evaluate(condition("Null", "true"), {})
    assert not evaluate(condition("Null", "false"), {})


def test_variables_are_resolved_from_the_context() -> None:
    wanted = condition("StringLike", "${aws:username}-*")
    assert evaluate(wanted, {"my:key": ("ann-1",), "aws:username": ("ann",)})
    assert not evaluate(wanted, {"my:key": ("ann-1",)})
    assert not evaluate(condition("StringLike", "${aws:username}-*", variables=False), {"my:key": ("ann-1",)})
    assert evaluate(condition("StringNotEquals", "${aws:username}"), {"my:key": ("ann",)})


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("StringEquals", "x", UNKNOWN),
        ("StringLike", "*", UNKNOWN),  # present or not?
        ("StringLikeIfExists", "*", TRUE),
        ("ForAllValues:StringLike", "*", TRUE),
        ("StringNotLike", "*", UNKNOWN),
        ("ForAnyValue:StringNotLike", "*", FALSE),
        ("Null", "true", UNKNOWN),
        ("Bool", "true", UNKNOWN),
    ],
)
def test_an_unknown_key(operator: str, value: str, expected: Ternary) -> None:
    assert judge(condition(operator, value), Knowledge()) is expected


def test_null_wanting_both_decides_nothing_and_holds() -> None:
    assert judge(condition("Null", "true", "false"), Knowledge()) is TRUE


def test_a_key_of_which_only_the_shape_is_known() -> None:
    context = Knowledge({"my:key": (Pattern.of("arn:aws:iam::444455556666:*"),)})
    assert judge(condition("ArnLike", "arn:aws:iam::*:*"), context) is TRUE
    assert judge(condition("ArnLike", "arn:aws:iam::444455556666:role/x"), context) is UNKNOWN
    assert judge(condition("ArnNotLike", "arn:aws:iam::111122223333:*"), context) is TRUE
    assert judge(condition("StringEqualsIgnoreCase", "X"), Knowledge({"my:key": (ANYTHING,)})) is UNKNOWN
    assert judge(condition("IpAddress", "0.0.0.0/0"), Knowledge({"my:key": (ANYTHING,)})) is UNKNOWN
    assert judge(condition("StringEquals", "${my:Other}"), Knowledge({"my:key": ("x",)})) is UNKNOWN


def test_no_values_at_all_and_unreadable_ones_are_undecided() -> None:
    assert judge(condition("StringEquals"), Knowledge({"my:key": ("x",)})) is UNKNOWN
    assert judge(condition("StringEquals"), Knowledge(absent=frozenset({"my:key"}))) is UNKNOWN
    assert judge(condition("Null"), Knowledge()) is UNKNOWN
    assert judge(condition("Null", "perhaps"), Knowledge({"my:key": ("x",)})) is UNKNOWN
    assert judge(condition("NumericLessThan", "ten"), Knowledge({"my:key": ("1",)})) is UNKNOWN


def test_conditions_are_anded() -> None:
    context = Knowledge({"my:key": ("x",)})
    assert judge_all((condition("StringEquals", "x"), condition("Null", "false")), context) is TRUE
    assert judge_all((condition("StringEquals", "x"), condition("Bool", "true", key="b")), context) is UNKNOWN


def test_knowledge_can_be_changed() -> None:
    known = Knowledge({"a": ("1",)}).updated(b=("2",), c=Gap.ABSENT)
    assert [known.find(key) for key in ("A", "b", "c", "d")] == [("1",), ("2",), Gap.ABSENT, Gap.UNKNOWN]
    assert known.updated(c=Gap.UNKNOWN, a=Gap.UNKNOWN).find("a") is Gap.UNKNOWN
    with pytest.raises(ValueError, match="unknown"):
        Knowledge(otherwise=Gap.ABSENT).updated(a=Gap.UNKNOWN)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (condition("StringEquals", "a", "b"), "my:Key is a or b"),
        (condition("ForAllValues:StringLike", "a"), "every value of my:Key is like a, or there is none"),
        (condition("ForAnyValue:StringLike", "a"), "some value of my:Key is like a"),
        (condition("BoolIfExists", "true"), "my:Key is true (only where the key exists)"),
        (condition("Null", "false"), "my:Key is present"),
        (condition("Null", "true"), "my:Key is absent"),
        (condition("StringEquals", *"abcdefg"), "my:Key is a or b or c or d or e or 2 more"),
    ],
)
def test_words(entry: Condition, words: str) -> None:
    assert describe(entry) == words


@pytest.mark.parametrize(("operator", "wanted"), [("IpAddress", "10.0.0.0/99"), ("DateEquals", "2" * 100)])
def test_unreadable_policy_values_match_nothing_and_decide_nothing(operator: str, wanted: str) -> None:
    assert not evaluate(condition(operator, wanted), {"my:key": ("10.0.0.1",)})
    assert judge(condition(operator, wanted), Knowledge({"my:key": ("10.0.0.1",)})) is UNKNOWN
