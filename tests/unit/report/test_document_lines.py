"""JSON documents as lines for a review."""

import json

import pytest

from dynasec.change import change_tag, result, text, token
from dynasec.report.document_lines import difference, lines, readable

ESC = chr(27)
POLICY = '{"Statement":[{"Effect":"Allow","Action":"dynamodb:GetItem"}]}'


def test_a_policy_is_shown_line_by_line():
    after = POLICY.replace("GetItem", "Query")
    assert list(difference({"Policy": POLICY}, {"Policy": after})) == [
        '   "Policy": {',
        '     "Statement": [',
        "       {",
        '-        "Action": "dynamodb:GetItem",',
        '+        "Action": "dynamodb:Query",',
        '         "Effect": "Allow"',
        "       }",
        "     ]",
    ]


def test_only_what_changes_is_shown_with_its_surroundings():
    before = {"Rules": [f"rule {number}" for number in range(100)]}
    after = {"Rules": [*before["Rules"][:50], "new", *before["Rules"][50:]]}
    shown = list(difference(before, after))
    assert len(shown) == 7
    assert [line for line in shown if line.startswith("+")] == ['+    "new",']


def test_two_places_are_told_apart():
    before = {"Rules": [f"rule {number}" for number in range(100)]}
    shown = list(difference(before, {"Rules": ["x", *before["Rules"][1:-1], "y"]}))
    assert sum(line.startswith("@@") for line in shown) == 2


def test_a_text_that_differs_in_spaces_only_is_said():
    shown = list(difference({"Policy": POLICY}, {"Policy": json.dumps(json.loads(POLICY), indent=4)}))
    assert "spelling" in shown[0]
    assert list(difference({"a": 1}, {"a": 1})) == []


@pytest.mark.parametrize("twice", ['{"Action": "a", "Action": "b"}', '{"a": NaN}', '{"a": ', "[" * 100_000])
def test_a_text_that_no_document_shows_in_full_stays_a_text(twice):
    assert readable(twice) == twice


def test_nothing_steers_a_terminal_or_begins_a_line():
    hostile = f"a{ESC}[2Jb\nc\u202ed\u0085e"
    shown = lines({"Name": hostile, hostile: {"Policy": json.dumps({"Sid": hostile})}})
    assert all(line.isprintable() for line in shown)
    assert len(shown) == 8


@pytest.mark.parametrize(
    ("placeholder", "words"),
    [
        (result("create-key", "KeyMetadata.Arn"), "<KeyMetadata.Arn of the answer to create-key>"),
        (result("create", "Arn", of="other"), "<Arn of the answer to create of other>"),
        (token("endpoint"), "<client token endpoint>"),
        (change_tag(), "<mark of this change>"),
        (text("a/", token("t"), "/b"), "a/<client token t>/b"),
    ],
)
def test_placeholders_are_words(placeholder, words):
    assert readable({"a": [placeholder]}) == {"a": [words]}


@pytest.mark.parametrize("like", [{"$result": 1}, {"$other": {}}, {"$token": "a", "b": 1}])
def test_what_is_no_placeholder_is_shown_as_it_is(like):
    assert readable(like) == like
