"""Scores: what share of what could be judged is good, weighted by severity and data class; and what share could be judged.

100 × Σ weight(passed) / Σ weight(passed + failed). UNKNOWN never raises a score: it lowers the coverage. Suppressed findings and what
is not applicable count nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from dynasec.audit.finding import Finding
from dynasec.check import Status

_CLASS_WEIGHTS: Final[Mapping[str, float]] = {
    "public": 0.5,
    "internal": 1,
    "confidential": 2,
    "restricted": 4,
}


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts and scores of some findings. `score` is 0 to 100, None when nothing was judged; `coverage` is 0 to 1."""

    passed: int = 0
    failed: int = 0
    unknown: int = 0
    not_applicable: int = 0
    suppressed: int = 0
    score: float | None = None
    coverage: float | None = None


def tally(findings: Iterable[Finding], ladder: tuple[str, ...]) -> Tally:
    """Count and score findings. `ladder` are the data classes from the least to the most sensitive."""
    counts = dict.fromkeys(Status, 0)
    weights = {Status.PASS: 0.0, Status.FAIL: 0.0}
    suppressed = 0
    for finding in findings:
        if finding.suppressed is not None:
            suppressed += 1
            continue
        counts[finding.status] += 1
        if finding.status in weights:
            weights[finding.status] += finding.severity.weight * class_weight(finding.data_class, ladder)
    judged = counts[Status.PASS] + counts[Status.FAIL]
    asked = judged + counts[Status.UNKNOWN]
    total = sum(weights.values())
    return Tally(
        passed=counts[Status.PASS],
        failed=counts[Status.FAIL],
        unknown=counts[Status.UNKNOWN],
        not_applicable=counts[Status.NOT_APPLICABLE],
        suppressed=suppressed,
        score=_score(weights[Status.PASS], total, spotless=not counts[Status.FAIL]) if total else None,
        coverage=judged * 10_000 // asked / 10_000 if asked else None,  # rounded down: 1 means all of them
    )


def _score(passed: float, total: float, *, spotless: bool) -> float:
    """Return the percentage to one digit; 100 only where nothing failed."""
    return 100.0 if spotless else min(round(100 * passed / total, 1), 99.9)


def class_weight(data_class: str | None, ladder: tuple[str, ...]) -> float:
    """Return what a data class counts for: the four usual names have fixed weights, other ladders run evenly from 0.5 to 4."""
    if data_class is None or data_class not in ladder:
        return 1
    if data_class in _CLASS_WEIGHTS:
        return _CLASS_WEIGHTS[data_class]
    steps = max(len(ladder) - 1, 1)
    return 0.5 + 3.5 * ladder.index(data_class) / steps
