"""Samples of tables' items: read, counted and forgotten. Only on request, and only of tables that the request names.

`Scan` begins where DynamoDB's hash of the keys puts it, so that its first items are no selection by key. It takes read capacity: half a
unit for each 4 KB.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from dynasec.collect.reader import RegionReader
from dynasec.model.fact import MALFORMED, UNREADABLE, Fact, Gap, Listing, Unknown
from dynasec.model.item_sample import SCAN, ItemSample
from dynasec.model.table import Table
from dynasec.semantics.item_digest import Digest

_PAGES: Final = 4
"""Pages of at most 1 MB that are read of a table: 512 read units, where its items are large."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How many items are read of each table that is `wanted`, which raises Unknown where that cannot be told."""

    items: int
    wanted: Callable[[Table], bool]


async def sampled(
    reader: RegionReader, listed: Awaitable[Listing[Table]], sampling: Sampling | None
) -> Listing[Table]:
    """Return tables when they are read, those that are wanted with a sample of their items. What cannot be read of it is its gap."""
    tables = await listed
    if sampling is None or not reader.wants(SCAN):
        return tables
    return Listing(
        tuple(await asyncio.gather(*(_with_sample(reader, one, sampling) for one in tables.items))),
        tables.gap,
    )


async def _with_sample(reader: RegionReader, table: Table, sampling: Sampling) -> Table:
    try:
        if not sampling.wanted(table):
            return table
    except Unknown as missing:
        found: Fact[ItemSample] = Fact(gap=missing.gaps[0])
    else:
        found = await _sample(reader, table.name, sampling.items)
    return table.model_copy(update={"item_sample": found})


async def _sample(reader: RegionReader, table: str, most: int) -> Fact[ItemSample]:
    digest = Digest()
    left, start = most, dict[str, object]()
    for _ in range(_PAGES):
        page = await reader.read(SCAN, TableName=table, Limit=left, **start)
        if page.gap is not None:
            return Fact(gap=page.gap)
        try:
            items = page.known()["Items"]
            for item in items:
                digest.add(item)
            left -= len(items)
        except UNREADABLE as problem:  # what it says might quote an item
            return Fact(gap=Gap(SCAN, MALFORMED, type(problem).__name__, reader.region))
        following = page.known().get("LastEvaluatedKey")
        if not following:
            return Fact(digest.sample(whole=True))
        if left <= 0:
            break
        start = {"ExclusiveStartKey": following}
    return Fact(digest.sample(whole=False))
