import pytest

from dynasec.semantics.action_words import few


@pytest.mark.parametrize(
    ("actions", "words"),
    [
        ([], ""),
        (["dynamodb:Scan"], "dynamodb:Scan"),
        (
            ["dynamodb:BatchGetItem", "dynamodb:Scan", "dynamodb:GetItem"],
            "dynamodb:GetItem, dynamodb:Scan, dynamodb:BatchGetItem",
        ),
        (["a:D", "a:C", "a:B", "a:A", "a:A"], "a:A, a:B, a:C and 1 more"),
    ],
)
def test_known_actions_come_first(actions, words):
    assert few(actions) == words
