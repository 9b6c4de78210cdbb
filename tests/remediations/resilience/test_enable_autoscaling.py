"""The remediation `enable-autoscaling`."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from tests.support.remedied import planned, read, round_trip
from tests.support.scripted import AwsError

NAME = "enable-autoscaling"
pytestmark = pytest.mark.usefixtures("aws")
CAPACITY = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 2}


def make(name: str = "orders", *, index: bool = False, on_demand: bool = False, **members: Any) -> None:
    hashed = [{"AttributeName": "pk", "KeyType": "HASH"}]
    if index:
        members["GlobalSecondaryIndexes"] = [
            {
                "IndexName": "by-day",
                "KeySchema": hashed,
                "Projection": {"ProjectionType": "ALL"},
                "ProvisionedThroughput": {"ReadCapacityUnits": 30_000, "WriteCapacityUnits": 20_000},
            }
        ]
    if on_demand:
        members["BillingMode"] = "PAY_PER_REQUEST"
    else:
        members["ProvisionedThroughput"] = dict(CAPACITY)
    boto3.client("dynamodb").create_table(
        TableName=name,
        KeySchema=hashed,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        **members,
    )


def register(way: str, least: int = 5, most: int = 50, **members: Any) -> None:
    boto3.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="dynamodb",
        ResourceId="table/orders",
        ScalableDimension=f"dynamodb:table:{way}CapacityUnits",
        MinCapacity=least,
        MaxCapacity=most,
        **members,
    )


def test_round_trip_of_a_table_with_an_index() -> None:
    make(index=True)
    make("cheap", on_demand=True)
    (change,) = round_trip(NAME).changes
    registered = {
        (call.params["ResourceId"], call.params["ScalableDimension"].rpartition(":")[2]): (
            call.params["MinCapacity"],
            call.params["MaxCapacity"],
        )
        for call in change.calls
        if call.operation.endswith("RegisterScalableTarget")
    }
    index = "table/orders/index/by-day"
    assert registered == {
        ("table/orders", "ReadCapacityUnits"): (5, 20),
        ("table/orders", "WriteCapacityUnits"): (2, 10),
        (index, "ReadCapacityUnits"): (30_000, 40_000),
        (index, "WriteCapacityUnits"): (20_000, 40_000),
    }
    assert change.cost is not None
    assert change.cost.low == 0
    assert change.cost.high > 9_000


def test_round_trip_of_a_target_without_a_policy() -> None:
    make()
    register("Read")
    (change,) = round_trip(NAME).changes
    operations = [call.operation.rpartition(":")[2] for call in change.calls]
    assert operations == ["PutScalingPolicy", "RegisterScalableTarget", "PutScalingPolicy"]


@pytest.mark.parametrize(
    ("least", "most", "suspended"), [(5, 5, False), (5, 50, True)], ids=["pinned", "suspended"]
)
def test_what_somebody_keeps_from_scaling_is_left_to_them(least: int, most: int, *, suspended: bool) -> None:
    make()
    state = {"SuspendedState": {"DynamicScalingOutSuspended": True}} if suspended else {}
    register("Read", least, most, **state)
    found = planned(NAME, read(NAME))
    assert found.changes == ()
    assert "read capacity of the table" in found.advice[0].why


def test_policies_that_cannot_be_read_are_not_absent() -> None:
    make()
    denied = AwsError("AccessDeniedException")
    found = planned(NAME, read(NAME, script={"application-autoscaling:DescribeScalingPolicies": denied}))
    assert found.changes == ()


def test_a_table_of_a_stack_is_left_to_the_stack() -> None:
    make(Tags=[{"Key": "aws:cloudformation:stack-name", "Value": "shop"}])
    (change,) = planned(NAME, read(NAME)).changes
    assert [one.override for one in change.blocked] == ["allow-drift"]
