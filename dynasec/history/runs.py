"""The runs of a store, as they are read back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from dynasec.history.database import StoreError
from dynasec.history.packing import Observation, unpack
from dynasec.history.scope import JudgedScope


@dataclass(frozen=True, slots=True)
class KeptRun:
    """One audit. `counts` are of findings by status, `severities` of failures by severity, `states` of findings by `State`.

    `score` is 0 to 100, `coverage` 0 to 1, both None where nothing was judged.
    """

    number: int
    run: str
    scope_number: int
    scope: JudgedScope
    version: str
    started: datetime
    finished: datetime
    score: float | None
    coverage: float | None
    controls: tuple[str, ...]
    counts: Mapping[str, int]
    severities: Mapping[str, int]
    states: Mapping[str, int]
    is_baseline: bool

    def comparable(self, other: KeptRun) -> bool:
        """Whether the scores of two runs say something about each other: they judged the same things by the same controls."""
        return self.scope_number == other.scope_number and self.controls == other.controls


_SELECT: Final = """
    SELECT runs.id, runs.run, scopes.id, scopes.partition, scopes.account, scopes.regions, scopes.tables,
        runs.version, runs.started, runs.finished, runs.score, runs.coverage,
        runs.controls, runs.counts, runs.severities, runs.states, baselines.run IS NOT NULL
    FROM runs JOIN scopes ON scopes.id = runs.scope LEFT JOIN baselines ON baselines.run = runs.id
"""


def read_runs(connection: sqlite3.Connection, scope: int | None = None) -> Iterator[KeptRun]:
    """Yield the runs of all scopes or of one, in the order in which they were kept.

    Raises:
        StoreError: the store is damaged.

    """
    where, values = ("", ()) if scope is None else (" WHERE runs.scope = ?", (scope,))
    for row in connection.execute(f"{_SELECT}{where} ORDER BY runs.id", values):
        try:
            yield _run(row)
        except (TypeError, ValueError) as problem:
            msg = f"the history of run {row[1]} is damaged: {problem}"
            raise StoreError(msg, hint="begin a new history with --store") from problem


def _run(row: tuple[Any, ...]) -> KeptRun:
    number, run, scope, partition, account, regions, tables, *rest = row
    version, started, finished, score, coverage, *texts, is_baseline = rest
    controls, counts, severities, states = map(json.loads, texts)
    return KeptRun(
        number=number,
        run=run,
        scope_number=scope,
        scope=JudgedScope(partition, account, tuple(json.loads(regions)), tuple(json.loads(tables))),
        version=version,
        started=time_of(started),
        finished=time_of(finished),
        score=score,
        coverage=coverage,
        controls=tuple(controls),
        counts=counts,
        severities=severities,
        states=states,
        is_baseline=bool(is_baseline),
    )


def observations(connection: sqlite3.Connection, run: KeptRun) -> Iterator[Observation]:
    """Yield what a run said of each remembered finding.

    Raises:
        StoreError: the store is damaged.

    """
    (packed,) = connection.execute("SELECT observations FROM runs WHERE id = ?", (run.number,)).fetchone()
    try:
        yield from unpack(packed)
    except ValueError as problem:
        msg = f"the history of run {run.run} is damaged: {problem}"
        raise StoreError(msg, hint="begin a new history with --store") from problem


def time_of(text: str) -> datetime:
    """Return the moment that a stored text tells."""
    return datetime.fromisoformat(text)
