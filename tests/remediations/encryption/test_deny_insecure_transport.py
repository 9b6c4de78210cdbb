"""The remediation `deny-insecure-transport`."""

from __future__ import annotations

import pytest

from tests.remediations import policies
from tests.support.remedied import Stage, planned, read, round_trip

NAME = "deny-insecure-transport"
pytestmark = pytest.mark.usefixtures("aws", "orders")


def test_round_trip_without_a_policy() -> None:
    (change,) = round_trip(NAME, script=policies.ALONE).changes
    assert change.calls[0].params["ExpectedRevisionId"] == "NO_POLICY"
    assert change.calls[0].undo[0].operation == "dynamodb:DeleteResourcePolicy"


def test_round_trip_with_a_policy_keeps_its_statements() -> None:
    own = policies.statement({"AWS": policies.OWN}, Sid="Own")
    policies.put(own)
    plan = round_trip(NAME, script=policies.ALONE)
    assert [one["Sid"] for one in plan.changes[0].after["Policy"]["Statement"]] == ["Own", "DenyPlainHttp"]
    assert policies.current() == [own]


def test_a_policy_that_would_become_too_long() -> None:
    own = [policies.statement({"AWS": policies.OWN}, Sid=f"Own{'x' * 850}{i}") for i in range(20)]
    policies.put(*own)
    (change,) = planned(NAME, read(NAME, script=policies.ALONE)).changes
    assert "AWS accepts 20,480" in change.blocked[0].reason


def test_a_second_plan_finds_nothing_to_do() -> None:
    Stage().apply(planned(NAME, read(NAME, script=policies.ALONE)))
    assert planned(NAME, read(NAME, script=policies.ALONE)).changes == ()
