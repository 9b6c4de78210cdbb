"""The remediation `disable-contributor-insights`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from tests.support.dynamodb_shim import Shim, like_dynamodb
from tests.support.remedied import planned, read, round_trip

NAME = "disable-contributor-insights"
ALL_KEYS, THROTTLED = "ACCESSED_AND_THROTTLED_KEYS", "THROTTLED_KEYS"


@pytest.fixture(autouse=True)
def shim(aws: None) -> Iterator[Shim]:
    del aws
    with like_dynamodb() as found:
        yield found


def make(name: str = "orders", **members: Any) -> Any:
    dynamodb = boto3.client("dynamodb")
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        **members,
    )
    return dynamodb


def switch_on(dynamodb: Any, mode: str = ALL_KEYS, **place: str) -> None:
    dynamodb.update_contributor_insights(
        ContributorInsightsAction="ENABLE", ContributorInsightsMode=mode, **place
    )


def test_round_trip_of_a_table_and_its_indexes() -> None:
    dynamodb = make()
    switch_on(dynamodb, TableName="orders")
    switch_on(dynamodb, TableName="orders", IndexName="by-mail")
    switch_on(dynamodb, THROTTLED, TableName="orders", IndexName="by-day")
    (change,) = round_trip(NAME).changes
    assert [call.params.get("IndexName") for call in change.calls] == [None, "by-mail"]
    assert change.calls[0].undo[0].params["ContributorInsightsMode"] == ALL_KEYS
    assert change.after == {"orders": None, "by-mail": None}


def test_throttled_keys_only_are_left_on() -> None:
    switch_on(make(), THROTTLED, TableName="orders")
    assert planned(NAME, read(NAME)).changes == ()


def test_a_table_that_is_not_sensitive_is_left_alone() -> None:
    switch_on(make(Tags=[{"Key": "data-class", "Value": "public"}]), TableName="orders")
    assert planned(NAME, read(NAME)).changes == ()


def test_a_table_of_a_stack_is_left_to_the_stack() -> None:
    switch_on(make(Tags=[{"Key": "aws:cloudformation:stack-name", "Value": "shop"}]), TableName="orders")
    (change,) = planned(NAME, read(NAME)).changes
    assert [one.override for one in change.blocked] == ["allow-drift"]
