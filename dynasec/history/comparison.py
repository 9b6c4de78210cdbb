"""A report held against what is remembered of the same scope. Pure: memories and a report in, judgements out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from dynasec.audit.changes import State
from dynasec.audit.engine import GLOBAL, UNLISTED
from dynasec.audit.finding import Finding
from dynasec.audit.report import Report
from dynasec.check import Status
from dynasec.history.states import Observed, Standing, step

LONGEST_TEXT: Final = 4000
"""Characters of a text that are kept; reports have all of it."""

_OBSERVED: Final = {
    Status.PASS: Observed.PASS,
    Status.FAIL: Observed.FAIL,
    Status.UNKNOWN: Observed.UNKNOWN,
    Status.NOT_APPLICABLE: Observed.NOT_APPLICABLE,
}
_UNREMARKABLE: Final = frozenset({Observed.PASS, Observed.NOT_APPLICABLE})
_FAILS: Final = frozenset({Observed.FAIL, Observed.ACCEPTED})


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of one finding. `number` is its row, 0 before it has one; times are those of runs, in UTC.

    Only what failed or was UNKNOWN at least once is remembered: all else is good and has nothing to tell. `first_seen` is when it began
    to fail (or to be UNKNOWN, if it never failed), `last_seen` when it was last seen to.
    """

    number: int
    fingerprint: str
    control: str
    region: str
    resource: str
    label: str
    severity: str
    reason: str
    standing: Standing
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """What a run says of a remembered finding; `memory` is how it is remembered from now on, `before` how it stood until then."""

    memory: Memory
    before: Standing
    observed: Observed
    state: State | None


def compare(report: Report, memories: Mapping[str, Memory]) -> Iterator[Judged]:
    """Yield what becomes of every finding that is or will be remembered. `memories` are by fingerprint."""
    now = report.snapshot.taken_at
    present: set[str] = set()
    for finding in report.findings:
        present.add(finding.fingerprint)
        observed = Observed.ACCEPTED if finding.suppressed is not None else _OBSERVED[finding.status]
        memory = memories.get(finding.fingerprint)
        if memory is not None:
            yield judge(_renewed(memory, finding), observed, now)
        elif observed not in _UNREMARKABLE:
            yield judge(_first(finding, now), observed, now)
    chosen = {control.id for control in report.controls}
    hidden = set(_hidden(report.findings))
    for fingerprint, memory in memories.items():
        if fingerprint not in present:
            yield judge(memory, _missing(memory, chosen, hidden), now)


def judge(memory: Memory, observed: Observed, now: datetime) -> Judged:
    """Return what becomes of a finding that a run of this moment saw so."""
    standing, state = step(memory.standing, observed)
    begins = state is State.NEW and memory.standing is not Standing.ACCEPTED
    first = now if begins else min(memory.first_seen, now)
    last = max(memory.last_seen, now) if observed in _FAILS else memory.last_seen
    after = replace(memory, standing=standing, first_seen=first, last_seen=max(first, last))
    return Judged(after, memory.standing, observed, state)


def stored_text(text: str) -> str:
    """Return a text as it is kept: cut, and without what is no Unicode."""
    short = text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
    return short.encode("utf-8", "backslashreplace").decode()


def _first(finding: Finding, now: datetime) -> Memory:
    return Memory(
        number=0,
        fingerprint=finding.fingerprint,
        control=finding.control,
        region=finding.region,
        resource=stored_text(finding.resource),
        label=stored_text(finding.label),
        severity=finding.severity.value,
        reason=stored_text(finding.reason),
        standing=Standing.CLEAR,
        first_seen=now,
        last_seen=now,
    )


def _renewed(memory: Memory, finding: Finding) -> Memory:
    """Return a memory in the words of the latest finding."""
    return replace(
        memory,
        label=stored_text(finding.label),
        severity=finding.severity.value,
        reason=stored_text(finding.reason),
    )


def _hidden(findings: Iterable[Finding]) -> Iterator[tuple[str, str]]:
    """Yield the controls and Regions where not everything could be listed."""
    for finding in findings:
        if finding.status is Status.UNKNOWN and finding.label == UNLISTED:
            yield finding.control, finding.region


def _missing(memory: Memory, chosen: set[str], hidden: set[tuple[str, str]]) -> Observed:
    """Return why a remembered finding is not in a report. What belongs to no Region may be what any listing hides, and the reverse."""
    if memory.control not in chosen:
        return Observed.UNJUDGED
    nowhere = memory.region == GLOBAL
    if any(
        control == memory.control and (nowhere or region in {memory.region, GLOBAL})
        for control, region in hidden
    ):
        return Observed.HIDDEN
    return Observed.ABSENT
