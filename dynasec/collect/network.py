"""Collects dynasec.model.network."""

from __future__ import annotations

from dynasec.collect.reader import RegionReader
from dynasec.model.network import Network


async def collect(reader: RegionReader) -> Network:
    """Read it."""
    return Network()
