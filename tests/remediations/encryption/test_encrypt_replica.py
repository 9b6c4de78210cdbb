"""The remediation `encrypt-replica`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from dynasec.settings import Remedy, Settings
from tests.support.accounts import ACCOUNT
from tests.support.dynamodb_shim import Shim, like_dynamodb
from tests.support.remedied import planned, read, round_trip

NAME = "encrypt-replica"
MANAGED = {"Enabled": True, "SSEType": "KMS"}
HOME, WEST, EUROPE = "us-east-1", "us-west-2", "eu-west-1"


@pytest.fixture(autouse=True)
def shim(aws: None) -> Iterator[Shim]:
    del aws
    with like_dynamodb() as found:
        yield found


def key(region: str = HOME) -> str:
    return str(boto3.client("kms", region_name=region).create_key()["KeyMetadata"]["Arn"])


def make(region: str, arn: str | None = None, **members: Any) -> None:
    boto3.client("dynamodb", region_name=region).create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={**MANAGED, **({"KMSMasterKeyId": arn} if arn else {})},
        **members,
    )


def test_round_trip_closes_the_findings_of_all_replicas(shim: Shim) -> None:
    make(HOME, key())
    make(WEST)
    make(EUROPE)
    shim.make_global("orders", HOME, WEST, EUROPE)
    found = round_trip(NAME, regions=(HOME, WEST, EUROPE))
    (change,) = found.changes
    assert set(change.controls) == {"customer-key", "replica-keys"}
    assert len(change.fingerprints) == 5
    assert [call.operation for call in change.calls].count("dynamodb:UpdateTable") == 2
    assert change.lane == "global table orders"
    assert found.advice == ()


def test_round_trip_where_only_the_strong_region_is_audited(shim: Shim) -> None:
    make(HOME, key())
    make(WEST)
    shim.make_global("orders", HOME, WEST)
    (change,) = round_trip(NAME).changes
    assert {call.region for call in change.calls[:3]} == {WEST}
    assert change.before[WEST] != change.after[WEST]


def test_from_the_weak_region_alone_it_is_advice(shim: Shim) -> None:
    make(HOME, key())
    make(WEST)
    shim.make_global("orders", HOME, WEST)
    found = planned(NAME, read(NAME, regions=(WEST,)))
    assert found.changes == ()
    assert HOME in found.advice[0].why


def test_a_shared_key_of_the_region_is_used(shim: Shim) -> None:
    shared = key(WEST)
    make(HOME, key())
    make(WEST)
    shim.make_global("orders", HOME, WEST)
    settings = Settings(remedy=Remedy(shared_keys={f"confidential@{WEST}": shared}))
    (change,) = planned(NAME, read(NAME, settings=settings, keys=(shared,))).changes
    assert change.risk.level == "access"
    (call,) = change.calls
    assert call.params["ReplicaUpdates"] == [{"Update": {"RegionName": WEST, "KMSMasterKeyId": shared}}]


def test_a_shared_key_of_another_region_is_not(shim: Shim) -> None:
    shared = key(HOME)
    make(HOME, key())
    make(WEST)
    shim.make_global("orders", HOME, WEST)
    settings = Settings(remedy=Remedy(shared_keys={"confidential": shared}))
    found = planned(NAME, read(NAME, settings=settings, keys=(shared,)))
    assert found.changes == ()
    assert WEST in found.advice[0].why


def test_whoever_the_replica_s_policy_admits_would_be_locked_out(shim: Shim) -> None:
    make(HOME, key())
    make(WEST)
    shim.make_global("orders", HOME, WEST)
    arn = f"arn:aws:dynamodb:{WEST}:{ACCOUNT}:table/orders"
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "999988887777"},
        "Action": "dynamodb:GetItem",
        "Resource": arn,
    }
    boto3.client("dynamodb", region_name=WEST).put_resource_policy(
        ResourceArn=arn, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    (change,) = planned(NAME, read(NAME)).changes
    assert ["999988887777" in one.reason for one in change.blocked] == [True]


def test_a_table_of_a_stack_is_left_to_the_stack(shim: Shim) -> None:
    make(HOME, key(), Tags=[{"Key": "aws:cloudformation:stack-name", "Value": "shop"}])
    make(WEST)
    shim.make_global("orders", HOME, WEST)
    (change,) = planned(NAME, read(NAME)).changes
    assert [one.override for one in change.blocked] == ["allow-drift"]
