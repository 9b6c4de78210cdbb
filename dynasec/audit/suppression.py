"""Accepted risks: which findings they cover, and which of them cover nothing or have run out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase

from dynasec.audit.finding import Finding, Suppressed
from dynasec.check import Status
from dynasec.settings import Suppression


@dataclass(frozen=True, slots=True)
class Outcome:
    """Findings with suppressions laid over them, and what is wrong with the suppressions, in words."""

    findings: tuple[Finding, ...]
    problems: tuple[str, ...]


def apply(findings: Sequence[Finding], suppressions: Sequence[Suppression], today: date) -> Outcome:
    """Mark failures that a suppression in force covers. An expired one covers nothing and is reported, as is an idle one."""
    used: set[int] = set()
    marked: list[Finding] = []
    in_force = [(number, one) for number, one in enumerate(suppressions) if one.expires >= today]
    for finding in findings:
        covering = [(number, one) for number, one in in_force if _covers(one, finding)]
        if not covering:
            marked.append(finding)
            continue
        used.update(number for number, _ in covering)
        first = covering[0][1]
        mark = Suppressed(first.reason, first.owner, first.expires.isoformat())
        marked.append(replace(finding, suppressed=mark))
    problems = [
        f"suppression of {one.control} on {one.resource} expired on {one.expires}" if one.expires < today
        else f"suppression of {one.control} on {one.resource} matches no failed finding"
        for number, one in enumerate(suppressions)
        if number not in used
    ]  # fmt: skip
    return Outcome(tuple(marked), tuple(problems))


def _covers(suppression: Suppression, finding: Finding) -> bool:
    return (
        finding.status is Status.FAIL
        and fnmatchcase(finding.control, suppression.control)
        and fnmatchcase(finding.resource, suppression.resource)
    )
