"""What a run changed, as a report is told of it: since the scope's baseline if it has one, else since the run before."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from dynasec.audit.changes import Absent, Point, Seen, Since, State
from dynasec.audit.report import Report
from dynasec.history.comparison import Judged, Memory, compare
from dynasec.history.runs import KeptRun, observations
from dynasec.history.states import Standing

_TREND: Final = 30
"""Comparable scores that a report is given."""


def since(
    connection: sqlite3.Connection,
    report: Report,
    kept: Sequence[KeptRun],
    judged: Sequence[Judged],
    memories: Mapping[str, Memory],
) -> Since:
    """Return what a report, whose run is the last of `kept`, changed. `judged` holds it against `memories`, the run before it."""
    this = kept[-1]
    baseline = next((one for one in kept if one.is_baseline), None)
    base = baseline or (kept[-2] if len(kept) > 1 else None)
    if baseline is not None:
        standings = {one.finding: one.standing for one in observations(connection, baseline)}
        then = {
            fingerprint: replace(memory, standing=standings.get(memory.number, Standing.CLEAR))
            for fingerprint, memory in memories.items()
        }
        first = {one.memory.fingerprint: one.memory.first_seen for one in judged}
        judged = [_dated(one, first) for one in compare(report, then)]
    present = {one.fingerprint for one in report.findings}
    comparable = [one for one in kept if one.comparable(this)]
    return Since(
        run=None if base is None else base.run,
        time=None if base is None else base.started,
        score=base.score if base is not None and base.comparable(this) else None,
        is_baseline=baseline is not None,
        seen={
            one.memory.fingerprint: Seen(one.state, one.memory.first_seen)
            for one in judged
            if one.memory.fingerprint in present
        },
        absent=tuple(_absent(one) for one in judged if one.memory.fingerprint not in present and one.state),
        trend=tuple(
            Point(one.run, one.started, one.score) for one in comparable[-_TREND:] if one.score is not None
        ),
    )


def _dated(one: Judged, first: Mapping[str, datetime]) -> Judged:
    return replace(one, memory=replace(one.memory, first_seen=first[one.memory.fingerprint]))


def _absent(one: Judged) -> Absent:
    memory = one.memory
    return Absent(
        memory.fingerprint,
        memory.control,
        memory.region,
        memory.resource,
        memory.label,
        memory.severity,
        one.state or State.GONE,
        memory.first_seen,
    )
