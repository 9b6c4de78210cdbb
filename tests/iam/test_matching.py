"""Wildcard patterns, checked against enumeration over a small alphabet."""

import itertools
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dynasec.iam.matching import ANYTHING, Pattern, Variable, Wild, covers, overlaps, relation
from dynasec.iam.ternary import Ternary
from tests.support.bounded import bounded

# Long enough for every witness: patterns of n and m tokens that differ do so on a word of at most n + m characters.
# "c" is spelled by no pattern: it stands for all the characters that a pattern does not mention.
WORDS = ["".join(word) for length in range(9) for word in itertools.product("abc", repeat=length)]
patterns = st.text(alphabet="ab*?", max_size=4)


def language(text: str) -> frozenset[str]:
    expression = re.compile("".join({"*": ".*", "?": "."}.get(character, character) for character in text))
    return frozenset(word for word in WORDS if expression.fullmatch(word))


@settings(max_examples=300)
@given(patterns, patterns)
@example("?*", "*a")
@example("*?*", "?")
def test_covers_and_overlaps_are_exact(a: str, b: str) -> None:
    one, other = language(a), language(b)
    assert covers(Pattern.of(a), Pattern.of(b)) == (other <= one)
    assert overlaps(Pattern.of(a), Pattern.of(b)) == bool(one & other)
    assert overlaps(Pattern.of(b), Pattern.of(a)) == bool(one & other)


@settings(max_examples=300)
@given(patterns, st.text(alphabet="abc", max_size=7))
def test_matches_is_exact(pattern: str, word: str) -> None:
    assert Pattern.of(pattern).matches(word) == (word in language(pattern))


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (
            "arn:aws:dynamodb:*:111122223333:table/*",
            "arn:aws:dynamodb:eu-west-1:111122223333:table/T/index/I",
            True,
        ),
        ("arn:*:table/T", "arn:aws:dynamodb:us-east-1:111122223333:table/T", True),
        ("table/Foo*", "table/FooBar", True),
        ("table/Foo", "table/Foo/index/I", False),
        ("table/foo", "table/Foo", False),
        ("a?c", "a/c", True),
        ("a?c", "ac", False),
        ("ab*ba", "aba", False),
        ("[ab].+", "a", False),
    ],
)
def test_matching_as_iam_does(pattern: str, text: str, *, expected: bool) -> None:
    assert Pattern.of(pattern).matches(text) is expected


def test_ignoring_case() -> None:
    assert Pattern.of("DynamoDB:Get*", ignore_case=True).matches("dynamodb:getitem")


def test_a_thousand_stars_stay_fast() -> None:
    hostile = Pattern.of("*a" * 1000 + "*")
    with bounded():
        assert not hostile.matches("a" * 999)
        assert not Pattern.of("*a?" * 1000).matches("a" * 1998 + "b")
        assert covers(hostile, Pattern.of("a*" * 1000))
        assert overlaps(hostile, Pattern.of("*b" * 1000))


def test_many_unclosed_variables_stay_fast() -> None:
    with bounded():
        Pattern.of("${" * 50_000, variables=True)


@pytest.mark.parametrize(("escape", "character"), [("${*}", "*"), ("${?}", "?"), ("${$}", "$")])
def test_escapes_are_plain_characters(escape: str, character: str) -> None:
    pattern = Pattern.of(f"a{escape}", variables=True)
    assert pattern.literal == f"a{character}"
    assert not pattern.matches("ab")


def test_a_variable_is_possible_anywhere_and_certain_nowhere() -> None:
    pattern = Pattern.of("table/${aws:PrincipalTag/team}-*", variables=True)
    assert overlaps(pattern, Pattern.literally("table/x-1"))
    assert not overlaps(pattern, Pattern.literally("index/x-1"))
    assert not covers(pattern, Pattern.literally("table/x-1"))
    assert not pattern.matches("table/x-1")
    assert covers(Pattern.of("table/*"), pattern)


def test_variables_are_plain_text_before_2012() -> None:
    assert Pattern.of("${aws:username}").literal == "${aws:username}"


def test_resolving_variables() -> None:
    pattern = Pattern.of("x/${AWS:PrincipalTag/Team, 'none'}/${aws:username}", variables=True)
    known = pattern.resolved({"aws:principaltag/team": "*", "aws:username": "u"}.get)
    assert known.literal == "x/*/u"
    assert pattern.resolved({"aws:username": "u"}.get).literal == "x/none/u"
    assert Wild.NOTHING in pattern.resolved({"aws:principaltag/team": "t"}.get).tokens
    assert pattern.resolved(Variable).has_variables


def test_an_absent_variable_matches_nothing() -> None:
    dead = Pattern.of("a${aws:username}", variables=True).resolved({}.get)
    assert not overlaps(dead, ANYTHING)
    assert not overlaps(ANYTHING, dead)
    assert covers(Pattern.literally("x"), dead)  # nothing is covered by anything
    assert not covers(dead, Pattern.literally("a"))


def test_relation_of_a_shape() -> None:
    shape = Pattern.of("arn:aws:iam::444455556666:*")
    assert relation(Pattern.of("arn:aws:iam::*"), shape) is Ternary.TRUE
    assert relation(Pattern.literally("arn:aws:iam::444455556666:role/x"), shape) is Ternary.UNKNOWN
    assert relation(Pattern.of("arn:aws:iam::111122223333:*"), shape) is Ternary.FALSE
