"""An account as it was read at one moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Literal

from dynasec.model.account import Account
from dynasec.model.edge import GlobalEdge
from dynasec.model.fact import Gap, Listing
from dynasec.model.identity import Identity
from dynasec.model.key import Key
from dynasec.model.organization import Organization
from dynasec.model.region import Region
from dynasec.model.shape import Shape
from dynasec.model.table import Table
from dynasec.model.trail import Trails


class Snapshot(Shape):
    """Frozen facts: what checks, policy reasoning and plans work on. Survives a round trip through JSON unchanged.

    `reads` are the operations that the collection was asked to make, `calls` how many of each it made. `replicas` are replica tables in
    Regions that are not audited themselves.
    """

    schema_id: Literal["dynasec.snapshot/v1"] = "dynasec.snapshot/v1"
    tool_version: str
    taken_at: datetime
    finished_at: datetime
    caller_arn: str
    account: Account
    regions: tuple[Region, ...]
    replicas: tuple[Table, ...] = ()
    keys: tuple[Key, ...] = ()
    identity: Identity = Identity()
    organization: Organization = Organization()
    trails: Trails = Trails()
    edge: GlobalEdge = GlobalEdge()
    reads: tuple[str, ...] = ()
    calls: Mapping[str, int] = {}

    def region(self, name: str) -> Region:
        """Return an audited Region.

        Raises:
            KeyError: it is not among them.

        """
        return self._regions[name]

    def tables(self) -> Iterator[Table]:
        """Yield all tables that were listed, in the order of Regions."""
        for region in self.regions:
            yield from region.tables.items

    def table(self, arn: str) -> Table | None:
        """Return a table by its ARN, replicas in other Regions included; None when it was not read."""
        return self._tables.get(arn)

    def key(self, reference: str, region: str = "") -> Key | None:
        """Return a key by its ARN, or by the id or alias that something in `region` calls it; None when it was not read."""
        return self._keys.get((reference, "")) or self._keys.get((reference, region))

    def table_keys(self, region: Region) -> Listing[Key]:
        """Return the keys that tables of a Region use; incomplete when some table could not be described."""
        gaps: list[Gap] = [] if region.tables.gap is None else [region.tables.gap]
        gaps += [table.description.gap for table in region.tables.items if table.description.gap is not None]
        own = {table.arn for table in region.tables.items}
        return Listing(
            tuple(key for key in self.keys if own.intersection(key.tables)), gaps[0] if gaps else None
        )

    @cached_property
    def _regions(self) -> Mapping[str, Region]:
        return {region.region: region for region in self.regions}

    @cached_property
    def _tables(self) -> Mapping[str, Table]:
        return {table.arn: table for table in (*self.tables(), *self.replicas)}

    @cached_property
    def _keys(self) -> Mapping[tuple[str, str], Key]:
        found: dict[tuple[str, str], Key] = {}
        for key in self.keys:
            found[key.arn, ""] = key
            for reference in key.references:
                found[reference, key.region] = key
        return found
