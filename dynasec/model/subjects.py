"""What can be the subject of a check: where its instances are in a snapshot, and what it takes to list them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from dynasec.model.account import Account
from dynasec.model.fact import Listing
from dynasec.model.key import Key
from dynasec.model.region import Region
from dynasec.model.shape import Resource
from dynasec.model.snapshot import Snapshot
from dynasec.model.table import Table

R = TypeVar("R", bound=Resource)

Places = Iterable[tuple[str, Listing[Any]]]


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of thing: `find` yields, per Region ("" for none), the listing of its instances."""

    reads: tuple[str, ...]
    find: Callable[[Snapshot], Places]


def _in_regions(pick: Callable[[Region], Listing[Any]]) -> Callable[[Snapshot], Places]:
    return lambda snapshot: ((region.region, pick(region)) for region in snapshot.regions)


SUBJECTS: dict[type[Resource], Subject] = {
    Account: Subject((), lambda snapshot: [("", Listing((snapshot.account,)))]),
    Region: Subject((), _in_regions(lambda region: Listing((region,)))),
    Table: Subject(("dynamodb:ListTables",), _in_regions(lambda region: region.tables)),
    Key: Subject(
        ("dynamodb:ListTables", "dynamodb:DescribeTable", "kms:DescribeKey"),
        lambda snapshot: ((region.region, snapshot.table_keys(region)) for region in snapshot.regions),
    ),
}


def reads_to_list(kind: type[Resource]) -> tuple[str, ...]:
    """Return the operations that list the instances of a kind.

    Raises:
        KeyError: nothing of this kind is collected.

    """
    return SUBJECTS[kind].reads


def listings(snapshot: Snapshot, kind: type[R]) -> Iterator[tuple[str, Listing[R]]]:
    """Yield the Region and the listing of every place where instances of a kind may be."""
    yield from SUBJECTS[kind].find(snapshot)
