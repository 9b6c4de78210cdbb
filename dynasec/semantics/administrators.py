"""Who is declared under `trust.administrators`."""

from __future__ import annotations

from dynasec.iam.matching import Pattern
from dynasec.settings import Trust


def is_administrator(arn: str, trust: Trust) -> bool:
    """Whether one of the globs matches a principal's ARN, path included."""
    return any(Pattern.of(glob).matches(arn) for glob in trust.administrators)
