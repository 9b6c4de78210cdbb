"""Principals of the compliant account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dynasec.model.identity import AccessKey, Identity, LastAccess, Role, User
from tests.account.tables import arn
from tests.support.accounts import ACCOUNT, NOW
from tests.support.dax import ROLE as DAX
from tests.support.identity import allow, credentials, document, identity, managed, role, user

ADMINISTRATOR = f"arn:aws:iam::{ACCOUNT}:role/admin"
ITEMS = ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem")
LIMIT = f"arn:aws:iam::{ACCOUNT}:policy/limit"
EVERYTHING = "arn:aws:iam::aws:policy/AdministratorAccess"


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


def _used(last_use: timedelta | None = timedelta(days=3)) -> dict[str, Any]:
    """How old a principal is, and when it used DynamoDB last; it may not, where there is no last use."""
    services = {} if last_use is None else {"dynamodb": NOW - last_use}
    return {
        "created": NOW - timedelta(days=800),
        "last_access": LastAccess(as_of=NOW - timedelta(minutes=1), services=services),
    }


def _role(name: str, *statements: dict[str, Any], trust: str = COMPUTE, **more: Any) -> Role:
    inline = {"items": statements} if statements else {}
    return role(name, inline=inline, trust=trust, **{**_used(), **more})


def _roles() -> tuple[Role, ...]:
    return (
        _role("admin", attached=(EVERYTHING,)),
        _role("key-admin", **_used(None)),
        _role("shop", allow(*ITEMS, resource=on("orders", "invoices"))),
        _role("vault", allow(*ITEMS, resource=on("tokens"))),
        _role(DAX.rpartition("/")[2], allow(*ITEMS, resource=on("orders"))),
        _role(
            "catalog",
            allow("dynamodb:GetItem", resource=arn("catalog"), Condition=OF_THE_SHOP),
            boundary=LIMIT,
        ),
        _role("portal", OWN_ITEMS, trust=PORTAL),
    )


def _users() -> tuple[User, ...]:
    fresh = AccessKey(active=True, last_rotated=NOW - timedelta(days=20), last_used=NOW - timedelta(days=1))
    deploys = {"expiry": [allow("dynamodb:UpdateTimeToLive", resource=arn("orders"))]}
    lists = {"lists": [allow("dynamodb:ListTables")]}
    keys = credentials(access_keys=(fresh, AccessKey(active=False)))
    return (
        user("deployer", inline=deploys, credentials=keys, **_used()),
        user("operator", inline=lists, credentials=credentials(password=True, mfa=True), **_used()),
        user("auditor", inline=lists, credentials=credentials(password=True, mfa=True), **_used()),
    )


def compliant() -> Identity:
    return identity(
        *_roles(),
        *_users(),
        managed("limit", [allow("dynamodb:GetItem", resource=arn("catalog"))], attachments=0),
        managed("AdministratorAccess", [allow("*")], aws=True, attachments=1),
    )
