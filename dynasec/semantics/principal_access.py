"""What of DynamoDB a user or role can do, by its own policies or by those of tables and streams."""

from __future__ import annotations

from typing import Final

from dynasec.iam.actions import Capability
from dynasec.model.fact import Gaps, Unknown, malformed
from dynasec.model.identity import REPORT, Credentials, Role, User
from dynasec.model.snapshot import Snapshot
from dynasec.semantics.item_access import ItemGrant, granted_by_identity, granted_by_tables

TABLE_READS: Final = ("dynamodb:ListTables", "dynamodb:DescribeTable", "dynamodb:GetResourcePolicy")
"""What must be read for it beside IAM."""

CREDENTIAL_READS: Final = ("iam:GenerateCredentialReport", "iam:GetCredentialReport")


def grants_to(
    principal: User | Role, snapshot: Snapshot, wanted: frozenset[Capability]
) -> tuple[ItemGrant, ...]:
    """Return the statements that give a principal what is wanted; resource policies are asked only where no identity policy does.

    Raises:
        Unknown: nothing was found, but something was not read, so it may be there.

    """
    found = granted_by_identity(principal, snapshot.identity, wanted)
    if found:
        return found
    gaps = Gaps()
    tables = [table for region in snapshot.regions for table in gaps.items(region.tables)]
    found = tuple(granted_by_tables(principal, snapshot.identity, tables, gaps, wanted))
    if not found:
        gaps.settle()
    return found


def ways(grants: tuple[ItemGrant, ...]) -> str:
    """Name the first few statements."""
    more = f" and {len(grants) - 3} more" if len(grants) > 3 else ""  # noqa: PLR2004 - enough to see where to begin
    return "; ".join(f"{one.policy}, {one.statement}" for one in grants[:3]) + more


def as_evidence(grants: tuple[ItemGrant, ...]) -> list[dict[str, object]]:
    """Return grants as JSON."""
    return [{"policy": one.arn, "statement": one.statement, "actions": list(one.actions)} for one in grants]


def has_password(credentials: Credentials) -> bool:
    """Whether a user can sign in to the console by a password.

    Raises:
        Unknown: the report does not tell, which it may only for root.

    """
    if credentials.password_enabled is None:
        raise Unknown(malformed(REPORT, "password_enabled is neither true nor false"))
    return credentials.password_enabled
