"""EventBridge event patterns, operator by operator."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from dynasec.semantics.event_pattern import MalformedPattern, parse
from tests.support.bounded import bounded

MISSING = object()


def matches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    return parse(json.dumps(pattern)).matches(event)


def matches_value(conditions: list[Any], value: object) -> bool:
    detail = {} if value is MISSING else {"x": value}
    return matches({"detail": {"x": conditions}}, {"detail": detail, "source": "s"})


@pytest.mark.parametrize(
    ("conditions", "value", "expected"),
    [
        (["a"], "a", True),
        (["a"], "A", False),
        (["a"], "ab", False),
        (["a", "b"], "b", True),
        (["a"], MISSING, False),
        (["a"], None, False),
        (["a"], ["c", "a"], True),
        (["a"], ["c", ["b", ["a"]]], True),
        (["a"], ["c"], False),
        (["a"], [], False),
        (["a"], {"y": "a"}, False),
        ([""], "", True),
        ([""], None, False),
        ([""], MISSING, False),
        ([None], None, True),
        ([None], "", False),
        ([None], "null", False),
        ([None], MISSING, False),
        ([None], [], False),
        ([True], True, True),
        ([True], 1, False),
        ([True], "true", False),
        ([True], False, False),
        ([False], False, True),
        ([False], 0, False),
        ([1], True, False),
        ([0], False, False),
        ([300], 300.0, True),
        ([300.0], 300, True),
        ([300], "300", False),
        (["300"], 300, False),
        ([300], [1, 300], True),
        ([123456789012], 123456789012, True),
        ([123456789012], 123456789012.0, False),
        ([10**30], 1e30, True),
        ([{"exactly": "a"}], "a", True),
        ([{"exactly": "a"}], "b", False),
    ],
)
def test_exact_values(conditions: list[Any], value: object, expected: bool) -> None:  # noqa: FBT001 - a table's column
    assert matches_value(conditions, value) is expected


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ({"prefix": "us-"}, "us-east-1", True),
        ({"prefix": "us-"}, "eu-us-1", False),
        ({"prefix": "us-"}, "US-east-1", False),
        ({"prefix": "us-"}, MISSING, False),
        ({"prefix": "us-"}, None, False),
        ({"prefix": "1"}, 12, False),
        ({"prefix": "us-"}, ["eu", "us-1"], True),
        ({"prefix": ""}, "", True),
        ({"prefix": {"equals-ignore-case": "EventB"}}, "eventbridge", True),
        ({"prefix": {"equals-ignore-case": "EventB"}}, "event", False),
        ({"prefix": {"equals-ignore-case": "i"}}, "\u0130stanbul", False),
        ({"suffix": ".png"}, "a.png", True),
        ({"suffix": ".png"}, "a.PNG", False),
        ({"suffix": ".png"}, ["a.gif"], False),
        ({"suffix": ".png"}, 1, False),
        ({"suffix": {"equals-ignore-case": ".png"}}, "a.PNG", True),
        ({"suffix": {"equals-ignore-case": ".png"}}, MISSING, False),
        ({"equals-ignore-case": "alice"}, "ALICE", True),
        ({"equals-ignore-case": "Alice"}, "alicE", True),
        ({"equals-ignore-case": "alice"}, "alice ", False),
        ({"equals-ignore-case": "true"}, True, False),
        ({"equals-ignore-case": "ss"}, "\u00df", False),
        ({"equals-ignore-case": "alice"}, ["bob", "Alice"], True),
        ({"exists": True}, "a", True),
        ({"exists": True}, None, True),
        ({"exists": True}, False, True),
        ({"exists": True}, MISSING, False),
        ({"exists": True}, {"y": 1}, False),
        ({"exists": True}, [], False),
        ({"exists": True}, [None], True),
        ({"exists": False}, MISSING, True),
        ({"exists": False}, {"y": 1}, True),
        ({"exists": False}, [], True),
        ({"exists": False}, None, False),
        ({"exists": False}, "", False),
        ({"exists": False}, [{"y": 1}, 2], False),
    ],
)
def test_text_operators_and_existence(
    operator: dict[str, Any],
    value: object,
    expected: bool,  # noqa: FBT001 - a table's column
) -> None:
    assert matches_value([operator], value) is expected


@pytest.mark.parametrize(
    ("operand", "value", "expected"),
    [
        ("a", "b", True),
        ("a", "a", False),
        ("a", MISSING, False),
        ("a", None, True),
        ("a", 1, True),
        ("a", ["a"], False),
        ("a", ["a", "b"], True),
        ("a", [], False),
        (["a", "b"], "c", True),
        (["a", "b"], "b", False),
        (5, 6, True),
        (5, 5.0, False),
        (5, "5", True),
        ([5, 6.5], 6.5, False),
        ([5, 6.5], 7, True),
        ({"prefix": "us-"}, "eu-1", True),
        ({"prefix": "us-"}, "us-1", False),
        ({"prefix": "us-"}, 3, True),
        ({"prefix": "us-"}, MISSING, False),
        ({"prefix": ["us-", "eu-"]}, "eu-1", False),
        ({"prefix": ["us-", "eu-"]}, "ap-1", True),
        ({"suffix": ".png"}, "a.png", False),
        ({"suffix": [".png", ".gif"]}, "a.txt", True),
        ({"equals-ignore-case": "A"}, "a", False),
        ({"equals-ignore-case": ["a", "b"]}, "B", False),
        ({"equals-ignore-case": ["a", "b"]}, "c", True),
        ({"wildcard": "*/lib/*"}, "/usr/lib/x", False),
        ({"wildcard": "*/lib/*"}, "/usr/bin/x", True),
        ({"wildcard": ["*/lib/*", "*/bin/*"]}, "/usr/bin/x", False),
    ],
)
def test_anything_but(operand: object, value: object, expected: bool) -> None:  # noqa: FBT001 - a table's column
    assert matches_value([{"anything-but": operand}], value) is expected


@pytest.mark.parametrize(
    ("operand", "value", "expected"),
    [
        (["=", 5], 5.0, True),
        (["=", 5], 5.1, False),
        (["=", 3.018e2], 301.8, True),
        (["<", 5], 4.9, True),
        (["<", 5], 5, False),
        (["<=", 5], 5, True),
        (["<=", 5], 5.01, False),
        ([">", 5], 5.01, True),
        ([">", 5], 5, False),
        ([">=", 4], 4.0, True),
        ([">=", 4], 3.9, False),
        ([">", 0, "<=", 5], 5, True),
        ([">", 0, "<=", 5], 0, False),
        ([">=", 0, "<", 5], 0, True),
        ([">=", 0, "<", 5], 5, False),
        ([">=", 4], "8", False),
        ([">=", 0], True, False),
        ([">=", 0], None, False),
        ([">=", 0], MISSING, False),
        ([">=", 4], [1, 8], True),
        ([">=", 4], [1, 2], False),
        ([">=", 4], 5.0e9, True),
        ([">=", 4], 5.1e9, False),
    ],
)
def test_numeric(operand: list[Any], value: object, expected: bool) -> None:  # noqa: FBT001 - a table's column
    assert matches_value([{"numeric": operand}], value) is expected


@pytest.mark.parametrize(
    ("block", "value", "expected"),
    [
        ("10.0.0.0/24", "10.0.0.255", True),
        ("10.0.0.0/24", "10.0.1.0", False),
        ("10.0.0.8/24", "10.0.0.7", False),
        ("10.0.0.8/24", "10.0.0.8", True),
        ("0.0.0.0/0", "192.0.2.1", True),
        ("0.0.0.0/0", "2001:db8::1", False),
        ("0.0.0.0/0", "not an address", False),
        ("0.0.0.0/0", "9" * 100, False),
        ("0.0.0.0/0", 3232235777, False),
        ("0.0.0.0/0", MISSING, False),
        ("10.0.0.0/31", "10.0.0.1", True),
        ("2001:db8::/32", "2001:db8:ffff::1", True),
        ("2001:db8::/32", "2001:db9::1", False),
        ("2001:db8::/127", "2001:0db8:0::1", True),
        ("10.0.0.0/8", ["192.0.2.1", "10.1.1.1"], True),
    ],
)
def test_cidr(block: str, value: object, expected: bool) -> None:  # noqa: FBT001 - a table's column
    assert matches_value([{"cidr": block}], value) is expected


@pytest.mark.parametrize(
    ("wildcard", "value", "expected"),
    [
        ("dir/*.png", "dir/a.png", True),
        ("dir/*.png", "dir/.png", True),
        ("dir/*.png", "dir/a.gif", False),
        ("dir/*.png", "x/dir/a.png", False),
        ("*", "", True),
        ("*", "anything", True),
        ("*", 1, False),
        ("*", None, False),
        ("*", MISSING, False),
        ("plain", "plain", True),
        ("plain", "plainer", False),
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("*ab*ab*", "abab", True),
        ("*ab*ab*", "ab", False),
        ("*ab*ab*", "xabyabz", True),
        ("a*bc*c", "abc", False),
        (r"a\*b", "a*b", True),
        (r"a\*b", "axb", False),
        (r"a\\*", "a\\b", True),
        (r"\**", "*x", True),
        (r"\**", "x", False),
        ("*.png", ["a.gif", "b.png"], True),
    ],
)
def test_wildcard(wildcard: str, value: object, expected: bool) -> None:  # noqa: FBT001 - a table's column
    assert matches_value([{"wildcard": wildcard}], value) is expected


def test_any_condition_on_a_field_suffices() -> None:
    conditions = ["x", {"prefix": "y"}, {"exists": False}]
    assert [matches_value(conditions, value) for value in ("x", "yes", MISSING, "z")] == [
        True,
        True,
        True,
        False,
    ]


def test_all_fields_must_match() -> None:
    pattern = {"source": ["aws.ec2"], "detail": {"state": ["running"], "type": ["t"]}}
    assert matches(pattern, {"source": "aws.ec2", "detail": {"state": "running", "type": "t", "more": 1}})
    assert not matches(pattern, {"source": "aws.ec2", "detail": {"state": "running"}})
    assert not matches(pattern, {"source": "aws.ec2", "detail": "running"})
    assert not matches(pattern, {"source": "aws.ec2"})


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({}, True),
        ({"detail": None}, True),
        ({"detail": {"user": {"name": "n"}}}, True),
        ({"detail": {"user": {"id": {}}}}, True),
        ({"detail": {"user": {"id": None}}}, False),
        ({"detail": {"user": [{"name": "n"}, {"id": 1}]}}, False),
        ({"detail": {"user.id": 1}}, False),
        ({"detail.user": {"id": 1}}, False),
    ],
)
def test_absence_with_missing_parents(event: dict[str, Any], expected: bool) -> None:  # noqa: FBT001 - a table's column
    assert matches({"detail": {"user": {"id": [{"exists": False}]}}}, event) is expected


def test_absence_in_one_element_of_an_array_is_no_absence() -> None:
    pattern = {"people": {"first": ["Anna"], "last": [{"exists": False}]}}
    assert matches(pattern, {"people": [{"first": "Anna"}]})
    assert not matches(pattern, {"people": [{"first": "Anna"}, {"last": "Jones"}]})


PEOPLE = {
    "employees": [
        [{"first": "John", "last": "Doe"}, {"first": "Anna", "last": "Smith"}],
        [{"first": "Peter", "last": "Jones"}],
        "nobody",
    ]
}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({"employees": {"first": ["Anna"]}}, True),
        ({"employees": {"first": ["Anna"], "last": ["Smith"]}}, True),
        ({"employees": {"first": ["Anna"], "last": ["Jones"]}}, False),
        (
            {"employees": {"first": ["Anna"]}, "$or": [{"employees": {"last": ["Jones"]}}, {"x": ["y"]}]},
            False,
        ),
        ({"employees": {"first": ["Anna"]}, "$or": [{"employees": {"last": ["Smith"]}}, {"x": ["y"]}]}, True),
        ({"employees.first": ["Anna"], "employees.last": ["Jones"]}, False),
        ({"employees": ["nobody"]}, True),
    ],
)
def test_fields_match_within_one_element_of_an_array(pattern: dict[str, Any], expected: bool) -> None:  # noqa: FBT001 - a table's column
    assert matches(pattern, PEOPLE) is expected


def test_a_dot_in_a_name_joins_two() -> None:
    assert matches({"detail.state": ["on"]}, {"detail": {"state": "on"}})
    assert matches({"detail": {"a.b": ["on"]}}, {"detail": {"a": {"b": "on"}}})


OR_AT_TOP = {"source": ["s"], "$or": [{"a": [1]}, {"b": [2], "c": [3]}, {"d": {"e": [{"prefix": "x"}]}}]}
OR_TWICE = {"$or": [{"a": [1]}, {"b": [2]}], "detail": {"$or": [{"c": [3]}, {"d": [4]}]}}
OR_IN_OR = {"$or": [{"a": [1]}, {"b": [2], "$or": [{"c": [3]}, {"d": [4]}]}]}
OR_WITH_ABSENCE = {"$or": [{"a": [{"exists": False}]}, {"b": [{"anything-but": "x"}]}]}


@pytest.mark.parametrize(
    ("pattern", "event", "expected"),
    [
        (OR_AT_TOP, {"source": "s", "a": 1}, True),
        (OR_AT_TOP, {"source": "s", "b": 2}, False),
        (OR_AT_TOP, {"source": "s", "b": 2, "c": 3}, True),
        (OR_AT_TOP, {"source": "s", "d": {"e": "xy"}}, True),
        (OR_AT_TOP, {"source": "t", "a": 1}, False),
        (OR_AT_TOP, {"source": "s"}, False),
        (OR_TWICE, {"a": 1, "detail": {"d": 4}}, True),
        (OR_TWICE, {"a": 1, "detail": {"d": 5}}, False),
        (OR_TWICE, {"a": 2, "detail": {"d": 4}}, False),
        (OR_TWICE, {"b": 2, "detail": {"c": 3}}, True),
        (OR_IN_OR, {"a": 1}, True),
        (OR_IN_OR, {"b": 2}, False),
        (OR_IN_OR, {"b": 2, "c": 3}, True),
        (OR_IN_OR, {"b": 2, "d": 4}, True),
        (OR_IN_OR, {"c": 3}, False),
        (OR_WITH_ABSENCE, {}, True),
        (OR_WITH_ABSENCE, {"a": 1}, False),
        (OR_WITH_ABSENCE, {"a": 1, "b": "y"}, True),
    ],
)
def test_or(pattern: dict[str, Any], event: dict[str, Any], expected: bool) -> None:  # noqa: FBT001 - a table's column
    assert matches(pattern, event) is expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ("{'source': ['a']}", "not JSON"),
        ('{"a": [NaN]}', "not JSON: NaN"),
        ('["a"]', "the pattern: an event pattern is a JSON object"),
        ("null", "the pattern: an event pattern is a JSON object"),
        ("{}", "the pattern: an empty object"),
        ('{"detail": {}}', "detail: an empty object"),
        ('{"a": "b"}', "a: must be an array of values, or an object"),
        ('{"detail": {"a": 1}}', r"detail\.a: must be an array"),
        ('{"a": null}', "a: must be an array"),
        ('{"a": []}', "a: an empty array"),
        ('{"a": ["x", ["y"]]}', r"a\[1\]: an array cannot hold"),
        ('{"a": [{}]}', r"a\[0\]: a match expression has exactly one operator"),
        ('{"a": [{"prefix": "x", "suffix": "y"}]}', r"a\[0\]: a match expression has exactly one"),
        ('{"a": [{"regex": "x"}]}', r"a\[0\]\.regex: there is no such operator"),
        ('{"a": ["x"], "a": ["y"]}', "'a' stands twice"),
        ('{"a": {"b": ["x"]}, "a.b": ["y"]}', r"a\.b: is asked for twice"),
        ('{"a": ["x"], "a.b": ["y"]}', "a: is asked for both as a value and as an object"),
        ('{"a.b": ["x"], "a": ["y"]}', "a: is asked for both as a value and as an object"),
        ('{"a": ["x"], "$or": [{"a": ["y"]}, {"b": ["z"]}]}', "a: is asked for twice"),
        ('{"a": [{"prefix": 1}]}', r"a\[0\]\.prefix: takes a string"),
        ('{"a": [{"suffix": null}]}', r"a\[0\]\.suffix: takes a string"),
        ('{"a": [{"prefix": {"wildcard": "x"}}]}', r"prefix\.wildcard: only equals-ignore-case"),
        ('{"a": [{"prefix": {"equals-ignore-case": 1}}]}', r"prefix\.equals-ignore-case: takes a string"),
        ('{"a": [{"equals-ignore-case": ["x"]}]}', "takes a string"),
        ('{"a": [{"exactly": 1}]}', "takes a string"),
        ('{"a": [{"exists": "true"}]}', "exists: takes true or false"),
        ('{"a": [{"exists": 0}]}', "exists: takes true or false"),
        ('{"a": [{"anything-but": true}]}', "strings or numbers only"),
        ('{"a": [{"anything-but": [null]}]}', "strings or numbers only"),
        ('{"a": [{"anything-but": []}]}', "an empty array"),
        ('{"a": [{"anything-but": ["x", 1]}]}', "cannot be mixed"),
        (
            '{"a": [{"anything-but": {"numeric": ["=", 1]}}]}',
            r"anything-but\.numeric: anything-but combines with",
        ),
        ('{"a": [{"anything-but": {"prefix": ""}}]}', "the empty string"),
        ('{"a": [{"anything-but": {"suffix": ["x", ""]}}]}', "the empty string"),
        ('{"a": [{"anything-but": {"prefix": {"equals-ignore-case": "x"}}}]}', "takes a string"),
        ('{"a": [{"anything-but": {"wildcard": 5}}]}', "takes a string"),
        ('{"a": [{"anything-but": {"wildcard": "**"}}]}', r"two \* in a row"),
        ('{"a": [{"anything-but": {"prefix": "x", "suffix": "y"}}]}', "exactly one operator"),
        ('{"a": [{"numeric": 5}]}', "an operator and a number"),
        ('{"a": [{"numeric": []}]}', "an operator and a number"),
        ('{"a": [{"numeric": [">"]}]}', "an operator and a number"),
        ('{"a": [{"numeric": ["!=", 5]}]}', "'!=' is none of"),
        ('{"a": [{"numeric": [5, ">"]}]}', "5 is none of"),
        ('{"a": [{"numeric": [">", "5"]}]}', "'5' is no number"),
        ('{"a": [{"numeric": [">", true]}]}', "True is no number"),
        ('{"a": [{"numeric": [">", 5000000001]}]}', "no number from"),
        ('{"a": [{"numeric": ["<", 5, ">", 1]}]}', "a range goes from"),
        ('{"a": [{"numeric": [">", 5, ">", 6]}]}', "a range goes from"),
        ('{"a": [{"numeric": [">", 5, "<", 5]}]}', "a range goes from"),
        ('{"a": [{"cidr": "10.0.0.0"}]}', "prefix length must be 0 to 31"),
        ('{"a": [{"cidr": "10.0.0.0/32"}]}', "prefix length must be 0 to 31"),
        ('{"a": [{"cidr": "10.0.0.0/255.0.0.0"}]}', "prefix length must be 0 to 31"),
        ('{"a": [{"cidr": "::1/128"}]}', "prefix length must be 0 to 127"),
        ('{"a": [{"cidr": "10.0.0/8"}]}', "'10.0.0' is no IP address"),
        ('{"a": [{"cidr": "fe80::1%eth0/64"}]}', "is no IP address"),
        ('{"a": [{"cidr": 10}]}', "takes a string"),
        ('{"a": [{"wildcard": "a**b"}]}', r"wildcard: two \* in a row at position 2"),
        ('{"a": [{"wildcard": "a\\\\b"}]}', "backslash at position 1 escapes neither"),
        ('{"a": [{"wildcard": "a\\\\"}]}', "backslash at position 1 escapes neither"),
        ('{"a": [{"wildcard": 1}]}', "takes a string"),
        ('{"$or": {"a": ["x"]}}', r"\$or: takes an array of at least two"),
        ('{"$or": [{"a": ["x"]}]}', r"\$or: takes an array of at least two"),
        ('{"$or": [{"a": ["x"]}, "b"]}', r"\$or\[1\]: must be an object"),
        ('{"$or": [{"a": ["x"]}, {}]}', r"\$or: an empty object"),
        ('{"$or": [{"prefix": ["x"]}, {"a": ["y"]}]}', r"\$or\.prefix: the name of an operator"),
        ('{"$or": [{"b": {">=": ["x"]}}, {"a": ["y"]}]}', r"\$or\.b\.>=: the name of an operator"),
    ],
)
def test_malformed_patterns(text: str, message: str) -> None:
    with pytest.raises(MalformedPattern, match=message):
        parse(text)


def nested(depth: int) -> str:
    return '{"a":' * depth + '["x"]' + "}" * depth


@pytest.mark.parametrize(
    "text",
    [
        nested(150),
        "[" * 4000,
        json.dumps({".".join("a" * 500): ["x"]}),
        json.dumps({"a": ["x" * 5000]}),
        json.dumps({f"l{n}": {"$or": [{"a": [1]}, {"b": [1]}]} for n in range(20)}),
        '{"a": [' + "9" * 5000 + "]}",
    ],
)
def test_hostile_patterns_are_refused_at_once(text: str) -> None:
    with bounded(), pytest.raises(MalformedPattern):
        parse(text)


def test_deep_and_long_but_legal_patterns() -> None:
    event: Any = "x"
    for _ in range(90):
        event = {"a": [event]}
    assert parse(nested(90)).matches(event)
    assert not parse('{"a": [' + "9" * 4000 + "]}").matches({"a": 1})


def test_hostile_events_take_linear_time() -> None:
    with bounded():
        assert not matches_value([{"wildcard": "a*" * 200 + "b"}], "a" * 200_000)
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    with bounded():
        assert matches_value(["x"], deep)
    wide = [{"first": "Anna"} for _ in range(20_000)]
    pattern = {"people": {"last": [{"exists": False}], "first": ["Peter"]}}
    with bounded():
        assert not matches(pattern, {"people": wide})


def test_a_pattern_can_be_used_again_and_again() -> None:
    pattern = parse('{"a": [{"exists": false}]}')
    assert [pattern.matches(event) for event in ({}, {"a": 1}, {})] == [True, False, True]
