"""The remediation `enable-key-rotation`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from dynasec.settings import Settings, Thresholds
from tests.support.dynamodb_shim import Shim, like_dynamodb
from tests.support.remedied import planned, read, round_trip
from tests.support.scripted import AwsError

NAME = "enable-key-rotation"


@pytest.fixture(autouse=True)
def shim(aws: None) -> Iterator[Shim]:
    del aws
    with like_dynamodb() as found:
        yield found


def make(name: str, arn: str, region: str = "us-east-1") -> None:
    boto3.client("dynamodb", region_name=region).create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": arn},
    )


def key(region: str = "us-east-1", **members: Any) -> str:
    return str(boto3.client("kms", region_name=region).create_key(**members)["KeyMetadata"]["Arn"])


def every(days: int) -> Settings:
    return Settings(thresholds=Thresholds(key_rotation_days=days))


def test_round_trip() -> None:
    arn = key()
    make("orders", arn)
    make("customers", arn)
    found = round_trip(NAME)
    (change,) = found.changes
    assert change.calls[0].params == {"KeyId": arn, "RotationPeriodInDays": 365}
    assert change.calls[0].undo[0].operation == "kms:DisableKeyRotation"
    assert found.totals.score_after == 100.0


def test_round_trip_of_a_period_that_is_too_long() -> None:
    arn = key()
    make("orders", arn)
    boto3.client("kms").enable_key_rotation(KeyId=arn, RotationPeriodInDays=700)
    (change,) = round_trip(NAME, settings=every(180)).changes
    assert change.calls[0].params["RotationPeriodInDays"] == 180
    assert change.calls[0].undo[0].params["RotationPeriodInDays"] == 700
    assert change.cost is None


def test_a_disabled_key_is_not_touched() -> None:
    arn = key()
    make("orders", arn)
    boto3.client("kms").disable_key(KeyId=arn)
    (change,) = planned(NAME, read(NAME)).changes
    assert ["Disabled" in one.reason for one in change.blocked] == [True]


def test_the_primary_of_a_multi_region_key_is_where_it_is_set() -> None:
    primary = key(MultiRegion=True)
    replica = boto3.client("kms").replicate_key(KeyId=primary.rpartition("/")[2], ReplicaRegion="us-west-2")[
        "ReplicaKeyMetadata"
    ]["Arn"]
    make("orders", replica, "us-west-2")
    found = planned(NAME, read(NAME, regions=("us-west-2",)))
    assert found.changes == ()
    assert primary in found.advice[0].how


def test_what_aws_rotates_once_a_year_is_advice_where_that_is_too_seldom() -> None:
    boto3.client("dynamodb").create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS"},
    )
    found = planned(NAME, read(NAME, settings=every(180)))
    assert found.changes == ()
    assert "AWS" in found.advice[0].why


def test_a_key_of_a_stack_is_left_to_the_stack() -> None:
    arn = key(Tags=[{"TagKey": "aws:cloudformation:stack-name", "TagValue": "shop"}])
    make("orders", arn)
    (change,) = planned(NAME, read(NAME)).changes
    assert [one.override for one in change.blocked] == ["allow-drift"]


def test_a_key_whose_tags_cannot_be_read_may_be_a_stack_s() -> None:
    make("orders", key())
    found = planned(NAME, read(NAME, script={"tag:GetResources": AwsError("AccessDeniedException")}))
    assert ["stack" in one.reason for one in found.changes[0].blocked] == [True]
