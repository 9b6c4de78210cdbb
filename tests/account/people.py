"""Principals of the compliant account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dynasec.model.identity import AccessKey, Identity
from tests.account.tables import arn
from tests.support.accounts import ACCOUNT, NOW
from tests.support.dax import ROLE as DAX
from tests.support.identity import allow, credentials, document, identity, managed, role, user

ADMINISTRATOR = f"arn:aws:iam::{ACCOUNT}:role/admin"
ITEMS = ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem")
CHANGES = ("dynamodb:UpdateTable", "dynamodb:DeleteTable", "dynamodb:PutResourcePolicy")
LIMIT = f"arn:aws:iam::{ACCOUNT}:policy/limit"
LISTS = {"lists": [allow("dynamodb:ListTables")]}
READ_ONLY = "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"


def trust(principal: Any, **more: Any) -> str:
    return document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more})


COMPUTE = trust({"Service": "ecs-tasks.amazonaws.com"})


OF_THE_SHOP = {"StringEquals": {"aws:ResourceTag/owner": "shop"}}
COGNITO = "cognito-identity.amazonaws.com"
PORTAL = document(
    {
        "Effect": "Allow",
        "Principal": {"Federated": COGNITO},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{COGNITO}:aud": "us-east-1:11111111-2222-3333-4444-555555555555"}},
    }
)
OWN_ITEMS = allow(
    "dynamodb:GetItem",
    "dynamodb:Query",
    resource=arn("carts"),
    Condition={"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": f"${{{COGNITO}:sub}}"}},
)


def on(*names: str) -> list[str]:
    """Tables with their indexes."""
    return [one for name in names for one in (arn(name), f"{arn(name)}/index/*")]


def compliant() -> Identity:
    fresh = AccessKey(active=True, last_rotated=NOW - timedelta(days=20), last_used=NOW - timedelta(days=1))
    return identity(
        role("admin", inline={"change": [allow(*CHANGES, resource=on("orders", "invoices"))]}, trust=COMPUTE),
        role("key-admin", trust=COMPUTE),
        role("shop", inline={"items": [allow(*ITEMS, resource=on("orders", "invoices"))]}, trust=COMPUTE),
        role("vault", inline={"items": [allow(*ITEMS, resource=on("tokens"))]}, trust=COMPUTE),
        role(DAX.rpartition("/")[2], inline={"items": [allow(*ITEMS, resource=on("orders"))]}, trust=COMPUTE),
        role(
            "catalog",
            inline={"items": [allow("dynamodb:GetItem", resource=arn("catalog"), Condition=OF_THE_SHOP)]},
            boundary=LIMIT,
            trust=COMPUTE,
        ),
        role("portal", inline={"own-items": [OWN_ITEMS]}, trust=PORTAL),
        user(
            "deployer",
            inline={"expiry": [allow("dynamodb:UpdateTimeToLive", resource=arn("orders"))]},
            credentials=credentials(access_keys=(fresh, AccessKey(active=False))),
        ),
        user("operator", inline=LISTS, credentials=credentials(password=True, mfa=True)),
        user("auditor", inline=LISTS, credentials=credentials(password=True, mfa=True)),
        managed("limit", [allow("dynamodb:GetItem", resource=arn("catalog"))], attachments=0),
    )
