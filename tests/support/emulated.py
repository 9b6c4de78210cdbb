"""Collects from moto, in process, with scripted answers laid over what moto lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache

from dynasec.collect.caller import resolve
from dynasec.collect.clients import Clients
from dynasec.collect.collector import Request, collect
from dynasec.model.snapshot import Snapshot
from dynasec.remedy.applying.hands import AwsHands
from tests.support.scripted import Script, ScriptedSession


class _Kept(Clients):
    """Clients that stay: to make some twenty of them takes longer than to read an emulated account."""

    def keep_only(self, services: frozenset[str]) -> None:
        del services


@cache
def emulated() -> tuple[Clients, ScriptedSession, AwsHands]:
    """The clients by which the emulated account is read, their session, and the hands. Use inside `mock_aws()`."""
    session = ScriptedSession()
    clients = _Kept(session)
    return clients, session, AwsHands(clients)


def emulated_clients() -> Clients:
    """The clients by which the emulated account is read and changed. Use inside `mock_aws()`."""
    return emulated()[0]


def collect_emulated(
    reads: Iterable[str],
    *,
    regions: tuple[str, ...] = ("us-east-1",),
    script: Script | None = None,
    replicas: bool = False,
    keys: tuple[str, ...] = (),
) -> tuple[Snapshot, Counter[str]]:
    """Read the emulated account; also returns the calls that really were made, identity included. Use inside `mock_aws()`."""
    clients, session, _ = emulated()
    session.answer_with(script or {})
    session.made.clear()
    clients.throttled.clear()
    scope = resolve(clients, regions, all_regions=False)
    return collect(clients, scope, Request(frozenset(reads), replicas=replicas, keys=keys)), Counter(
        session.made
    )
