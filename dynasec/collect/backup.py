"""Collects dynasec.model.backup."""

from __future__ import annotations

from dynasec.collect.keys import KeyRing
from dynasec.collect.reader import RegionReader
from dynasec.model.backup import BackupService


async def collect(reader: RegionReader, keys: KeyRing) -> BackupService:
    """Read it."""
    return BackupService()
