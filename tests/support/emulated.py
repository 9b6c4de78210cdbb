"""Collects from moto, in process, with scripted answers laid over what moto lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Any

from dynasec.collect.caller import resolve
from dynasec.collect.clients import Clients
from dynasec.collect.collector import Request, collect
from dynasec.collect.item_samples import Sampling
from dynasec.model.snapshot import Snapshot
from dynasec.remedy.applying.hands import AwsHands
from tests.support.scripted import Script, ScriptedSession


class _Kept(Clients):
    """Clients that stay: to make some twenty of them takes longer than to read an emulated account."""

    def keep_only(self, services: frozenset[str]) -> None:
        del services


_MADE: list[Any] = []
"""All kept clients."""


class _KeptSession(ScriptedSession):
    def client(self, *given: Any, **more: Any) -> Any:
        """See `boto3.Session.client`."""
        made = super().client(*given, **more)
        _MADE.append(made)
        return made


def hang_up() -> None:
    """Close the connections of all kept clients, which make new ones. A forked process must: shared ones mix up their answers."""
    for client in _MADE:
        client.close()


EVERY_TABLE = Sampling(10, lambda _: True)
"""Where `dynamodb:Scan` is read at all, ten items of each table."""


@cache
def emulated(url: str | None = None) -> tuple[Clients, ScriptedSession, AwsHands]:
    """The clients by which an emulated account is read, their session, and the hands. Without a URL: use inside `mock_aws()`."""
    session = _KeptSession()
    clients = _Kept(session, url)
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
    sampling: Sampling = EVERY_TABLE,
) -> tuple[Snapshot, Counter[str]]:
    """Read the emulated account; also returns the calls that really were made, identity included. Use inside `mock_aws()`."""
    clients, session, _ = emulated()
    session.answer_with(script or {})
    session.made.clear()
    clients.throttled.clear()
    scope = resolve(clients, regions, all_regions=False)
    request = Request(frozenset(reads), replicas=replicas, keys=keys, sampling=sampling)
    return collect(clients, scope, request), Counter(session.made)
