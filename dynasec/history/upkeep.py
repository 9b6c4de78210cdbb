"""Baselines, and how long runs are kept."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from dynasec.history.database import opened, writing
from dynasec.history.runs import KeptRun, read_runs
from dynasec.history.states import Standing


def set_baseline(path: Path, run: KeptRun) -> None:
    """Let a run be what later ones of its scope are compared with.

    Raises:
        StoreError: the store cannot be used.

    """
    with opened(path) as connection, writing(connection):
        connection.execute(
            "INSERT INTO baselines (scope, run) VALUES (?, ?) ON CONFLICT (scope) DO UPDATE SET run = excluded.run",
            (run.scope_number, run.number),
        )


def clear_baseline(path: Path, run: KeptRun) -> None:
    """Let a run be no baseline any more: later ones are compared with the run before them again.

    Raises:
        StoreError: the store cannot be used.

    """
    with opened(path) as connection, writing(connection):
        connection.execute("DELETE FROM baselines WHERE run = ?", (run.number,))


def prune(path: Path, before: datetime) -> int:
    """Forget the runs that ended before a moment, and findings that were settled by then; return how many runs that were.

    The last run of a scope and baselines are kept however old they are, and so are failures that are still open.

    Raises:
        StoreError: the store cannot be used.

    """
    if not path.exists():
        return 0
    with opened(path) as connection:
        with writing(connection):
            runs = list(read_runs(connection))
            last = {one.scope_number: one.number for one in runs}
            old = [
                one.number
                for one in runs
                if one.finished < before and not one.is_baseline and one.number not in last.values()
            ]
            connection.executemany("DELETE FROM runs WHERE id = ?", [(number,) for number in old])
            connection.execute(
                "DELETE FROM findings WHERE standing NOT IN (?, ?) AND last_seen < ? "
                "AND scope NOT IN (SELECT scope FROM baselines)",  # what a baseline knew must stay known
                (Standing.OPEN, Standing.ACCEPTED, before.isoformat()),
            )
        if old:
            connection.execute("VACUUM")
    return len(old)
