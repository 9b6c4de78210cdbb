"""The remediation `tag-lane`."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest

from tests.support.dynamodb_shim import Shim, like_dynamodb
from tests.support.remedied import planned, read, round_trip

NAME = "tag-lane"
HOME, WEST = "us-east-1", "us-west-2"


@pytest.fixture(autouse=True)
def shim(aws: None) -> Iterator[Shim]:
    del aws
    with like_dynamodb() as found:
        yield found


def make(name: str = "orders", region: str = HOME, **tags: str) -> None:
    boto3.client("dynamodb", region_name=region).create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )


def test_round_trip_takes_the_lane_of_the_replica(shim: Shim) -> None:
    make()
    make(region=WEST, lane="shop")
    shim.make_global("orders", HOME, WEST)
    (change,) = round_trip(NAME, regions=(HOME, WEST)).changes
    assert change.calls[0].params["Tags"] == [{"Key": "lane", "Value": "shop"}]


def test_the_lane_of_another_table_says_nothing() -> None:
    make()
    make("customers", lane="shop")
    found = planned(NAME, read(NAME))
    assert found.changes == ()
    assert "lane" in found.advice[0].how


def test_an_empty_tag_is_no_lane(shim: Shim) -> None:
    make()
    make("customers", lane="shop")
    make(region=WEST, lane=" ")
    shim.make_global("orders", HOME, WEST)
    found = planned(NAME, read(NAME, regions=(HOME, WEST)))
    assert found.changes == ()
