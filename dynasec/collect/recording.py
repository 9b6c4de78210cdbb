"""Collects dynasec.model.recording."""

from __future__ import annotations

from dynasec.collect.reader import RegionReader
from dynasec.model.recording import Recording


async def collect(reader: RegionReader) -> Recording:
    """Read it."""
    return Recording()
