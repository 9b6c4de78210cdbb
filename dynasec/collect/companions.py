"""Collects dynasec.model.companion."""

from __future__ import annotations

from dynasec.collect.reader import RegionReader
from dynasec.model.companion import Companions


async def collect(reader: RegionReader) -> Companions:
    """Read it."""
    return Companions()
