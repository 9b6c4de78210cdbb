"""The remediation `enable-deletion-protection`."""

from __future__ import annotations

import boto3
import pytest

from tests.support.remedied import planned, read, round_trip

NAME = "enable-deletion-protection"
pytestmark = pytest.mark.usefixtures("aws")


def make(name: str, **members: object) -> None:
    boto3.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        **members,  # type: ignore[arg-type] # the stubs want literal names
    )


def test_round_trip() -> None:
    make("orders")
    make("customers")
    make("safe", DeletionProtectionEnabled=True)
    plan = round_trip(NAME)
    assert [change.resource.rpartition("/")[2] for change in plan.changes] == ["customers", "orders"]
    assert plan.totals.score_after == 100.0
    assert not plan.totals.regressions


def test_a_table_of_a_stack_is_left_to_the_stack() -> None:
    make("orders", Tags=[{"Key": "aws:cloudformation:stack-name", "Value": "shop"}])
    plan = planned(NAME, read(NAME))
    assert [blocked.override for blocked in plan.changes[0].blocked] == ["allow-drift"]
    assert plan.totals.changes == 0
