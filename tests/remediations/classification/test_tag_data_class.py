"""The remediation `tag-data-class`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from tests.support.dynamodb_shim import Shim, like_dynamodb
from tests.support.remedied import planned, read, round_trip
from tests.support.scripted import AwsError

NAME = "tag-data-class"
HOME, WEST, EUROPE = "us-east-1", "us-west-2", "eu-west-1"


@pytest.fixture(autouse=True)
def shim(aws: None) -> Iterator[Shim]:
    del aws
    with like_dynamodb() as found:
        yield found


def make(region: str = HOME, **tags: str) -> None:
    boto3.client("dynamodb", region_name=region).create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": key.replace("_", "-"), "Value": value} for key, value in tags.items()],
    )


def ask_for(key: str) -> None:
    condition = {"StringEquals": {f"aws:ResourceTag/{key}": "restricted"}}
    statement = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*", "Condition": condition}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam = boto3.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=document)
    iam.put_role_policy(RoleName="app", PolicyName="read", PolicyDocument=policy)


def plan(*regions: str, script: Any = None) -> Any:
    return planned(NAME, read(NAME, regions=regions or (HOME, WEST), script=script))


def test_round_trip_takes_the_class_of_the_replica(shim: Shim) -> None:
    make(HOME)
    make(WEST, data_class="restricted")
    shim.make_global("orders", HOME, WEST)
    (change,) = round_trip(NAME, regions=(HOME, WEST)).changes
    assert change.calls[0].params["Tags"] == [{"Key": "data-class", "Value": "restricted"}]
    assert change.calls[0].undo[0].params["TagKeys"] == ["data-class"]


def test_round_trip_of_a_value_that_is_on_no_ladder(shim: Shim) -> None:
    make(HOME, data_class="secret")
    make(WEST, data_class="restricted")
    shim.make_global("orders", HOME, WEST)
    (change,) = round_trip(NAME, regions=(HOME, WEST)).changes
    assert change.calls[0].undo[0].params["Tags"] == [{"Key": "data-class", "Value": "secret"}]


def test_what_a_table_holds_is_not_guessed() -> None:
    make()
    found = plan(HOME)
    assert found.changes == ()
    assert "data-class" in found.advice[0].how


def test_replicas_that_contradict_each_other_decide_nothing(shim: Shim) -> None:
    make(HOME)
    make(WEST, data_class="restricted")
    make(EUROPE, data_class="public")
    shim.make_global("orders", HOME, WEST, EUROPE)
    found = plan(HOME, WEST, EUROPE)
    assert found.changes == ()
    assert "contradict" in found.advice[0].why


def test_a_tag_that_a_policy_asks_for_is_a_matter_of_access(shim: Shim) -> None:
    ask_for("Data-Class")
    make(HOME)
    make(WEST, data_class="restricted")
    shim.make_global("orders", HOME, WEST)
    (change,) = plan().changes
    assert change.risk.level == "access"
    assert "decides" in change.risk.reasons[0]


def test_a_tag_that_policies_do_not_ask_for_is_not(shim: Shim) -> None:
    ask_for("team")
    make(HOME)
    make(WEST, data_class="restricted")
    shim.make_global("orders", HOME, WEST)
    levels = {change.risk.level for change in plan().changes}
    assert levels <= {"additive", "access"}
    assert all("data-class" not in reason for change in plan().changes for reason in change.risk.reasons)


def test_policies_that_cannot_be_read_may_ask_for_it(shim: Shim) -> None:
    make(HOME)
    make(WEST, data_class="restricted")
    shim.make_global("orders", HOME, WEST)
    denied = AwsError("AccessDeniedException")
    (change,) = plan(script={"iam:GetAccountAuthorizationDetails": denied}).changes
    assert change.risk.level == "access"


def test_a_table_of_a_stack_is_left_to_the_stack(shim: Shim) -> None:
    make(HOME)
    boto3.client("dynamodb").tag_resource(
        ResourceArn="arn:aws:dynamodb:us-east-1:123456789012:table/orders",
        Tags=[{"Key": "aws:cloudformation:stack-name", "Value": "shop"}],
    )
    make(WEST, data_class="restricted")
    shim.make_global("orders", HOME, WEST)
    (change,) = plan().changes
    assert "allow-drift" in [one.override for one in change.blocked]
