"""Collects dynasec.model.identity."""

from __future__ import annotations

from dynasec.collect.reader import RegionReader
from dynasec.model.identity import Identity


async def collect(reader: RegionReader) -> Identity:
    """Read it."""
    return Identity()
