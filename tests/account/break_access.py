"""What can go wrong with principals, their credentials and policies, and with the policies of tables."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dynasec.model.fact import Fact
from dynasec.model.snapshot import Snapshot
from dynasec.model.table import ResourcePolicy
from tests.account.mutation import (
    Mutation,
    added,
    changed,
    granted,
    principal,
    replaced,
    table_of,
    with_policy,
    with_statement,
)
from tests.account.people import EVERYTHING, on, trust
from tests.account.tables import arn
from tests.support.accounts import ACCOUNT
from tests.support.companions import STREAM
from tests.support.identity import allow, document

PLANES = {"planes-separated": "whoever has access has it to a plane"}
FOREIGN = {"AWS": "arn:aws:iam::999988887777:root"}


def _grants(name: str, *actions: str, resource: Any) -> Any:
    statement = allow(*actions, resource=resource)
    return lambda account: granted(account, name, statement)


def _credentials(account: Snapshot, name: str) -> Any:
    return principal(account, name).credentials.known()


def _old_key(account: Snapshot) -> Snapshot:
    key = _credentials(account, "deployer").access_keys[0]
    return changed(account, key, last_rotated=account.taken_at - timedelta(days=400))


def _without_mfa(account: Snapshot) -> Snapshot:
    broken = changed(account, _credentials(account, "operator"), mfa_active=False)
    return granted(broken, "operator", allow("dynamodb:Query", resource=arn("catalog")))


def _broad_policy(account: Snapshot) -> Snapshot:
    return added(account, principal(account, "catalog").attached, EVERYTHING)


def _unused(account: Snapshot) -> Snapshot:
    told = principal(account, "dax").last_access.known()
    return changed(account, told, services={"dynamodb": account.taken_at - timedelta(days=200)})


def _inverse(account: Snapshot) -> Snapshot:
    inverse = {"Effect": "Allow", "NotAction": "iam:*", "Resource": arn("catalog")}
    return granted(account, "catalog", inverse)


def _stream_policy(account: Snapshot) -> Snapshot:
    foreign = {"Principal": FOREIGN, **allow("dynamodb:GetRecords", resource=STREAM)}
    policy = ResourcePolicy(text=document(foreign), revision_id="1")
    return replaced(account, table_of(account, "orders").stream_policy, Fact(policy))


def _table_policy(account: Snapshot) -> Snapshot:
    foreign = {"Principal": FOREIGN, **allow("dynamodb:GetItem", resource=arn("catalog"))}
    return with_policy(account, "catalog", lambda text: with_statement(text, foreign))


def _without_key(account: Snapshot) -> Snapshot:
    condition = {
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["name"]},
        "StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
    }
    limited = allow("dynamodb:Query", resource=arn("catalog"), Condition=condition)
    return granted(account, "portal", limited)


MUTATIONS = (
    Mutation("access-keys-fresh", _old_key),
    Mutation("applications-use-roles", _grants("deployer", "dynamodb:GetItem", resource=arn("catalog"))),
    Mutation(
        "console-mfa",
        _without_mfa,
        also={"humans-federated": "MFA matters to whoever signs in by a password and has access"},
        wakes=PLANES,
    ),
    Mutation(
        "humans-federated", _grants("auditor", "dynamodb:GetItem", resource=arn("catalog")), wakes=PLANES
    ),
    Mutation("no-broad-managed-policy", _broad_policy),
    Mutation("no-inverse-allow", _inverse),
    Mutation("no-wildcard-actions", _grants("vault", "dynamodb:BatchWrite*", resource=on("tokens"))),
    Mutation("no-wildcard-tables", _grants("shop", "dynamodb:GetItem", resource=arn("*-archive"))),
    Mutation(
        "role-trust-narrow",
        lambda account: replaced(account, principal(account, "shop").trust, Fact(trust({"AWS": "*"}))),
    ),
    Mutation("planes-separated", _grants("shop", "dynamodb:UpdateTimeToLive", resource=arn("invoices"))),
    Mutation(
        "policy-writers-limited", _grants("deployer", "dynamodb:PutResourcePolicy", resource=arn("orders"))
    ),
    Mutation("deletion-limited", _grants("deployer", "dynamodb:DeleteTable", resource=arn("orders"))),
    Mutation(
        "exports-limited", _grants("deployer", "dynamodb:ExportTableToPointInTime", resource=arn("orders"))
    ),
    Mutation("sensitive-readers-limited", _grants("vault", "dynamodb:GetItem", resource=arn("orders"))),
    Mutation(
        "escalation-paths-closed",
        _grants("portal", "iam:UpdateAssumeRolePolicy", resource=f"arn:aws:iam::{ACCOUNT}:role/shop"),
    ),
    Mutation("tags-guarded", _grants("shop", "dynamodb:TagResource", resource=arn("catalog"))),
    Mutation("unused-access", _unused),
    Mutation("fine-grained-present", _grants("shop", "dynamodb:GetItem", resource=arn("carts"))),
    Mutation("fine-grained-sound", _without_key),
    Mutation("stream-policy-no-foreigners", _stream_policy),
    Mutation("table-policy-no-foreigners", _table_policy),
)
