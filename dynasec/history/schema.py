"""The tables of the store, and the steps from each version of them to the next."""

from __future__ import annotations

import sqlite3
from typing import Final

APPLICATION: Final = 0x64796E73
"""Marks a database as this program's (`PRAGMA application_id`): another program's must not be written into."""

_FIRST: Final = (
    """
    CREATE TABLE scopes (
        id INTEGER PRIMARY KEY,
        partition TEXT NOT NULL,
        account TEXT NOT NULL,
        regions TEXT NOT NULL,
        tables TEXT NOT NULL,
        UNIQUE (partition, account, regions, tables)
    ) STRICT
    """,
    """
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        scope INTEGER NOT NULL REFERENCES scopes (id),
        run TEXT NOT NULL UNIQUE,
        version TEXT NOT NULL,
        started TEXT NOT NULL,
        finished TEXT NOT NULL,
        score REAL,
        coverage REAL,
        controls TEXT NOT NULL,
        counts TEXT NOT NULL,
        severities TEXT NOT NULL,
        states TEXT NOT NULL,
        observations BLOB NOT NULL
    ) STRICT
    """,
    "CREATE INDEX runs_of_scope ON runs (scope, id)",
    """
    CREATE TABLE findings (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        scope INTEGER NOT NULL REFERENCES scopes (id),
        fingerprint TEXT NOT NULL,
        control TEXT NOT NULL,
        region TEXT NOT NULL,
        resource TEXT NOT NULL,
        label TEXT NOT NULL,
        severity TEXT NOT NULL,
        reason TEXT NOT NULL,
        observed INTEGER NOT NULL,
        standing INTEGER NOT NULL,
        first_seen TEXT NOT NULL,
        last_seen TEXT NOT NULL,
        UNIQUE (scope, fingerprint)
    ) STRICT
    """,
    """
    CREATE TABLE baselines (
        scope INTEGER PRIMARY KEY REFERENCES scopes (id),
        run INTEGER NOT NULL REFERENCES runs (id)
    ) STRICT
    """,
)

_OUTBOX: Final = (
    """
    CREATE TABLE outbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        target TEXT NOT NULL,
        kind TEXT NOT NULL,
        region TEXT NOT NULL,
        run TEXT NOT NULL,
        part INTEGER NOT NULL,
        findings INTEGER NOT NULL,
        queued TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        problem TEXT NOT NULL DEFAULT '',
        body BLOB NOT NULL,
        UNIQUE (target, run, part)
    ) STRICT
    """,
)
"""Notifications that wait, for `dynasec.notify`: they are kept with the run that gave rise to them, or neither is."""

MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (_FIRST, _OUTBOX)
"""The statements that lead from version n to n + 1; a released step is never changed, only followed by another."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a database to the version of this program, all or nothing. Two that begin at once take turns.

    Raises:
        sqlite3.Error: it cannot be done.

    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk may have ended it already
            connection.execute("ROLLBACK")
        raise
