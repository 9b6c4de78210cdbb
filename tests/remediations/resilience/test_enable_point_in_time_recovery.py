"""The remediation `enable-point-in-time-recovery`."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from dynasec.remedy.plan import Change
from dynasec.settings import Settings, Thresholds
from tests.support.remedied import planned, read, round_trip
from tests.support.scripted import Script

NAME = "enable-point-in-time-recovery"
pytestmark = pytest.mark.usefixtures("aws")


def make(name: str, *, days: int | None = None, **members: Any) -> None:
    dynamodb = boto3.client("dynamodb")
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        **members,
    )
    if days is not None:
        dynamodb.update_continuous_backups(
            TableName=name,
            PointInTimeRecoverySpecification={
                "PointInTimeRecoveryEnabled": True,
                "RecoveryPeriodInDays": days,
            },
        )


def sent(change: Change) -> Any:
    return change.calls[0].params["PointInTimeRecoverySpecification"]


def undone(change: Change) -> Any:
    return change.calls[0].undo[0].params["PointInTimeRecoverySpecification"]


def test_round_trip_of_tables_without_recovery() -> None:
    make("orders")
    make("customers")
    make("safe", days=35)
    plan = round_trip(NAME)
    assert [change.resource.rpartition("/")[2] for change in plan.changes] == ["customers", "orders"]
    for change in plan.changes:
        assert sent(change) == {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 35}
        assert undone(change) == {"PointInTimeRecoveryEnabled": False}
        assert change.undo.kind == "with-loss"
        assert change.cost is not None
    assert plan.totals.score_after == 100.0
    assert not plan.totals.regressions


def test_round_trip_of_a_window_that_is_too_short() -> None:
    make("orders", days=7)
    plan = round_trip(NAME)
    (change,) = plan.changes
    assert change.controls == ("recovery-window",)
    assert sent(change)["RecoveryPeriodInDays"] == 35
    assert undone(change) == {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 7}
    assert "7 days" in change.undo.loses
    assert change.cost is None


def test_the_window_becomes_what_is_configured() -> None:
    make("orders", days=7)
    (change,) = round_trip(NAME, settings=Settings(thresholds=Thresholds(recovery_window_days=14))).changes
    assert sent(change)["RecoveryPeriodInDays"] == 14


def test_without_a_period_the_longest_is_set_whatever_less_would_do() -> None:
    make("orders")
    (change,) = round_trip(NAME, settings=Settings(thresholds=Thresholds(recovery_window_days=14))).changes
    assert sent(change)["RecoveryPeriodInDays"] == 35


def described(status: str, **members: int) -> Script:
    recovery = {"PointInTimeRecoveryStatus": status, **members}
    answer = {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery}
    return {"dynamodb:DescribeContinuousBackups": {"ContinuousBackupsDescription": answer}}


@pytest.mark.parametrize(("kept", "wanted", "days"), [(20, 14, 20), (7, 14, 14)])
def test_a_period_that_is_long_enough_is_kept(kept: int, wanted: int, days: int) -> None:
    make("orders")
    settings = Settings(thresholds=Thresholds(recovery_window_days=wanted))
    report = read(NAME, settings=settings, script=described("DISABLED", RecoveryPeriodInDays=kept))
    assert sent(planned(NAME, report).changes[0])["RecoveryPeriodInDays"] == days


def test_recovery_whose_window_is_not_told_is_left_alone() -> None:
    make("orders")
    plan = planned(NAME, read(NAME, script=described("ENABLED")))
    assert not plan.changes


def test_a_table_of_a_stack_is_left_to_the_stack() -> None:
    make("orders", Tags=[{"Key": "aws:cloudformation:stack-name", "Value": "shop"}])
    plan = planned(NAME, read(NAME))
    assert [blocked.override for blocked in plan.changes[0].blocked] == ["allow-drift"]
