"""Collects dynasec.model.edge."""

from __future__ import annotations

from dynasec.collect.reader import RegionReader
from dynasec.model.edge import Edge, GlobalEdge


async def collect(reader: RegionReader) -> Edge:
    """Read it."""
    return Edge()


async def collect_global(reader: RegionReader) -> GlobalEdge:
    """Read it."""
    return GlobalEdge()
