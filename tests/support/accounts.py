"""Builds snapshots by hand, and judges them by the very registry and engine that the command line uses."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from dynasec.audit.engine import Engine
from dynasec.audit.finding import Finding
from dynasec.check import Context
from dynasec.model.account import Account
from dynasec.model.fact import Fact, Gap, Listing
from dynasec.model.recording import Recording
from dynasec.model.region import Region
from dynasec.model.snapshot import Snapshot
from dynasec.model.table import Table, TableDescription
from dynasec.registry import Registry, load
from dynasec.settings import Settings

ACCOUNT = "123456789012"
REGION = "us-east-1"
NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
DENIED = Gap("test:Read", "AccessDeniedException", "not authorized", REGION)


def denied(operation: str) -> Fact[Any]:
    """A fact that AWS refused to tell."""
    return Fact(gap=Gap(operation, "AccessDeniedException", "not authorized", REGION))


def denied_listing(operation: str, *items: Any) -> Listing[Any]:
    """A listing that ends in a refusal."""
    return Listing(items, Gap(operation, "AccessDeniedException", "not authorized", REGION))


def description(name: str = "orders", *, region: str = REGION, **members: Any) -> TableDescription:
    """What DescribeTable says; `members` in snake case."""
    arn = f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/{name}"
    return TableDescription(**{"table_name": name, "table_arn": arn, "table_status": "ACTIVE", **members})


def table(
    name: str = "orders",
    *,
    region: str = REGION,
    tags: dict[str, str] | Fact[Any] | None = None,
    **facts: Any,
) -> Table:
    """A table whose given facts are observed (a value is wrapped, a Fact taken as it is) and all others not collected."""
    wrapped = {key: value if isinstance(value, Fact) else Fact(value) for key, value in facts.items()}
    wrapped["tags"] = tags if isinstance(tags, Fact) else Fact(tags or {})
    arn = f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/{name}"
    return Table(arn=arn, region=region, name=name, account=ACCOUNT, **wrapped)


def region(*tables: Table, name: str = REGION, **families: Any) -> Region:
    """A Region with these tables, completely listed, without stacks, and families of things by their field names."""
    fields = {"tables": Listing(tables), "recording": Recording(stacks=Listing(())), **families}
    return Region(arn=f"arn:aws:dynamodb:{name}:{ACCOUNT}:*", region=name, **fields)


def snapshot(*regions: Region, **families: Any) -> Snapshot:
    """An account with these Regions; by default one Region with one table."""
    account = Account(arn=f"arn:aws:iam::{ACCOUNT}:root", id=ACCOUNT, partition="aws")
    return Snapshot(
        tool_version="0",
        taken_at=NOW,
        finished_at=NOW,
        caller_arn=f"arn:aws:iam::{ACCOUNT}:role/auditor",
        account=account,
        regions=regions or (region(table()),),
        **families,
    )


@cache
def registry() -> Registry:
    """All installed controls."""
    return load()


def judge(control: str, account: Snapshot, settings: Settings | None = None) -> list[Finding]:
    """Run one control over a snapshot."""
    engine = Engine(Context(account, settings or Settings()))
    return list(engine.run([registry().get(control)]))


def verdict(control: str, account: Snapshot, settings: Settings | None = None) -> Finding:
    """Run one control that must give exactly one finding."""
    findings = judge(control, account, settings)
    assert len(findings) == 1, [(finding.resource, finding.status) for finding in findings]
    return findings[0]
