"""What a token vault must have and must not have."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from dynasec.model.fact import Unknown, malformed
from dynasec.model.snapshot import Snapshot
from dynasec.model.table import Table
from dynasec.semantics.event_log import coverage, table_events
from dynasec.semantics.table_encryption import KeyClass, key_class

Flaw = Callable[[Table], str | None]

_ENDED: Final = frozenset({"DISABLED", "ENABLE_FAILED"})
_INSIGHTS_OFF: Final = frozenset({"DISABLED", "DISABLING", "FAILED"})


def flaws(snapshot: Snapshot) -> tuple[Flaw, ...]:
    """Return what to ask of a vault: each gives what is wrong, None where nothing is, or raises Unknown."""
    in_snapshot = (_key, _data_events, _exports)
    return (
        *(partial(one, snapshot) for one in in_snapshot),
        _recovery,
        _deletion,
        _stream,
        _kinesis,
        _insights,
    )


def _key(snapshot: Snapshot, table: Table) -> str | None:
    found = key_class(table, snapshot)
    return None if found is KeyClass.CUSTOMER_MANAGED else f"its key is {found.value}"


def _data_events(snapshot: Snapshot, table: Table) -> str | None:
    found = coverage(snapshot.trails, table.region, table_events(table.arn))
    if found.missing:
        return f"not all {' and '.join(found.missing)} of its items are logged"
    if not found.proven:
        raise Unknown(*found.gaps)
    return None


def _exports(snapshot: Snapshot, table: Table) -> str | None:
    listing = snapshot.region(table.region).table_exports
    made = (one for one in listing.items if one.table_arn == table.arn and one.export_status != "FAILED")
    found = next(made, None)
    if found is None:
        listing.complete()
        return None
    return f"it was exported to bucket {found.s3_bucket}"


def _recovery(table: Table) -> str | None:
    return None if table.continuous_backups.known().enabled else "point-in-time recovery is off"


def _deletion(table: Table) -> str | None:
    protected = table.description.known().deletion_protection_enabled
    if protected is None:
        raise Unknown(malformed("dynamodb:DescribeTable", "no DeletionProtectionEnabled", table.region))
    return None if protected else "deletion protection is off"


def _stream(table: Table) -> str | None:
    stream = table.description.known().stream_specification
    return "it has a stream" if stream is not None and stream.stream_enabled else None


def _kinesis(table: Table) -> str | None:
    found = table.kinesis_destinations.known()
    active = next((one for one in found if one.destination_status not in _ENDED), None)
    return None if active is None else f"it sends its changes to {active.stream_arn}"


def _insights(table: Table) -> str | None:
    found = table.contributor_insights.known()
    on = any(one.contributor_insights_status not in _INSIGHTS_OFF for one in found)
    return "Contributor Insights publishes its keys" if on else None
