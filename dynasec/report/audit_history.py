"""Audits of the past, as plain JSON values and for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from dynasec.audit.changes import State
from dynasec.history.reading import KeptFinding
from dynasec.history.runs import KeptRun
from dynasec.history.scope import JudgedScope
from dynasec.printable import printable
from dynasec.report.columns import cut, wrap
from dynasec.report.score_row import percent
from dynasec.report.sparkline import sparkline

KIND: Final = "audit"
WIDTH: Final = 100
_SHORT: Final = 8
_POINTS: Final = 60
_TOLD: Final = (State.NEW, State.REGRESSED, State.FIXED, State.GONE)
_INDENT: Final = " " * 12


def entry(run: KeptRun) -> dict[str, Any]:
    """Return one audit of a list."""
    return {
        "run": run.run,
        "kind": KIND,
        "account": run.scope.account,
        "partition": run.scope.partition,
        "regions": list(run.scope.regions),
        "tables": list(run.scope.tables),
        "began": _time(run.started),
        "finished": _time(run.finished),
        "score": run.score,
        "coverage": run.coverage,
        "controls": len(run.controls),
        "counts": dict(run.counts),
        "failed": dict(run.severities),
        "states": dict(run.states),
        "baseline": run.is_baseline,
        "version": run.version,
    }


def finding(one: KeptFinding) -> dict[str, Any]:
    """Return one finding of a run, or of what lies between two; `severity` and `reason` are as last told."""
    return {
        "fingerprint": one.fingerprint,
        "state": None if one.state is None else one.state.value,
        "observed": one.observed.name,
        "control": one.control,
        "region": one.region,
        "resource": one.resource,
        "label": one.label,
        "severity": one.severity,
        "reason": one.reason,
        "first_seen": _time(one.first_seen),
        "last_seen": _time(one.last_seen),
    }


def row(run: KeptRun) -> tuple[str, ...]:
    """Return one audit as a row of a list: id, kind, account, when it began, and what it found."""
    kind = f"{KIND}, baseline" if run.is_baseline else KIND
    return (run.run[:_SHORT], kind, run.scope.account, f"{run.started:%Y-%m-%d %H:%M:%S}", _result(run))


def trends(runs: Sequence[KeptRun]) -> Iterator[str]:
    """Yield, for each scope whose last runs can be compared, a line with the way of its score."""
    last = {run.scope_number: run for run in runs}
    for run in last.values():
        scores = [one.score for one in runs if one.comparable(run) and one.score is not None]
        if len(scores) > 1:
            text = f"Score of {_scope(run.scope)}: {sparkline(scores[-_POINTS:])} {scores[-1]:.0f}"
            yield from wrap(printable(text), WIDTH, rest="  ")


def shown(run: KeptRun, findings: Sequence[KeptFinding]) -> Iterator[str]:
    """Yield one audit: what it looked at, what it found, and each finding that is remembered."""
    yield f"run {printable(run.run)}: audit of {printable(_scope(run.scope))}"
    yield f"{run.started:%Y-%m-%d %H:%M:%S} UTC, {len(run.controls)} controls, dynasec {printable(run.version)}"
    yield _result(run) + (" (the baseline)" if run.is_baseline else "")
    yield ""
    yield from lines(findings)


def between(before: KeptRun, after: KeptRun, findings: Sequence[KeptFinding]) -> Iterator[str]:
    """Yield what lies between two audits; what persists is only counted."""
    yield f"from {printable(before.run[:_SHORT])} of {before.started:%Y-%m-%d %H:%M} UTC: {_result(before)}"
    yield f"to   {printable(after.run[:_SHORT])} of {after.started:%Y-%m-%d %H:%M} UTC: {_result(after)}"
    yield ""
    changed = [one for one in findings if one.state not in {State.PERSISTING, State.SUPPRESSED}]
    yield from lines(changed)
    if not changed:
        yield "Nothing changed."
    persisting = sum(one.state is State.PERSISTING for one in findings)
    if persisting:
        yield f"{persisting} persisting"


def lines(findings: Sequence[KeptFinding]) -> Iterator[str]:
    """Yield a block a finding: its state, its control and resource, and the reason as last told."""
    for one in findings:
        if one.state is not None:
            where = "" if one.region == one.label else f"  {one.region}"
            head = f"{one.state:<12}{one.severity:<10}{one.control}  {one.label}{where}"
            yield cut(printable(head), WIDTH)
            since = f"since {one.first_seen:%Y-%m-%d}: {one.reason}"
            yield from wrap(printable(since), WIDTH, first=_INDENT, rest=_INDENT)


def _result(run: KeptRun) -> str:
    score = "nothing judged" if run.score is None else f"score {run.score:g}"
    coverage = "" if run.coverage is None else f", coverage {percent(run.coverage)} %"
    changed = [f"{run.states[state]} {state.lower()}" for state in _TOLD if run.states.get(state)]
    told = f" ({', '.join(changed)})" if changed else ""
    return f"{score}{coverage}, {run.counts.get('failed', 0)} failed{told}"


def _scope(scope: JudgedScope) -> str:
    tables = f", tables {' '.join(scope.tables)}" if scope.tables else ""
    return f"{scope.account} ({', '.join(scope.regions)}{tables})"


def _time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
