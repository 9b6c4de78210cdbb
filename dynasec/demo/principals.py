"""Who may do what.

Good: `orders-service`, which names its table and its actions. Not so: `legacy-batch`, with `dynamodb:*` on everything; the group
`developers`, likewise; `ci-deployer`, a user with a long-lived key that can write items; `reporting`, with a policy whose name says
"read only" and which reads all data. Good again: `support`, which sees only the items of the customer whose id is its session's tag,
and only through the shop's VPC endpoint; and `orders-maintenance`, which nobody but `ci-deployer` may assume.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from dynasec.demo.emulator import ACCOUNT, Aws

_ORDERS = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"


def seed(aws: Aws) -> None:
    """Create users, groups, roles and their policies."""
    _role(aws, "orders-service", "ecs-tasks.amazonaws.com")
    _inline(
        aws,
        "orders-service",
        "orders-items",
        ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"],
        [_ORDERS],
    )
    _decrypting(aws, "orders-service")
    _conditional(aws)
    _role(aws, "legacy-batch", "ec2.amazonaws.com")
    _inline(aws, "legacy-batch", "everything", ["dynamodb:*"], ["*"])
    _role(aws, "reporting", "glue.amazonaws.com")
    _attach(aws, "reporting", "AmazonDynamoDBReadOnlyAccess")
    _role(aws, "account-admin", f"arn:aws:iam::{ACCOUNT}:root")
    _attach(aws, "account-admin", "AdministratorAccess")
    _people(aws)


def _conditional(aws: Aws) -> None:
    """Create what may read orders under conditions, or by way of another."""
    endpoint = aws.client("ec2", "us-east-1").describe_vpc_endpoints()["VpcEndpoints"]
    own_items = {
        "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:PrincipalTag/customer}"]},
        "Null": {"dynamodb:LeadingKeys": "false"},
        "StringEquals": {"aws:SourceVpce": [one["VpcEndpointId"] for one in endpoint][:1]},
    }
    _role(aws, "support", f"arn:aws:iam::{ACCOUNT}:root", also=["sts:TagSession"])
    statement = {"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Query"], "Resource": _ORDERS}
    aws.client("iam").put_role_policy(
        RoleName="support",
        PolicyName="own-customer",
        PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [statement | {"Condition": own_items}]}
        ),
    )
    _decrypting(aws, "support")


def _maintenance(aws: Aws) -> None:
    _role(aws, "orders-maintenance", f"arn:aws:iam::{ACCOUNT}:user/ci-deployer")
    _inline(aws, "orders-maintenance", "cleanup", ["dynamodb:Scan", "dynamodb:DeleteItem"], [_ORDERS])
    _decrypting(aws, "orders-maintenance")


def _decrypting(aws: Aws, role: str) -> None:
    """Let a role use the key of the shop's tables: theirs is a customer managed key, whose policy leaves it to IAM."""
    arn = aws.client("kms", "us-east-1").describe_key(KeyId="alias/shop")["KeyMetadata"]["Arn"]
    _inline(aws, role, "shop-key", ["kms:Decrypt"], [arn])


def _people(aws: Aws) -> None:
    iam = aws.client("iam")
    iam.create_group(GroupName="developers")
    iam.put_group_policy(
        GroupName="developers", PolicyName="tables", PolicyDocument=_document(["dynamodb:*"], ["*"])
    )
    iam.create_user(UserName="console-operator")
    iam.add_user_to_group(GroupName="developers", UserName="console-operator")
    iam.create_user(UserName="ci-deployer")
    iam.put_user_policy(
        UserName="ci-deployer",
        PolicyName="fixtures",
        PolicyDocument=_document(["dynamodb:PutItem", "dynamodb:BatchWriteItem"], [_ORDERS]),
    )
    iam.create_access_key(UserName="ci-deployer")
    _maintenance(aws)
    iam.create_user(UserName="backup-auditor")
    iam.create_access_key(UserName="backup-auditor")


def _role(aws: Aws, name: str, principal: str, *, also: Sequence[str] = ()) -> None:
    kind = "AWS" if principal.startswith("arn:") else "Service"
    trust = {"Effect": "Allow", "Principal": {kind: principal}, "Action": ["sts:AssumeRole", *also]}
    aws.client("iam").create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )


def _inline(aws: Aws, role: str, name: str, actions: list[str], resources: list[str]) -> None:
    aws.client("iam").put_role_policy(
        RoleName=role, PolicyName=name, PolicyDocument=_document(actions, resources)
    )


def _attach(aws: Aws, role: str, policy: str) -> None:
    aws.client("iam").attach_role_policy(RoleName=role, PolicyArn=f"arn:aws:iam::aws:policy/{policy}")


def _document(actions: list[str], resources: list[str]) -> str:
    statement = {"Effect": "Allow", "Action": actions, "Resource": resources}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
