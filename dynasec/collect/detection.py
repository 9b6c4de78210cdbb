"""Collects dynasec.model.detection."""

from __future__ import annotations

from dynasec.collect.keys import KeyRing
from dynasec.collect.reader import RegionReader
from dynasec.model.detection import Detection


async def collect(reader: RegionReader, keys: KeyRing) -> Detection:
    """Read it."""
    return Detection()
