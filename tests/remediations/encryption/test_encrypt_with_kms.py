"""The remediation `encrypt-with-kms`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from dynasec.audit.report import Report
from dynasec.remedy.plan import Plan
from tests.support.dynamodb_shim import Shim, like_dynamodb
from tests.support.remedied import planned, read, round_trip

NAME = "encrypt-with-kms"


@pytest.fixture(autouse=True)
def shim(aws: None) -> Iterator[Shim]:
    del aws
    with like_dynamodb() as found:
        yield found


def make(name: str = "orders", *, region: str = "us-east-1", **members: Any) -> None:
    boto3.client("dynamodb", region_name=region).create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        **members,
    )


def admit(principal: str) -> None:
    arn = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
    statement = {
        "Sid": "Feed",
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "dynamodb:GetItem",
        "Resource": arn,
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    boto3.client("dynamodb").put_resource_policy(ResourceArn=arn, Policy=json.dumps(document))


def plan() -> Plan:
    return planned(NAME, read(NAME))


def test_round_trip() -> None:
    make()
    make("customers")
    make("safe", SSESpecification={"Enabled": True, "SSEType": "KMS"})
    found = round_trip(NAME)
    assert [change.resource.rpartition("/")[2] for change in found.changes] == ["customers", "orders"]
    change = found.changes[0]
    assert change.risk.level == "data-path"
    assert change.calls[0].undo[0].params["SSESpecification"] == {"Enabled": False}
    assert found.totals.score_after == 100.0
    assert not found.totals.regressions


def test_the_other_account_of_a_resource_policy_would_be_locked_out() -> None:
    make()
    admit("arn:aws:iam::999988887777:root")
    (change,) = plan().changes
    assert ["999988887777" in one.reason for one in change.blocked] == [True]


def test_a_policy_for_the_own_account_locks_nobody_out() -> None:
    make()
    admit("arn:aws:iam::123456789012:root")
    (change,) = plan().changes
    assert change.blocked == ()


def test_a_table_that_wants_a_customer_managed_key_is_left_to_that() -> None:
    make()
    report = read(NAME)
    both = with_control(report, "customer-key")
    assert planned(NAME, both).changes == ()


def with_control(report: Report, control: str) -> Report:
    from dataclasses import replace

    (finding,) = report.findings
    return replace(report, findings=(finding, replace(finding, control=control, fingerprint="other")))


def test_replicas_change_in_one_lane(shim: Shim) -> None:
    make()
    make(region="us-west-2")
    shim.make_global("orders", "us-east-1", "us-west-2")
    report = read(NAME, regions=("us-east-1", "us-west-2"))
    assert {change.lane for change in planned(NAME, report).changes} == {"global table orders"}


def test_a_policy_that_cannot_be_read_is_no_policy_that_is_not_there() -> None:
    from tests.support.scripted import AwsError

    make()
    denied = AwsError("AccessDeniedException")
    found = planned(NAME, read(NAME, script={"dynamodb:GetResourcePolicy": denied}))
    assert found.changes == ()
    assert "dynamodb:GetResourcePolicy" in found.advice[0].why


def test_a_table_of_a_stack_is_left_to_the_stack() -> None:
    make(Tags=[{"Key": "aws:cloudformation:stack-name", "Value": "shop"}])
    assert [one.override for one in plan().changes[0].blocked] == ["allow-drift"]
