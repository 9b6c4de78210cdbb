"""Scores and counts as cells of a table."""

from __future__ import annotations

from dynasec.audit.score import Tally


def score_row(tally: Tally) -> tuple[str, ...]:
    """Return score, coverage, and the counts of passed, failed, unknown, not applicable and suppressed findings; `-` for what is not."""
    counts = (tally.passed, tally.failed, tally.unknown, tally.not_applicable, tally.suppressed)
    score = "-" if tally.score is None else f"{tally.score:.1f}"
    coverage = "-" if tally.coverage is None else f"{percent(tally.coverage)} %"
    return score, coverage, *(str(count) for count in counts)


def percent(share: float) -> str:
    """Return a share in percent, never rounded up to 100: only a complete audit may say so."""
    return "100" if share == 1 else f"{min(share * 100, 99.9):.1f}".removesuffix(".0")
