"""The outbox: what is to be told, kept with the run that gave rise to it until somebody took it.

It lies in the history's own database, and messages are put in by the transaction that decides what is new: there is no run without its
messages and no message without its run. A run has a name of its own, is kept once, and tells each finding in one state: so what a target is
told of a finding, in a state, by a run, is in here once. A message leaves when it was taken; who is killed in between sends it again.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final, cast

from dynasec.history.database import StoreError, writing
from dynasec.notify.message import Item, Message, Waiting
from dynasec.settings import Notify

_COLUMNS: Final = "id, target, kind, region, run, part, findings, queued, attempts, problem"


def put(connection: sqlite3.Connection, target: Notify, run: str, messages: Sequence[Message]) -> None:
    """Put messages in, within the caller's transaction.

    What Security Hub was to be told of the same findings by earlier runs is taken out: told late, it would undo the later word.
    """
    if target.kind == "security-hub":
        _supersede(connection, target.name, {item["Id"] for one in messages for item in one.items})
    now = datetime.now(UTC).isoformat()
    connection.executemany(
        "INSERT INTO outbox (target, kind, region, run, part, findings, queued, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (target.name, target.kind, one.region, run, part, one.findings, now, _packed(one.items))
            for part, one in enumerate(messages)
        ],
    )


def waiting(connection: sqlite3.Connection) -> list[Waiting]:
    """Return what waits, the oldest first."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM outbox ORDER BY id")  # noqa: S608 - constants
    return [_waiting(*row) for row in rows]


def items(connection: sqlite3.Connection, message: Waiting) -> tuple[Item, ...]:
    """Return what a message says; nothing, if it was delivered or superseded meanwhile.

    Raises:
        StoreError: the store is damaged.

    """
    row = connection.execute("SELECT body FROM outbox WHERE id = ?", (message.number,)).fetchone()
    return () if row is None else _unpacked(row[0])


def taken(connection: sqlite3.Connection, message: Waiting) -> None:
    """Forget a message that was taken."""
    with writing(connection):
        connection.execute("DELETE FROM outbox WHERE id = ?", (message.number,))


def failed(
    connection: sqlite3.Connection, message: Waiting, reason: str, left: tuple[Item, ...] | None
) -> None:
    """Keep a message, or what is left of it, and why it was not taken."""
    with writing(connection):
        connection.execute(
            "UPDATE outbox SET attempts = attempts + 1, problem = ? WHERE id = ?", (reason, message.number)
        )
        if left is not None:
            _keep(
                connection, message.number, [one for one in items(connection, message) if one in left]
            )  # not `left`: some of it may be superseded


def drop(connection: sqlite3.Connection, target: str) -> int:
    """Throw away what waits for a target; return how many messages that were."""
    with writing(connection):
        return connection.execute("DELETE FROM outbox WHERE target = ?", (target,)).rowcount


def _supersede(connection: sqlite3.Connection, target: str, ids: set[str]) -> None:
    rows = connection.execute("SELECT id, body FROM outbox WHERE target = ?", (target,)).fetchall()
    for number, body in rows:
        before = _unpacked(body)
        after = [one for one in before if one.get("Id") not in ids]
        if len(after) < len(before):
            _keep(connection, number, after)


def _keep(connection: sqlite3.Connection, number: int, kept: Sequence[Item]) -> None:
    if not kept:
        connection.execute("DELETE FROM outbox WHERE id = ?", (number,))
        return
    connection.execute(
        "UPDATE outbox SET findings = min(findings, ?), body = ? WHERE id = ?",
        (len(kept), _packed(kept), number),
    )


def _waiting(*row: Any) -> Waiting:  # noqa: ANN401 - a row of the database
    number, target, kind, region, run, part, findings, queued, attempts, problem = row
    key = hashlib.sha256(f"{target}\0{run}\0{part}".encode()).hexdigest()
    when = datetime.fromisoformat(queued)
    return Waiting(number, target, kind, region, run, findings, when, attempts, problem, key)


def _packed(found: Sequence[Item]) -> bytes:
    return zlib.compress(json.dumps(found).encode())


def _unpacked(body: bytes) -> tuple[Item, ...]:
    try:
        found: Any = json.loads(zlib.decompress(body))
        return tuple(_objects(found))
    except (zlib.error, ValueError, TypeError) as problem:
        msg = f"a notification that waits is damaged: {problem}"
        raise StoreError(msg, hint="throw it away with `dynasec notify drop`") from problem


def _objects(found: Any) -> Iterator[Item]:  # noqa: ANN401 - any JSON
    for one in found:
        if not isinstance(one, dict):
            msg = "no list of objects"
            raise TypeError(msg)
        yield cast("Item", one)
