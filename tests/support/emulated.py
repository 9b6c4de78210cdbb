"""Collects from moto, in process, with scripted answers laid over what moto lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from dynasec.collect.caller import resolve
from dynasec.collect.collector import Request, collect
from dynasec.model.snapshot import Snapshot
from tests.support.scripted import Script, clients


def collect_emulated(
    reads: Iterable[str],
    *,
    regions: tuple[str, ...] = ("us-east-1",),
    script: Script | None = None,
    replicas: bool = False,
) -> tuple[Snapshot, Counter[str]]:
    """Read the emulated account; also returns the calls that really were made, identity included. Use inside `mock_aws()`."""
    made, session = clients(script, regions[0])
    scope = resolve(made, regions, all_regions=False)
    return collect(made, scope, Request(frozenset(reads), replicas=replicas)), session.made
