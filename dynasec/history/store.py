"""The store: takes reports in, and tells what each changed. One run is one transaction: it is kept whole or not at all."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

from dynasec import __version__
from dynasec.audit.changes import Since, State
from dynasec.audit.report import Report
from dynasec.check import Severity, Status
from dynasec.history.comparison import Judged, Memory, compare
from dynasec.history.database import opened, writing
from dynasec.history.packing import Observation, pack
from dynasec.history.runs import read_runs, time_of
from dynasec.history.scope import JudgedScope
from dynasec.history.since import since
from dynasec.history.states import Observed, Standing

_LOG = logging.getLogger(__name__)

Witness = Callable[[sqlite3.Connection, Sequence[Judged]], None]
"""Writes down what else must be kept with a run; it is told what became of every finding since the run before, never since a baseline."""


def prepare(path: Path) -> None:
    """Make the store if it is not there, and see whether it can be used: worth knowing before an hour of reading.

    Raises:
        StoreError: it cannot be used; one line says why.

    """
    with opened(path):
        pass


@contextmanager
def recording(
    path: Path, report: Report, tables: tuple[str, ...] = (), witness: Witness | None = None
) -> Generator[Since]:
    """Keep a run, and hand over what changed since the run before it in the same scope, or since the scope's baseline.

    It is kept for good when the block ends well: what could not be told to anybody will be told by the next run. `tables` are the globs
    by which tables were chosen; `witness` writes in the same transaction.

    Raises:
        StoreError: it cannot be kept; the store is as it was.

    """
    with opened(path) as connection, writing(connection):
        scope = _scope(connection, JudgedScope.of(report, tables))
        earlier = list(read_runs(connection, scope))
        if earlier and earlier[-1].started > report.snapshot.taken_at:
            _LOG.warning("the clock went back: the run before this one is of %s", earlier[-1].started)
        memories = _memories(connection, scope)
        judged = _numbered(connection, scope, list(compare(report, memories)))
        _insert_run(connection, scope, report, judged)
        if witness is not None:
            witness(connection, judged)
        kept = list(read_runs(connection, scope))
        yield since(connection, report, kept, judged, memories)


def _scope(connection: sqlite3.Connection, scope: JudgedScope) -> int:
    """Return the number of a scope. A new one begins with what is known of the latest scope that it covers."""
    key = (scope.partition, scope.account, json.dumps(scope.regions), json.dumps(scope.tables))
    where = "partition = ? AND account = ? AND regions = ? AND tables = ?"
    found = connection.execute(f"SELECT id FROM scopes WHERE {where}", key).fetchone()  # noqa: S608 - a constant
    if found is not None:
        return int(found[0])
    within = [one for one in read_runs(connection) if scope.covers(one.scope)]
    added = connection.execute(
        "INSERT INTO scopes (partition, account, regions, tables) VALUES (?, ?, ?, ?)", key
    )
    number = int(added.lastrowid or 0)
    if within:
        columns = "fingerprint, control, region, resource, label, severity, reason, observed, standing, first_seen, last_seen"
        connection.execute(
            f"INSERT INTO findings (scope, {columns}) SELECT ?, {columns} FROM findings WHERE scope = ?",  # noqa: S608 - constants
            (number, within[-1].scope_number),
        )
    return number


def _memories(connection: sqlite3.Connection, scope: int) -> dict[str, Memory]:
    rows = connection.execute(
        "SELECT id, fingerprint, control, region, resource, label, severity, reason, standing, first_seen, last_seen "
        "FROM findings WHERE scope = ? ORDER BY id",
        (scope,),
    )
    return {memory.fingerprint: memory for memory in map(_memory, rows)}


def _memory(row: tuple[Any, ...]) -> Memory:
    number, fingerprint, control, region, resource, label, severity, reason, standing, first, last = row
    return Memory(
        number,
        fingerprint,
        control,
        region,
        resource,
        label,
        severity,
        reason,
        standing=Standing(standing),
        first_seen=time_of(first),
        last_seen=time_of(last),
    )


def _numbered(connection: sqlite3.Connection, scope: int, judged: Sequence[Judged]) -> list[Judged]:
    """Write down how findings are remembered from now on, and return them with the numbers of their rows."""
    found: list[Judged] = []
    for one in judged:
        memory = one.memory
        values = (
            memory.label,
            memory.severity,
            memory.reason,
            one.observed,
            memory.standing,
            memory.first_seen.isoformat(),
            memory.last_seen.isoformat(),
        )
        if memory.number:
            if one.observed is not Observed.UNJUDGED:
                connection.execute(
                    "UPDATE findings SET label = ?, severity = ?, reason = ?, observed = ?, standing = ?, "
                    "first_seen = ?, last_seen = ? WHERE id = ?",
                    (*values, memory.number),
                )
            found.append(one)
            continue
        added = connection.execute(
            "INSERT INTO findings (label, severity, reason, observed, standing, first_seen, last_seen, "
            "scope, fingerprint, control, region, resource) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*values, scope, memory.fingerprint, memory.control, memory.region, memory.resource),
        )
        found.append(replace(one, memory=replace(memory, number=int(added.lastrowid or 0))))
    return found


def _insert_run(connection: sqlite3.Connection, scope: int, report: Report, judged: Sequence[Judged]) -> None:
    overall = report.overall
    counts = {
        "passed": overall.passed,
        "failed": overall.failed,
        "unknown": overall.unknown,
        "not_applicable": overall.not_applicable,
        "suppressed": overall.suppressed,
    }
    connection.execute(
        "INSERT INTO runs (scope, run, version, started, finished, score, coverage, controls, counts, severities, "
        "states, observations) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            scope,
            report.run_id,
            __version__,
            report.snapshot.taken_at.astimezone(UTC).isoformat(),
            report.snapshot.finished_at.astimezone(UTC).isoformat(),
            overall.score,
            overall.coverage,
            json.dumps(sorted(control.id for control in report.controls)),
            json.dumps(counts),
            json.dumps(_failed_by_severity(report)),
            json.dumps(_by_state(judged)),
            pack([Observation(o.memory.number, o.observed, o.memory.standing, o.state) for o in judged]),
        ),
    )


def _failed_by_severity(report: Report) -> dict[str, int]:
    counts = dict.fromkeys(Severity, 0)
    for one in report.findings:
        if one.status is Status.FAIL and one.suppressed is None:
            counts[one.severity] += 1
    return {severity.value: count for severity, count in counts.items()}


def _by_state(judged: Sequence[Judged]) -> dict[str, int]:
    states = [one.state for one in judged]
    return {state.value: states.count(state) for state in State if state in states}
