"""The remediation `wire-dynamodb-alert`."""

from __future__ import annotations

import pytest

from dynasec.settings import Remedy, Settings
from tests.remediations.audit import trails
from tests.support.remedied import planned, read, round_trip

NAME = "wire-dynamodb-alert"
MAILBOX = Settings(remedy=Remedy(alert_address="security@example.com"))
pytestmark = pytest.mark.usefixtures("aws", "detectives", "orders")


def test_round_trip_with_a_mailbox() -> None:
    trails.make()
    (change,) = round_trip(NAME, settings=MAILBOX, script=trails.SCRIPT).changes
    assert change.after["topic"].endswith(":dynasec-table-changes")


def test_without_a_trail_no_call_reaches_the_bus() -> None:
    (change,) = planned(NAME, read(NAME, settings=MAILBOX, script=trails.SCRIPT)).changes
    assert "would not close the finding" in change.blocked[0].reason


def test_nobody_is_configured() -> None:
    trails.make()
    plan = planned(NAME, read(NAME, script=trails.SCRIPT))
    assert plan.changes == ()
    assert "nobody is configured" in plan.advice[0].why
