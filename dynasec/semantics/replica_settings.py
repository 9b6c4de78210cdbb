"""Which of the settings that DynamoDB never replicates are less strict on another replica of a table.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/globaltables_HowItWorks.html names what is synchronised; deletion
protection, point-in-time recovery, tags and resource policies are not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from dynasec.iam.malformed import MalformedPolicy
from dynasec.model.fact import NOT_COLLECTED, Gap, Unknown, malformed
from dynasec.model.snapshot import Snapshot
from dynasec.model.table import ReplicaDescription, ResourcePolicy, Table
from dynasec.semantics.replica_policy import compare

NOT_COMPARABLE: Final = "NotComparable"
"""The code of a gap where policies differ only in ids of VPCs and endpoints, which are others in every Region."""

_POLICY = "dynamodb:GetResourcePolicy"


def others(table: Table) -> list[ReplicaDescription]:
    """Return the replicas of a table in other Regions or accounts, in the order of Regions.

    Raises:
        Unknown: the table could not be described.

    """
    found = (
        one
        for one in table.description.known().replicas
        if one.region_name != table.region or not one.belongs_to(table.account)
    )
    return sorted(found, key=lambda one: (one.region_name, one.replica_arn or ""))


def table_of(table: Table, replica: ReplicaDescription, snapshot: Snapshot) -> Table:
    """Return a replica as the table that it is.

    Raises:
        Unknown: it was not read: it is in another account, or could not be listed.

    """
    arn = replica.replica_arn or table.arn.replace(f":{table.region}:", f":{replica.region_name}:", 1)
    found = snapshot.table(arn)
    if found is None:
        raise Unknown(
            Gap("dynamodb:DescribeTable", NOT_COLLECTED, f"{arn} was not read", replica.region_name)
        )
    return found


def weaknesses(table: Table, other: Table) -> tuple[list[str], list[Gap]]:
    """Return what is less strict on `other` than on `table`, and what could not be compared."""
    weaker: list[str] = []
    gaps: list[Gap] = []
    for setting in _SETTINGS:
        try:
            for what in setting(table, other):
                weaker.append(what)  # noqa: PERF402 - one by one: what was found before a gap counts
        except Unknown as missing:
            gaps += missing.gaps
    return weaker, gaps


def _deletion_protection(table: Table, other: Table) -> Iterator[str]:
    here = table.description.known().deletion_protection_enabled
    there = other.description.known().deletion_protection_enabled
    if here is None or there is None:
        raise Unknown(malformed("dynamodb:DescribeTable", "no DeletionProtectionEnabled"))
    if here and not there:
        yield "deletion protection is off"


def _recovery(table: Table, other: Table) -> Iterator[str]:
    here = table.continuous_backups.known()
    if not here.enabled:
        return
    there = other.continuous_backups.known()
    if not there.enabled:
        yield "point-in-time recovery is off"
    elif here.window_days is None or there.window_days is None:
        raise Unknown(malformed("dynamodb:DescribeContinuousBackups", "no RecoveryPeriodInDays"))
    elif there.window_days < here.window_days:
        yield f"point-in-time recovery keeps {there.window_days} days, not {here.window_days}"


def _tags(table: Table, other: Table) -> Iterator[str]:
    """Compare the tags that people set; those under "aws:" tell which stack made a table."""
    there = other.tags.known()
    for key, value in sorted(table.tags.known().items()):
        if key.startswith("aws:"):
            continue
        if key not in there:
            yield f"tag {key} is missing"
        elif there[key] != value:
            yield f"tag {key} is {there[key]!r}, not {value!r}"


def _policy(table: Table, other: Table) -> Iterator[str]:
    here, there = table.policy.known(), other.policy.known()
    try:
        found = compare((_text(here), table.region), (_text(there), other.region))
    except MalformedPolicy as problem:
        raise Unknown(malformed(_POLICY, problem)) from problem
    yield from (f"the resource policy {what}" for what in found.weaker)
    if found.undecided:
        message = f"differs only in ids of VPCs or endpoints: {', '.join(found.undecided)}"
        raise Unknown(Gap(_POLICY, NOT_COMPARABLE, message, other.region))


def _text(policy: ResourcePolicy | None) -> str | None:
    return None if policy is None else policy.text


_SETTINGS: Final[tuple[Callable[[Table, Table], Iterator[str]], ...]] = (
    _deletion_protection,
    _recovery,
    _tags,
    _policy,
)
