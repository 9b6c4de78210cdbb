"""What changed since an earlier run, and the course of the score, as the page shows them."""

from __future__ import annotations

from typing import Any, Final

from dynasec.audit.changes import Since, State
from dynasec.audit.report import Report

_TOLD: Final = (State.NEW, State.REGRESSED, State.FIXED, State.GONE)
"""What is listed by name; what persists or could not be judged is in the list of findings."""
_ABSENT: Final = {
    State.GONE: "no longer there",
    State.UNKNOWN: "failed, and could not be listed this time: it may still be there",
}
"""What is said of failures that are not in this run."""
_MOST: Final = 200
"""Lines at most; more are counted."""
_WIDTH: Final = 600
_HEIGHT: Final = 90


def changes_view(report: Report) -> dict[str, Any] | None:
    """Return what the template shows; None where no history was kept."""
    since = report.since
    if since is None:
        return None
    lines = [*_in_report(report, since), *_absent(since)]
    order = {state: place for place, state in enumerate((State.UNKNOWN, *_TOLD))}
    lines.sort(key=lambda one: (order[one["state"]], one["control"], one["label"]))
    return {
        "first": since.run is None,
        "baseline": since.is_baseline,
        "time": since.time,
        "counts": [(state.value, number) for state, number in since.counts.items()],
        "lines": lines[:_MOST],
        "more": max(0, len(lines) - _MOST),
        "chart": _chart(since),
    }


def _in_report(report: Report, since: Since) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    for finding in report.findings:
        seen = since.of(finding.fingerprint)
        if seen.state in _TOLD:
            told.append(
                {
                    "state": seen.state,
                    "severity": finding.severity.value,
                    "control": finding.control,
                    "label": finding.label,
                    "region": finding.region,
                    "reason": finding.reason,
                    "first_seen": seen.first_seen,
                }
            )
    return told


def _absent(since: Since) -> list[dict[str, Any]]:
    return [
        {
            "state": one.state,
            "severity": one.severity,
            "control": one.control,
            "label": one.label,
            "region": one.region,
            "reason": _ABSENT[one.state],
            "first_seen": one.first_seen,
        }
        for one in since.absent
        if one.state in _ABSENT
    ]


def _chart(since: Since) -> dict[str, Any] | None:
    """Return the course of the score as points of a drawing of 600 by 90; None where there are too few to draw a line."""
    points = since.trend
    if len(points) < 2:  # noqa: PLR2004 - two points make a line
        return None
    step = _WIDTH / (len(points) - 1)
    drawn = [
        (round(place * step, 1), round(_HEIGHT - one.score * _HEIGHT / 100, 1))
        for place, one in enumerate(points)
    ]
    return {
        "line": " ".join(f"{x},{y}" for x, y in drawn),
        "first": points[0],
        "last": points[-1],
        "runs": len(points),
    }
