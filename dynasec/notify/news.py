"""What a target is to be told of a run: the findings in the states and severities that it asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from dynasec.audit.changes import State
from dynasec.audit.finding import Finding
from dynasec.audit.report import Report
from dynasec.check import Severity
from dynasec.history.comparison import Judged
from dynasec.history.states import Observed, Standing
from dynasec.registry import Control
from dynasec.settings import Notify

_ORDER: Final = tuple(State)


@dataclass(frozen=True, slots=True)
class Notice:
    """One finding whose state is told. `finding` is None where the report does not have it any more; `reason` is what was last said."""

    state: State
    fingerprint: str
    control: Control
    severity: Severity
    region: str
    resource: str
    label: str
    reason: str
    first_seen: datetime
    finding: Finding | None

    def to_json(self) -> dict[str, Any]:
        """Return what a machine is told."""
        return {
            "state": self.state.value,
            "fingerprint": self.fingerprint,
            "control": self.control.id,
            "title": self.control.check.title,
            "severity": self.severity.value,
            "region": self.region,
            "resource": self.resource,
            "label": self.label,
            "reason": self.reason,
            "first_seen": self.first_seen.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class News:
    """What one run tells one target, the gravest first. `time` is when the account was read."""

    run: str
    account: str
    time: datetime
    score: float | None
    notices: tuple[Notice, ...]

    @property
    def counts(self) -> Mapping[State, int]:
        """How many notices there are of each state that occurs, in the order of `State`."""
        return counted(self.notices)

    @property
    def head(self) -> str:
        """One line of plain ASCII."""
        told = ", ".join(f"{count} {state.value.lower()}" for state, count in self.counts.items())
        return f"dynasec: {told} in account {self.account}"

    def to_json(self) -> dict[str, Any]:
        """Return what a machine is told of the run itself."""
        return {"run": self.run, "account": self.account, "time": self.time.isoformat(), "score": self.score}


def counted(notices: Sequence[Notice]) -> Mapping[State, int]:
    """Return how many notices there are of each state that occurs."""
    found = Counter(one.state for one in notices)
    return {state: found[state] for state in State if found[state]}


def news(report: Report, judged: Sequence[Judged], target: Notify) -> News:
    """Choose what a target is told of a run. `judged` holds the report against the run before it."""
    states = {State(name.upper()) for name in target.states}
    state_of = _standing_state if target.kind == "security-hub" else _changed_state
    least = Severity(target.severity).rank
    controls = {one.id: one for one in report.controls}
    findings = {one.fingerprint: one for one in report.findings}
    chosen = [
        _notice(one, state, controls[one.memory.control], findings.get(one.memory.fingerprint))
        for one in judged
        if (state := state_of(one, states)) is not None and Severity(one.memory.severity).rank >= least
    ]
    return News(
        report.run_id,
        report.snapshot.account.id,
        report.snapshot.taken_at,
        report.overall.score,
        tuple(sorted(chosen, key=_gravest_first)),
    )


def _changed_state(one: Judged, wanted: Collection[State]) -> State | None:
    return one.state if one.state in wanted else None


def _standing_state(one: Judged, _: Collection[State]) -> State | None:
    """Return what a copy of all findings is to be told, also where a history has nothing to tell.

    Else what passed once would be PASSED there although it cannot be seen any more, and what is not there any more would stay.
    """
    if one.state is not None or one.before is one.memory.standing is Standing.GONE:
        return one.state
    return _AS_STATE.get(one.observed)


_AS_STATE: Final[Mapping[Observed, State]] = {
    Observed.PASS: State.FIXED,
    Observed.NOT_APPLICABLE: State.GONE,
    Observed.ABSENT: State.GONE,
    Observed.HIDDEN: State.UNKNOWN,
}


def _notice(one: Judged, state: State, control: Control, finding: Finding | None) -> Notice:
    memory = one.memory
    return Notice(
        state=state,
        fingerprint=memory.fingerprint,
        control=control,
        severity=Severity(memory.severity),
        region=memory.region,
        resource=memory.resource,
        label=memory.label,
        reason=memory.reason,
        first_seen=memory.first_seen,
        finding=finding,
    )


def _gravest_first(one: Notice) -> tuple[int, int, str, str]:
    return -one.severity.rank, _ORDER.index(one.state), one.control.id, one.resource
