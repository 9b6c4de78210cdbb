"""What changed since an earlier run, as plain JSON values: the additions of history to `dynasec.report/v1`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dynasec.audit.changes import Absent, Seen, Since
from dynasec.audit.report import Report


def since_json(report: Report, since: Since) -> dict[str, Any]:
    """Return the document's `history`."""
    compared = {
        "run": since.run,
        "started_at": _time(since.time),
        "score": since.score,
        "baseline": since.is_baseline,
    }
    return {
        "compared_with": None if since.run is None else compared,
        "states": {state.value: count for state, count in since.counts.items()},
        "only": [state.value for state in report.states] or None,
        "absent": [_absent(one) for one in since.absent],
        "trend": [{"run": one.run, "started_at": _time(one.time), "score": one.score} for one in since.trend],
    }


def seen_json(seen: Seen) -> dict[str, Any]:
    """Return a finding's `history`."""
    return {
        "state": None if seen.state is None else seen.state.value,
        "first_seen": _time(seen.first_seen),
    }


def _absent(one: Absent) -> dict[str, Any]:
    return {
        "fingerprint": one.fingerprint,
        "control": one.control,
        "region": one.region,
        "resource": one.resource,
        "label": one.label,
        "severity": one.severity,
        "state": one.state.value,
        "first_seen": _time(one.first_seen),
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
