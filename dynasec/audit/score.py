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


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of findings with the weights of the good and the bad ones: what scores are made of, and can be added up."""

    passed: int = 0
    failed: int = 0
    unknown: int = 0
    not_applicable: int = 0
    suppressed: int = 0
    good: float = 0
    bad: float = 0

    def __add__(self, other: Counts) -> Counts:
        """Return the counts of both; they must not share findings."""
        return Counts(
            self.passed + other.passed,
            self.failed + other.failed,
            self.unknown + other.unknown,
            self.not_applicable + other.not_applicable,
            self.suppressed + other.suppressed,
            self.good + other.good,
            self.bad + other.bad,
        )

    def tally(self) -> Tally:
        """Return the counts with their score and coverage."""
        judged = self.passed + self.failed
        asked = judged + self.unknown
        weight = self.good + self.bad
        return Tally(
            passed=self.passed,
            failed=self.failed,
            unknown=self.unknown,
            not_applicable=self.not_applicable,
            suppressed=self.suppressed,
            score=_score(self.good, weight, spotless=not self.failed) if weight else None,
            coverage=judged * 10_000 // asked / 10_000
            if asked
            else None,  # rounded down: 1 means all of them
        )


def count(findings: Iterable[Finding], ladder: tuple[str, ...]) -> Counts:
    """Count and weigh findings. `ladder` are the data classes from the least to the most sensitive."""
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
    return Counts(
        counts[Status.PASS],
        counts[Status.FAIL],
        counts[Status.UNKNOWN],
        counts[Status.NOT_APPLICABLE],
        suppressed,
        weights[Status.PASS],
        weights[Status.FAIL],
    )


def tally(findings: Iterable[Finding], ladder: tuple[str, ...]) -> Tally:
    """Count and score findings. `ladder` are the data classes from the least to the most sensitive."""
    return count(findings, ladder).tally()


def total(counts: Iterable[Counts]) -> Tally:
    """Score counts that share no findings as one."""
    return sum(counts, Counts()).tally()


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
