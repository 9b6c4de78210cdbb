"""What a wildcard of an Action element is replaced by: the actions on items that it means, and those that only read, each by name. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from dynasec.iam.actions import DATA_READ, DATA_WRITE, EXFILTRATION, catalogue, changes, matched
from dynasec.iam.matching import Pattern, covers
from dynasec.iam.wildcards import SERVICES

_ITEMS: Final = DATA_READ | DATA_WRITE
_REPLICATION: Final = frozenset({"dynamodb:ReadDataForReplication", "dynamodb:WriteDataForReplication"})
"""What only DynamoDB itself does, between the replicas of two accounts."""
_STREAM_READ: Final = "dynamodb:GetRecords"
_READING: Final = ("Describe", "List")
"""Beginnings that no action has which changes anything: as wildcards they stay short."""


def service_of(pattern: str) -> str | None:
    """Return the service that an Action pattern spells out; None where it is none of DynamoDB and DAX, or may be several."""
    name = pattern.partition(":")[0].lower()
    return name if name in SERVICES else None


def safe(actions: Iterable[str]) -> frozenset[str]:
    """Return those of `service:Action`s that work on items or only read: no exports, no changes of tables, backups and permissions."""
    return frozenset(
        action
        for action in actions
        if action in catalogue(action.partition(":")[0])
        and action not in _REPLICATION
        and (action in _ITEMS or not (changes(action) or action in EXFILTRATION))
    )


def is_for_items(pattern: str) -> bool:
    """Whether a pattern means writing of items, so that what it means beside may be an oversight."""
    service = service_of(pattern)
    return service is not None and bool(safe(matched(pattern, service)) & DATA_WRITE)


def spelled_out(pattern: str, wanted: Iterable[str]) -> list[str]:
    """Name the wanted actions of a pattern, sorted; as wildcards those that begin with Describe or List, where it means them all.

    `pattern` spells its service out.
    """
    left = set(wanted)
    service = pattern.partition(":")[0].lower()
    named: list[str] = []
    for word in _READING:
        short = f"{service}:{word}*"
        meant = matched(short, service)
        whole = covers(Pattern.of(pattern, ignore_case=True), Pattern.of(short, ignore_case=True))
        if whole and len(meant) > 1 and meant <= left and not any(map(changes, meant)):
            left -= meant
            named.append(short)
    return sorted([*left, *named])


def withdrawn(pattern: str) -> frozenset[str]:
    """Return what `safe` leaves out of a pattern that spells its service out."""
    reached = matched(pattern, pattern.partition(":")[0].lower())
    return reached - safe(reached)
