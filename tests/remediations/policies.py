"""Resource policies of tables in the emulator."""

from __future__ import annotations

import json
from typing import Any

import boto3

from dynasec.demo.overlay import AwsError
from tests.support.accounts import ACCOUNT

TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"
FOREIGNER = "arn:aws:iam::999988887777:root"
OWN = f"arn:aws:iam::{ACCOUNT}:role/app"
ALONE: dict[str, Any] = {"organizations:DescribeOrganization": AwsError("AWSOrganizationsNotInUseException")}
"""The account is in no organization."""


def statement(principal: Any, effect: str = "Allow", **members: Any) -> dict[str, Any]:
    return {
        "Effect": effect,
        "Principal": principal,
        "Action": "dynamodb:GetItem",
        "Resource": TABLE,
        **members,
    }


def put(*statements: dict[str, Any]) -> None:
    """Give the table `orders` a policy."""
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    boto3.client("dynamodb").put_resource_policy(ResourceArn=TABLE, Policy=text)


def current() -> Any:
    """The policy's statements now."""
    answer = boto3.client("dynamodb").get_resource_policy(ResourceArn=TABLE)
    return json.loads(answer["Policy"])["Statement"]
