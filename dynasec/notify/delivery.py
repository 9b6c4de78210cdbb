"""Delivers what waits in the outbox: one process at a time, in order, and what fails stays."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dynasec.errors import DynasecError, Exit
from dynasec.history.database import opened
from dynasec.locks import held
from dynasec.notify import outbox
from dynasec.notify.message import Deliver, UndeliveredError, Waiting
from dynasec.settings import Notify

LOCK_S: Final = 30.0
"""Seconds to wait for another process that is delivering."""
_LATE: Final = "there was no time left"


class DeliveringError(DynasecError):
    """Another process is delivering what waits."""

    exit_code = Exit.LOCKED


@dataclass(frozen=True, slots=True)
class Delivered:
    """How a delivery ended: the messages that were taken, and for others why they were not."""

    taken: tuple[Waiting, ...]
    failed: tuple[tuple[Waiting, str], ...]


def flush(
    path: Path,
    targets: Sequence[Notify],
    by_kind: Mapping[str, Deliver],
    *,
    seconds: float | None = None,
) -> Delivered:
    """Deliver what waits in a store to targets that are configured. No more is begun after so many seconds.

    Raises:
        StoreError: the store cannot be used.
        DeliveringError: another process is delivering, and does not come to an end.

    """
    if not path.exists():
        return Delivered((), ())
    ends = None if seconds is None else time.monotonic() + seconds
    known = {one.name: one for one in targets}
    taken: list[Waiting] = []
    failed: list[tuple[Waiting, str]] = []
    down: dict[tuple[str, str], str] = {}
    with _alone(path), opened(path) as connection:
        for message in outbox.waiting(connection):
            target, place = known.get(message.target), (message.target, message.region)
            late = ends is not None and time.monotonic() >= ends
            if target is None or target.kind != message.kind:
                failed.append((message, f"no target of kind {message.kind} has this name any more"))
            elif place in down or late:
                failed.append((message, down.get(place, _LATE)))
            else:
                problem = _delivered(connection, target, message, by_kind[message.kind])
                if problem is None:
                    taken.append(message)
                    continue
                failed.append((message, problem.reason))
                if problem.lasting:
                    down[place] = problem.reason
    return Delivered(tuple(taken), tuple(failed))


def _delivered(
    connection: sqlite3.Connection, target: Notify, message: Waiting, deliver: Deliver
) -> UndeliveredError | None:
    """Send one message and let it go, or keep it and return why."""
    items = outbox.items(connection, message)
    try:
        if items:  # else it was superseded a moment ago
            deliver(target, message, items)
    except UndeliveredError as problem:
        outbox.failed(connection, message, problem.reason, problem.left)
        return problem
    outbox.taken(connection, message)
    return None


def all_waiting(path: Path) -> list[Waiting]:
    """Return what waits in a store, the oldest first.

    Raises:
        StoreError: the store cannot be used.

    """
    if not path.exists():
        return []
    with opened(path) as connection:
        return outbox.waiting(connection)


def drop(path: Path, target: str) -> int:
    """Throw away what waits for a target; return how many messages that were.

    Raises:
        StoreError: the store cannot be used.
        DeliveringError: another process is delivering.

    """
    if not path.exists():
        return 0
    with _alone(path), opened(path) as connection:
        return outbox.drop(connection, target)


def _alone(path: Path) -> AbstractContextManager[None]:
    """Hold the right to deliver from a store."""
    name = path.with_name(f"{path.name}.notify.lock")
    busy = DeliveringError(
        f"another process is delivering notifications: it holds {name}",
        hint="`dynasec notify flush` delivers what then waits",
    )
    return held(name, busy, seconds=LOCK_S)
