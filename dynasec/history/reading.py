"""Looks into a store: runs, their findings, and what is between two of them. A store that is not there is an empty one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from dynasec.audit.changes import State
from dynasec.errors import UsageError
from dynasec.history.database import opened
from dynasec.history.runs import KeptRun, observations, read_runs, time_of
from dynasec.history.states import Observed, Standing, step

_SHORTEST: Final = 4
"""Characters of a run's id at least."""


@dataclass(frozen=True, slots=True)
class KeptFinding:
    """A remembered finding as one run saw it. `severity` and `reason` are as last told, `state` is that of the run or the comparison."""

    fingerprint: str
    control: str
    region: str
    resource: str
    label: str
    severity: str
    reason: str
    first_seen: datetime
    last_seen: datetime
    observed: Observed
    state: State | None


def all_runs(path: Path) -> list[KeptRun]:
    """Return every run, the oldest first.

    Raises:
        StoreError: the store cannot be used.

    """
    if not path.exists():
        return []
    with opened(path) as connection:
        return list(read_runs(connection))


def find_run(path: Path, text: str) -> KeptRun:
    """Return the run whose id begins so.

    Raises:
        UsageError: there is none, or there are several.
        StoreError: the store cannot be used.

    """
    if len(text) < _SHORTEST:
        msg = f"{text!r} is too short for the id of a run"
        raise UsageError(msg, hint=f"give {_SHORTEST} characters or more")
    found = [one for one in all_runs(path) if one.run.startswith(text)]
    if len(found) != 1:
        msg = f"{len(found) or 'no'} run{'s' if found else ''} in {path} begin{'' if found else 's'} with {text!r}"
        raise UsageError(msg, hint="`dynasec history list` shows the runs")
    return found[0]


def findings_of(path: Path, run: KeptRun) -> list[KeptFinding]:
    """Return what a run said of each finding that is remembered, those that it did not judge aside.

    Raises:
        StoreError: the store cannot be used.

    """
    with opened(path) as connection:
        seen = {one.finding: one for one in observations(connection, run)}
        return [
            _kept(row, seen[row[0]].observed, seen[row[0]].state)
            for row in _rows(connection, run)
            if row[0] in seen and seen[row[0]].observed is not Observed.UNJUDGED
        ]


def differences(path: Path, before: KeptRun, after: KeptRun) -> list[KeptFinding]:
    """Return the findings that have a state when one run is compared with another, and what the later one says of them.

    Raises:
        UsageError: the runs judged different scopes, which cannot be compared.
        StoreError: the store cannot be used.

    """
    if before.scope_number != after.scope_number:
        msg = f"the runs {before.run[:8]} and {after.run[:8]} looked at different accounts, Regions or tables"
        raise UsageError(msg, hint="compare runs of one scope")
    with opened(path) as connection:
        then = {one.finding: one.standing for one in observations(connection, before)}
        now = {one.finding: one.observed for one in observations(connection, after)}
        compared = (
            _kept(row, now[row[0]], step(then.get(row[0], Standing.CLEAR), now[row[0]])[1])
            for row in _rows(connection, after)
            if row[0] in now
        )
        return [one for one in compared if one.state is not None]


def _rows(connection: sqlite3.Connection, run: KeptRun) -> Iterator[tuple[Any, ...]]:
    return connection.execute(
        "SELECT id, fingerprint, control, region, resource, label, severity, reason, first_seen, last_seen "
        "FROM findings WHERE scope = ? ORDER BY control, region, resource, id",
        (run.scope_number,),
    )


def _kept(row: tuple[Any, ...], observed: Observed, state: State | None) -> KeptFinding:
    _, fingerprint, control, region, resource, label, severity, reason, first, last = row
    return KeptFinding(
        fingerprint,
        control,
        region,
        resource,
        label,
        severity,
        reason,
        first_seen=time_of(first),
        last_seen=time_of(last),
        observed=observed,
        state=state,
    )
