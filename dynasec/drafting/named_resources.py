"""Statements whose item actions are held to named tables; what else they allow stays where it was. Pure.

Actions on items and others of one statement need different resources: `dynamodb:ListTables` and other services' actions keep theirs.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from dynasec.check import Context
from dynasec.drafting.explicit_actions import service_of, spelled_out
from dynasec.drafting.policies import Json
from dynasec.iam.actions import capabilities, catalogue, matched, resource_types
from dynasec.iam.document import Statement
from dynasec.iam.json_text import listed
from dynasec.iam.narrowing import narrowing
from dynasec.iam.wildcards import SERVICES
from dynasec.model.identity import Role, User
from dynasec.model.table import Table
from dynasec.semantics.granted_actions import names_nothing, reached_actions
from dynasec.semantics.item_access import ITEMS

_DYNAMODB: Final = "dynamodb"
_BELOW: Final = ("index", "stream")


def arns_of(table: Table) -> Iterator[str]:
    """Yield the ARNs of a table and of its replicas in the same account.

    Raises:
        Unknown: the table could not be described.

    """
    description = table.description.known()
    yield table.arn
    head, _, tail = table.arn.partition(f":{table.region}:")
    for replica in description.replicas:
        if replica.belongs_to(table.account):
            yield f"{head}:{replica.region_name}:{tail}"


def own_tables(principals: Collection[User | Role], context: Context) -> tuple[str, ...] | str:
    """Return the ARNs of the tables of the one lane that all principals are in, sorted; or why there are none.

    Raises:
        Unknown: a lane, or the tables, could not be read.

    """
    if not principals:
        return "nobody is known to have the policy"
    lanes: set[str] = set()
    for one in principals:
        lane = context.placement.lane(one)
        if lane is None:
            return f"{one.label} has no lane, so which tables are its own is not known"
        lanes.add(lane)
    if len(lanes) > 1:
        return f"it is held in the lanes {', '.join(sorted(lanes))}: each needs a policy of its own"
    (lane,) = lanes
    found = [table for table in every_table(context) if context.placement.lane(table) == lane]
    arns = tuple(sorted({arn for table in found for arn in arns_of(table)}))
    return arns or f"the lane {lane} has no table"


def every_table(context: Context) -> tuple[Table, ...]:
    """Return all tables of the Regions that were read.

    Raises:
        Unknown: some may be missing.

    """
    return tuple(table for region in context.snapshot.regions for table in region.tables.complete())


@dataclass(frozen=True, slots=True)
class Wide:
    """A statement that opens items of unnamed tables: as it is written, and reduced to DynamoDB's resources."""

    raw: Json
    reduced: Statement

    @classmethod
    def of(cls, raw: Json, reduced: Statement) -> Wide | None:
        """Return the statement where it is one."""
        if any(one.key.lower().startswith("aws:resourcetag/") for one in narrowing(reduced.conditions)):
            return None
        found = cls(raw, reduced)
        return found if reached_actions(reduced, ITEMS) and any(map(found.is_open, found.resources)) else None

    @property
    def resources(self) -> tuple[str, ...]:
        """Its resources that may be DynamoDB's or DAX's."""
        return ("*",) if self.reduced.resources is None else self.reduced.resources

    def is_open(self, resource: str) -> bool:
        """Whether a resource names no table."""
        services = {one.partition(":")[0].lower() for one in reached_actions(self.reduced, ITEMS)} & set(
            SERVICES
        )
        variables = self.reduced.variables
        return any(names_nothing(resource, one, variables=variables) for one in services or SERVICES)

    def why_not(self) -> str | None:
        """Say why its actions cannot be parted; None where they can."""
        label = self.reduced.label
        for element in ("NotAction", "NotResource"):
            if element in self.raw:
                return f"{label} has {element}: what it means takes a decision"
        for pattern in self._about_items():
            if service_of(pattern) != _DYNAMODB:
                other = "is about clusters" if service_of(pattern) else "means other services too"
                return f"{label} allows {pattern}, which {other}"
        return None

    def parted(self, tables: Sequence[str], taken: Collection[str]) -> list[Json]:
        """Return the statement in two: actions on items with the tables named, and the rest as it was. `taken` are Sids in use."""
        items = self._about_items()
        rest: list[str] = []
        for pattern in listed(self.raw["Action"]):
            rest += _beside_items(pattern) if pattern in items else [pattern]
        kept = [one for one in self.resources if not self.is_open(one)]
        named = {
            **self.raw,
            "Action": items,
            "Resource": list(dict.fromkeys([*kept, *_below(tables, items)])),
        }
        if not rest:
            return [named]
        sid = self.raw.get("Sid")
        if sid:
            named["Sid"] = _free(f"{sid}OnTables", taken)
        return [named, {**self.raw, "Action": list(dict.fromkeys(rest))}]

    def _about_items(self) -> list[str]:
        return [one for one in dict.fromkeys(self.reduced.actions or ()) if _items_of(one)]


def _items_of(pattern: str) -> frozenset[str]:
    """Return the item actions of a pattern, and what nobody knows."""
    return frozenset(
        action
        for service in SERVICES
        for action in matched(pattern, service)
        if action not in catalogue(service) or capabilities(action) & ITEMS
    )


def _beside_items(pattern: str) -> list[str]:
    rest = matched(pattern, _DYNAMODB) - _items_of(pattern)
    return spelled_out(pattern, rest)


def _below(tables: Iterable[str], patterns: Iterable[str]) -> list[str]:
    """Return tables with their indexes and streams, as far as actions work on them."""
    actions = frozenset[str]().union(*(matched(one, _DYNAMODB) for one in patterns))
    kinds = {kind for action in actions for kind in resource_types(action) or ("table", *_BELOW)}
    return [
        arn for table in tables for arn in (table, *(f"{table}/{kind}/*" for kind in _BELOW if kind in kinds))
    ]


def _free(sid: str, taken: Collection[str]) -> str:
    number, name = 1, sid
    while name in taken:
        number += 1
        name = f"{sid}{number}"
    return name
