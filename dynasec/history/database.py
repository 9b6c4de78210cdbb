"""Opens the store's database, and says in one line what is wrong with it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from platformdirs import user_data_dir

from dynasec.errors import DynasecError, Exit
from dynasec.history.schema import APPLICATION, MIGRATIONS, migrate

BUSY_S: Final = 60.0
"""Seconds to wait for another process that is writing: while a run is kept its reports are written, which can take some."""
_OWNER_ONLY: Final = 0o600


class StoreError(DynasecError):
    """The store cannot be used as it is."""


class StoreLockedError(StoreError):
    """Another process has been writing to the store for longer than is waited."""

    exit_code = Exit.LOCKED


def default_path() -> Path:
    """Return where the store is unless told otherwise: in the user's data directory."""
    return Path(user_data_dir("dynasec")) / "history.db"


@contextmanager
def opened(path: Path, *, busy_s: float = BUSY_S) -> Generator[sqlite3.Connection]:
    """Open the database of a store, made if it is not there (mode 0600), in the version of this program.

    Raises:
        StoreLockedError: another process keeps writing to it.
        StoreError: it cannot be read or written, is damaged, of a newer version, or no store.

    """
    _create(path)
    with (
        _telling(path),
        closing(sqlite3.connect(path, timeout=busy_s, isolation_level=None)) as connection,
    ):
        connection.execute("PRAGMA foreign_keys = ON")
        _refuse_foreign(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        if connection.execute("PRAGMA user_version").fetchone()[0] < len(MIGRATIONS):
            migrate(connection)
        yield connection


@contextmanager
def writing(connection: sqlite3.Connection) -> Generator[None]:
    """Do several writes or none, whatever ends the process in between; other writers wait."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk may have ended it already
            connection.execute("ROLLBACK")
        raise


@contextmanager
def _telling(path: Path) -> Generator[None]:
    try:
        yield
    except sqlite3.Error as problem:
        raise _told(path, problem) from problem


def _told(path: Path, problem: sqlite3.Error) -> StoreError:
    code = getattr(problem, "sqlite_errorcode", 0) & 0xFF  # the low byte is the primary result code
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StoreLockedError(f"another run is writing to the history {path}", hint="wait for it to end")
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return StoreError(
            f"the history {path} is damaged, or no history: {problem}",
            hint="move it away to begin a new one, or name another with --store",
        )
    return StoreError(f"cannot use the history {path}: {problem}", hint="name another with --store, or none")


def _create(path: Path) -> None:
    """Make the file, so that it is never readable by others; SQLite gives its side files the same mode."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OWNER_ONLY))
    except OSError as problem:
        msg = f"cannot use the history {path}: {problem.strerror or problem}"
        raise StoreError(msg, hint="name another with --store, or none") from problem


def _refuse_foreign(connection: sqlite3.Connection, path: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (things,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if things and application != APPLICATION:
        msg = f"{path} is a database of another program"
        raise StoreError(msg, hint="name another with --store")
    if version > len(MIGRATIONS):
        msg = f"the history {path} is of a newer version of dynasec (schema {version}, this one knows {len(MIGRATIONS)})"
        raise StoreError(msg, hint="upgrade dynasec, or name another with --store")
