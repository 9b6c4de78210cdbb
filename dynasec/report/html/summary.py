"""Scores and counts as the head of the page shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dynasec.audit.framework import FrameworkResult
from dynasec.audit.report import Report
from dynasec.audit.score import Tally
from dynasec.report.html.findings_data import SEVERITIES, STATUSES, shown_status
from dynasec.report.score_row import percent


@dataclass(frozen=True, slots=True)
class Standing:
    """A name with its score. `bar` is the score from 0 to 100 for drawing; `score` and `coverage` are words."""

    name: str
    title: str
    score: str
    coverage: str
    bar: float | None
    counts: Tally


def summary(report: Report) -> dict[str, Any]:
    """Return overall score, sections, frameworks with their requirements, and counts by severity and status."""
    return {
        "overall": standing("overall", "", report.overall),
        "sections": [standing(name, name, tally) for name, tally in report.sections.items()],
        "frameworks": [_framework(name, one) for name, one in report.frameworks.items()],
        "counts": list(_counts(report)),
        "statuses": [_words(status) for status in STATUSES],
    }


def standing(name: str, title: str, tally: Tally) -> Standing:
    """Return a score in words: an en dash where nothing was judged."""
    score = "–" if tally.score is None else f"{tally.score:.1f}"
    coverage = "–" if tally.coverage is None else f"{percent(tally.coverage)} %"
    return Standing(name, title, score, coverage, tally.score, tally)


def _framework(name: str, result: FrameworkResult) -> dict[str, Any]:
    return {
        "standing": standing(name, result.title, result.overall),
        "requirements": [
            {
                "reference": f"{name}:{requirement}",
                "name": requirement,
                "title": one.title,
                "status": _words(one.status.value),
                "kind": one.status.value,
                "controls": len(one.controls),
                "left_out": len(one.left_out),
                "counts": one.counts,
            }
            for requirement, one in result.requirements.items()
        ],
    }


def _counts(report: Report) -> Iterator[tuple[str, list[int]]]:
    """Yield how many findings of each severity have each status, the worst first."""
    found = Counter((one.severity, shown_status(one)) for one in report.findings)
    for severity in SEVERITIES:
        yield severity.lower(), [found[severity, status] for status in STATUSES]


def _words(status: str) -> str:
    return status.replace("_", " ").lower()
