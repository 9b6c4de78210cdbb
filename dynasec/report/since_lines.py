"""What changed since an earlier run, for people: a heading with a line a finding, and the score's way up or down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import click

from dynasec.audit.changes import Since, State
from dynasec.audit.report import Report
from dynasec.printable import printable
from dynasec.report.columns import cut, pad, width

_TOLD: Final = (State.REGRESSED, State.NEW, State.UNKNOWN, State.FIXED, State.GONE)
"""UNKNOWN only for what failed and was not listed this time: all else that could not be judged is among the findings."""
_ROWS: Final = 8
"""Findings shown per state; the rest are counted."""
_CONTROL: Final = 40
_LABEL: Final = 30
_REGION: Final = 14
_STATE: Final = 10
_COLOURS: Final = {
    State.NEW: "red",
    State.REGRESSED: "red",
    State.UNKNOWN: "magenta",
    State.FIXED: "green",
    State.GONE: "cyan",
}


def change_lines(report: Report) -> Iterator[str]:
    """Yield what is new, back, out of sight, fixed and gone; nothing where no earlier run is there to compare with."""
    since = report.since
    if since is None or since.run is None:
        return
    rows = _rows(report, since)
    shown = [state for state in _TOLD if rows.get(state) and (not report.states or state in report.states)]
    if not shown:
        return
    yield click.style(f"Changed since {name_of(since)}", bold=True)
    for state in shown:
        for control, label, region in rows[state][:_ROWS]:
            start = click.style(f"{state:<{_STATE}}", fg=_COLOURS[state])
            where = "" if region == label else f"  {cut(printable(region), _REGION)}"
            yield f"{start}{_column(control, _CONTROL)}  {cut(printable(label), _LABEL)}{where}"
        more = len(rows[state]) - _ROWS
        if more > 0:
            yield f"{'':<{_STATE}}… and {more} more (all of them: -f json)"
    yield ""


def score_change(report: Report) -> str:
    """Return how the score moved, as " (▲3 since 2026-11-20)"; empty where there is nothing to compare it with."""
    since, score = report.since, report.overall.score
    if since is None or since.score is None or score is None:
        return ""
    return f" ({moved(score - since.score)} since {name_of(since)})"


def counted(report: Report) -> str:
    """Return how many findings changed, as "; 2 new, 1 fixed"; that of a first run says that history begins."""
    since = report.since
    if since is None:
        return ""
    if since.run is None:
        return "; history begins with this run"
    unseen = sum(one.state is State.UNKNOWN for one in since.absent)
    counts = {**since.counts, State.UNKNOWN: unseen}
    told = [f"{counts[state]} {state.lower()}" for state in State if counts.get(state) and state in _TOLD]
    return f"; {', '.join(told) or 'nothing changed'}"


def moved(by: float) -> str:
    """Return the change of a score with its direction, in whole points where it is one or more."""
    size = abs(by)
    if round(size, 1) == 0:
        return "="
    return f"{'▲' if by > 0 else '▼'}{size:.0f}" if size >= 1 else f"{'▲' if by > 0 else '▼'}{size:.1f}"


def name_of(since: Since) -> str:
    """Return what is compared with: a day, said to be the baseline's where it is."""
    day = "" if since.time is None else f"{since.time:%Y-%m-%d}"
    return f"the baseline of {day}" if since.is_baseline else day


def _rows(report: Report, since: Since) -> Mapping[State, list[tuple[str, str, str]]]:
    rows: dict[State, list[tuple[str, str, str]]] = {}
    for one in report.findings:
        state = since.of(one.fingerprint).state
        if state is not None and state is not State.UNKNOWN:
            rows.setdefault(state, []).append((one.control, one.label, one.region))
    for gone in since.absent:
        rows.setdefault(gone.state, []).append((gone.control, gone.label, gone.region))
    return rows


def _column(text: str, columns: int) -> str:
    short = cut(printable(text), columns)
    return pad(short, max(columns, width(short)))
