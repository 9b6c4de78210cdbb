"""Whether a user or role can use both planes of one table: its items, and the table itself with its settings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from dynasec.access import Access, Standing
from dynasec.access.questions import Part, questions
from dynasec.access.reach import Cause, Reach
from dynasec.iam.actions import DATA_READ, DATA_WRITE, Capability, catalogue
from dynasec.model.fact import Gap
from dynasec.model.identity import IamPrincipal
from dynasec.rights.limited_access import by, cause_as_evidence, when
from dynasec.semantics.action_words import few

_REPLICATION: Final = frozenset({"dynamodb:ReadDataForReplication", "dynamodb:WriteDataForReplication"})
ITEM_ACTIONS: Final = ((DATA_READ | DATA_WRITE) & catalogue("dynamodb")) - _REPLICATION
"""Reading and writing items, the stream's records included."""

_CAN: Final = frozenset({Standing.ALLOWED, Standing.CONDITIONAL})
_SHOWN: Final = 3


@cache
def table_actions() -> frozenset[str]:
    """Return the actions that change a table, its stream or its indexes, but no items."""
    return frozenset(
        question.action
        for question in questions()
        if Capability.CONTROL in question.capabilities
        and not set(question.parts) <= {Part.BACKUP, Part.ACCOUNT}
        and question.action not in ITEM_ACTIONS | _REPLICATION
    )


@dataclass(frozen=True, slots=True)
class Overlap:
    """Tables of which both planes are open for the same reasons; `items` and `changes` say why each is."""

    arns: tuple[str, ...]
    items: Cause
    changes: Cause

    def __str__(self) -> str:
        return f"may {_words(self.items)} and {_words(self.changes)} on {_some(self.arns)}"

    @property
    def as_evidence(self) -> dict[str, Any]:
        """The same as JSON."""
        return {
            "tables": list(self.arns),
            "items": cause_as_evidence(self.items),
            "changes": cause_as_evidence(self.changes),
        }


@dataclass(frozen=True, slots=True)
class Planes:
    """What one principal can. `used` names the planes open on some table.

    `gaps`: what was not read and may open the other plane of a table. `doubts`: what was not read and may open one at all.
    """

    overlaps: tuple[Overlap, ...]
    used: tuple[str, ...]
    gaps: tuple[Gap, ...]
    doubts: tuple[Gap, ...]


def planes_of(principal: IamPrincipal, access: Access) -> Planes:
    """Return the planes that a principal can use of the tables, itself or as a session that a policy names."""
    overlaps: dict[tuple[Cause, Cause], list[str]] = {}
    used: dict[str, None] = {}
    doubts: list[Gap] = []
    gaps = [region.tables.gap for region in access.snapshot.regions if region.tables.gap is not None]
    for reach, arns in access.reaches.of(principal.arn):
        standings = [(actions, reach.standing(actions)) for actions in (ITEM_ACTIONS, table_actions())]
        for name, (_, standing) in zip(("items", "settings"), standings, strict=True):
            if standing in _CAN:
                used[name] = None
        doubts += _open(access, reach, standings)
        if all(standing in _CAN for _, standing in standings):
            items, changes = (access.reaches.causes(reach, actions)[0] for actions, _ in standings)
            overlaps.setdefault((items, changes), []).extend(arns)
        elif all(standing is not Standing.DENIED for _, standing in standings):
            gaps += _open(access, reach, standings)
    found = [Overlap(tuple(sorted(set(arns))), *causes) for causes, arns in overlaps.items()]
    found.sort(key=lambda one: (-len(one.arns), one.arns))
    return Planes(tuple(found), tuple(used), tuple(sorted(set(gaps))), tuple(sorted(set(doubts))))


def _open(access: Access, reach: Reach, standings: list[tuple[frozenset[str], Standing]]) -> Iterable[Gap]:
    for actions, standing in standings:
        if standing is Standing.UNKNOWN:
            yield from access.reaches.gaps(reach, actions)


def _words(cause: Cause) -> str:
    return f"{few(cause.actions)}{when(cause)} by {by(cause)}"


def _some(arns: tuple[str, ...]) -> str:
    names = ", ".join(arn.rpartition("/")[2] for arn in arns[:_SHOWN])
    return names + (f" and {len(arns) - _SHOWN} more" if len(arns) > _SHOWN else "")
