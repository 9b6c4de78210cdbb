"""Facts: compared as JSON; a policy by what it says, a time in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from dynasec.change import State
from dynasec.remedy.applying.facts import as_json, differences, facts_of

POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny"}]}'


def told(facts: dict[str, Any], answer: dict[str, Any]) -> list[str]:
    return [str(one) for one in differences(State(operation="a:Be", params={}, facts=facts), answer)]


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({}, {}),
        ({"A.B": 1}, {"A": {"B": 1, "C": 2}}),
        ({"A": None}, {}),
        ({"A": 1}, {"A": 1.0}),
        ({"length(Items || `[]`)": 0}, {}),
        ({"Policy": POLICY}, {"Policy": POLICY.replace(":", " : ")}),
        ({"Policy": POLICY}, {"Policy": {"Statement": [{"Effect": "Deny"}], "Version": "2012-10-17"}}),
        (
            {"At": "2026-01-01T00:00:00+00:00"},
            {"At": datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))},
        ),
        ({"Names": ["a", "b"]}, {"Names": ("a", "b")}),
        ({"Text": "{not json"}, {"Text": "{not json"}),
    ],
)
def test_what_holds(facts: dict[str, Any], answer: dict[str, Any]) -> None:
    assert told(facts, answer) == []


@pytest.mark.parametrize(
    ("facts", "answer", "line"),
    [
        ({"A": 1}, {"A": 2}, "A is 2, not 1"),
        ({"A": 1}, {}, "A is null, not 1"),
        ({"A": None}, {"A": False}, "A is false, not null"),
        ({"Policy": POLICY}, {"Policy": POLICY.replace("Deny", "Allow")}, "Policy is"),
        ({"A": "x" * 200}, {"A": 1}, "xxx..."),
    ],
)
def test_what_differs_is_told(facts: dict[str, Any], answer: dict[str, Any], line: str) -> None:
    (one,) = told(facts, answer)
    assert line in one
    assert len(one) < 200


def test_false_is_not_zero() -> None:
    assert told({"A": 0}, {"A": False}) == ["A is false, not 0"]
    assert told({"A": True}, {"A": 1}) == ["A is 1, not true"]


def test_answers_become_json() -> None:
    answer = {"At": datetime(2026, 1, 1, tzinfo=UTC), "Raw": b"x", "Set": {"a"}}
    assert as_json(answer) == {"At": "2026-01-01T00:00:00+00:00", "Raw": "x", "Set": ["a"]}
    assert facts_of(State(operation="a:Be", params={}, facts={"At": 0}), answer) == {
        "At": "2026-01-01T00:00:00+00:00"
    }
