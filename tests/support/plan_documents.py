"""Builds plan documents by hand, and small emulated accounts to plan for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import boto3

from dynasec.change import Call, Identity, State
from dynasec.remediation import Risk, UndoClass
from dynasec.remedy.plan import (
    AdviceOf,
    Blocked,
    Change,
    Impact,
    Limits,
    Plan,
    RiskOf,
    SourceAudit,
    Subject,
    Tool,
    Totals,
    Undo,
)
from tests.support.accounts import ACCOUNT, NOW

ORDERS = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"
IS_ACTIVE = State(
    operation="dynamodb:DescribeTable",
    params={"TableName": "orders"},
    facts={"Table.TableStatus": "ACTIVE"},
)


def call(operation: str = "dynamodb:UpdateTable", params: Any = None, **members: Any) -> Call:
    """A call that sets a state."""
    given = {"TableName": "orders", "DeletionProtectionEnabled": True} if params is None else params
    return Call(**{"operation": operation, "params": given, "identity": Identity.SET_STATE, **members})


def change(*calls: Call, risk: Risk | RiskOf = Risk.ADDITIVE, **members: Any) -> Change:
    """A change of the table `orders`."""
    given = {
        "id": "enable-deletion-protection-0123456789",
        "key": "enable-deletion-protection:orders",
        "remediation": "enable-deletion-protection",
        "controls": ("deletion-protection",),
        "fingerprints": ("f",),
        "resource": ORDERS,
        "region": "us-east-1",
        "lane": ORDERS,
        "wave": 1,
        "summary": "turn deletion protection of orders on",
        "before": {"DeletionProtectionEnabled": False},
        "after": {"DeletionProtectionEnabled": True},
        "diff": ({"op": "replace", "path": "/DeletionProtectionEnabled", "value": True},),
        "expect": (IS_ACTIVE,),
        "calls": calls or (call(),),
        "verify": (IS_ACTIVE,),
        "timeout_s": 60,
        "undo": Undo(kind=UndoClass.EXACT),
        "risk": risk if isinstance(risk, RiskOf) else RiskOf(level=risk),
        "permissions": ("dynamodb:DescribeTable", "dynamodb:UpdateTable"),
    }
    return Change(**{**given, **members})


def plan(*changes: Change, advice: tuple[AdviceOf, ...] = (), now: datetime = NOW, **totals: Any) -> Plan:
    """The sealed plan of these changes."""
    ready = [one for one in changes if not one.blocked]
    return Plan(
        created_at=now,
        expires_at=now + timedelta(hours=24),
        tool=Tool(version="1"),
        subject=Subject(
            partition="aws",
            account=ACCOUNT,
            regions=("us-east-1",),
            caller_arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/auditor/alice",
        ),
        source_audit=SourceAudit(run_id="run-1", taken_at=now, coverage=1.0),
        limits=Limits(),
        changes=changes,
        advice=advice,
        totals=Totals(
            **{
                "changes": len(ready),
                "blocked": len(changes) - len(ready),
                "advice": len(advice),
                "by_risk": {
                    level: count for level in Risk if (count := sum(one.risk.level is level for one in ready))
                },
                "cost_low": 0.0,
                "cost_high": 0.0,
                **totals,
            }
        ),
    ).sealed()


def because(reason: str, override: Any = "") -> tuple[Blocked]:
    """What blocks a change."""
    return (Blocked(reason=reason, override=override),)


def denying(*names: str) -> Impact:
    """An impact that denies these."""
    return Impact(evaluated=9, denied=names)


def make_table(name: str, **members: Any) -> None:
    """Make a table in the emulated account."""
    client: Any = boto3.client("dynamodb")
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        **members,
    )
