"""The remediation `deny-outside-endpoint`."""

from __future__ import annotations

import boto3
import pytest

from dynasec.settings import Settings, Trust
from tests.remediations import policies
from tests.support.accounts import ACCOUNT
from tests.support.remedied import planned, read, round_trip

NAME = "deny-outside-endpoint"
pytestmark = pytest.mark.usefixtures("aws", "orders", "_sensitive")


@pytest.fixture
def _sensitive(orders: None) -> None:
    del orders
    tag = {"Key": "data-class", "Value": "restricted"}
    boto3.client("dynamodb").tag_resource(ResourceArn=policies.TABLE, Tags=[tag])


def endpoint() -> str:
    ec2 = boto3.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName="com.amazonaws.us-east-1.dynamodb", VpcEndpointType="Gateway"
    )
    return made["VpcEndpoint"]["VpcEndpointId"]


def test_round_trip() -> None:
    name = endpoint()
    (change,) = round_trip(NAME).changes
    (statement,) = change.after["Policy"]["Statement"]
    assert statement["Condition"]["StringNotEquals"] == {"aws:SourceVpce": [name]}
    assert not [
        action
        for action in statement["Action"]
        if action.startswith(("dynamodb:Update", "dynamodb:Delete")) and "Item" not in action
    ]


def test_administrators_are_exempt() -> None:
    endpoint()
    admin = f"arn:aws:iam::{ACCOUNT}:role/admin"
    plan = round_trip(NAME, settings=Settings(trust=Trust(administrators=(admin,))))
    (statement,) = plan.changes[0].after["Policy"]["Statement"]
    assert admin in statement["Condition"]["ArnNotLike"]["aws:PrincipalArn"]


def test_without_an_endpoint_nobody_could_use_the_table() -> None:
    plan = planned(NAME, read(NAME))
    assert plan.changes == ()
    assert "no DynamoDB endpoint" in plan.advice[0].why
