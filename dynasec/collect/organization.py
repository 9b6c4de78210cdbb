"""Collects dynasec.model.organization."""

from __future__ import annotations

from dynasec.collect.reader import RegionReader
from dynasec.model.organization import Organization


async def collect(reader: RegionReader) -> Organization:
    """Read it."""
    return Organization()
