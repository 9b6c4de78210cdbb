"""Builds KMS keys, and tables that are encrypted with them."""

from __future__ import annotations

from typing import Any

from dynasec.model.fact import Fact
from dynasec.model.key import Key, KeyMetadata
from dynasec.model.table import Sse, Table
from tests.support.accounts import ACCOUNT, REGION, description, table

KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"


def key_arn(*, region: str = REGION, account: str = ACCOUNT, key_id: str = KEY_ID) -> str:
    """The ARN of a key."""
    return f"arn:aws:kms:{region}:{account}:key/{key_id}"


def metadata(**members: Any) -> KeyMetadata:
    """What DescribeKey says of a symmetric key of the customer's; `members` in snake case."""
    defaults = {
        "arn": key_arn(),
        "key_manager": "CUSTOMER",
        "key_state": "Enabled",
        "enabled": True,
        "origin": "AWS_KMS",
        "key_spec": "SYMMETRIC_DEFAULT",
        "key_usage": "ENCRYPT_DECRYPT",
        "multi_region": False,
    }
    return KeyMetadata(**{**defaults, **members})


def key(*, arn: str | None = None, tables: tuple[str, ...] | None = None, **facts: Any) -> Key:
    """A key of the table `orders`. Facts that are not given are not collected, metadata aside: an enabled customer key."""
    arn = arn or key_arn()
    facts.setdefault("metadata", metadata(arn=arn))
    wrapped = {
        name: value if isinstance(value, Fact) or name in {"gone", "grants"} else Fact(value)
        for name, value in facts.items()
    }
    users = (encrypted().arn,) if tables is None else tables
    return Key(arn=arn, region=arn.split(":")[3], references=(arn,), tables=users, **wrapped)


def encrypted(name: str = "orders", *, sse: Sse | None = None, region: str = REGION, **facts: Any) -> Table:
    """A table under a KMS key, of which `SSEType` says nothing more."""
    sse = sse or Sse(status="ENABLED", sse_type="KMS", kms_master_key_arn=key_arn(region=region))
    return table(name, region=region, description=description(name, region=region, sse=sse), **facts)
