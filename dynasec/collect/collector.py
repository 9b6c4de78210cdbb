"""Reads an account once: all families, all Regions, at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from dynasec import __version__
from dynasec.collect import (
    backup,
    companions,
    detection,
    dynamodb,
    edge,
    identity,
    item_samples,
    network,
    organization,
    recording,
    trails,
)
from dynasec.collect.caller import Scope
from dynasec.collect.clients import Clients
from dynasec.collect.heap import share_one_heap
from dynasec.collect.keys import KeyRing
from dynasec.collect.progress import Progress
from dynasec.collect.reader import Reader, RegionReader
from dynasec.errors import CredentialsError
from dynasec.model.account import Account
from dynasec.model.region import Region
from dynasec.model.snapshot import Snapshot
from dynasec.model.table import Table

_LONG_READS: Final = frozenset({"dynamodb", "kms", "kinesis"})
"""Services that are asked as long as tables are being read; by then all others have answered."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be read: operations as `service:Operation`, and whether replicas in other Regions are followed.

    `keys` are ARNs of KMS keys to read although nothing in the account refers to them yet. `deadline` (`time.monotonic()`) is when to
    stop: what was not read by then is a gap of the code DeadlineExceeded. `sampling`: of which tables how many items are read; of none
    by default.
    """

    reads: frozenset[str]
    replicas: bool = False
    keys: tuple[str, ...] = ()
    deadline: float | None = None
    sampling: item_samples.Sampling | None = None


def collect(clients: Clients, scope: Scope, request: Request, progress: Progress | None = None) -> Snapshot:
    """Read the account.

    Raises:
        CredentialsError: the credentials stopped working on the way.

    """
    share_one_heap()
    return asyncio.run(_collect(clients, scope, request, progress))


async def _collect(clients: Clients, scope: Scope, request: Request, progress: Progress | None) -> Snapshot:
    asyncio.get_running_loop().set_exception_handler(_tell_once)
    started = datetime.now(UTC)
    reader = Reader(clients, request.reads, progress, deadline=request.deadline)
    try:
        at = RegionReader(reader, partition=scope.partition, account=scope.account, region=scope.regions[0])
        keys = KeyRing(at)
        for arn in request.keys:
            keys.want(arn, scope.regions[0])
        here = tuple(at.at(name) for name in scope.regions)
        tables = [asyncio.create_task(dynamodb.TableCollector(one, keys).tables()) for one in here]
        companies = [
            asyncio.create_task(companions.collect(one, keys, listed))
            for one, listed in zip(here, tables, strict=True)
        ]
        samples = [
            asyncio.create_task(item_samples.sampled(one, listed, request.sampling))
            for one, listed in zip(here, tables, strict=True)
        ]
        families, people, above, logs, front = await asyncio.gather(
            asyncio.gather(*(_families(one, keys) for one in here)),
            identity.collect(at.home()),
            organization.collect(at.home()),
            trails.collect(here, keys),
            edge.collect_global(at.home()),
        )
        clients.keep_only(_LONG_READS)
        regions = [
            Region(
                arn=one.arn("dynamodb", "*"),
                region=one.region,
                tables=await sampled,
                companions=await company,
                **own,
            )
            for one, sampled, company, own in zip(here, samples, companies, families, strict=True)
        ]
        replicas = await _replicas(at, keys, regions) if request.replicas else ()
        return Snapshot(
            tool_version=__version__,
            taken_at=started,
            finished_at=datetime.now(UTC),
            caller_arn=scope.caller_arn,
            account=Account(
                arn=f"arn:{scope.partition}:iam::{scope.account}:root",
                id=scope.account,
                partition=scope.partition,
            ),
            regions=tuple(regions),
            replicas=replicas,
            keys=await keys.all(),
            identity=people,
            organization=above,
            trails=logs,
            edge=front,
            reads=tuple(sorted(request.reads)),
            calls=dict(sorted((+reader.calls).items())),
        )
    finally:
        reader.close()


def _tell_once(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Keep quiet about tasks that nobody awaits any more: when credentials expire many fail, and the first ended the collection."""
    if not isinstance(context.get("exception"), CredentialsError):
        loop.default_exception_handler(context)


async def _families(reader: RegionReader, keys: KeyRing) -> dict[str, Any]:
    """Read what does not hang on tables, by the fields of `Region`: all of it is a matter of some dozen calls."""
    families: dict[str, Awaitable[object]] = {
        "table_backups": dynamodb.backups(reader, keys),
        "table_exports": dynamodb.exports(reader),
        "legacy_global_tables": dynamodb.legacy_global_tables(reader),
        "network": network.collect(reader),
        "detection": detection.collect(reader, keys),
        "recording": recording.collect(reader),
        "backup": backup.collect(reader, keys),
        "edge": edge.collect(reader),
    }
    return dict(zip(families, await asyncio.gather(*families.values()), strict=True))


async def _replicas(reader: RegionReader, keys: KeyRing, regions: list[Region]) -> tuple[Table, ...]:
    """Read the replicas that lie outside the audited Regions; those of other accounts cannot be asked for by name."""
    audited = {region.region for region in regions}
    wanted = sorted(
        {
            (replica.region_name, table.name)
            for region in regions
            for table in region.tables.items
            if table.description.gap is None
            for replica in table.description.known().replicas
            if replica.region_name not in audited and replica.belongs_to(table.account)
        }
    )
    collectors = {
        region: dynamodb.TableCollector(reader.at(region), keys) for region in {one[0] for one in wanted}
    }
    return tuple(await asyncio.gather(*(collectors[region].table(name) for region, name in wanted)))
