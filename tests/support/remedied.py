"""Plans and carries out one remediation on the emulated account, and takes it back: the round trip that each must survive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import jsonpatch

from dynasec.audit.report import Report, audit
from dynasec.change import Call, State
from dynasec.model.snapshot import Snapshot
from dynasec.permissions import reads_of
from dynasec.remedies import Remedies, Remedy, load
from dynasec.remedy.applying.facts import differences
from dynasec.remedy.applying.hands import AwsHands, CallFailed
from dynasec.remedy.applying.placeholders import Filler
from dynasec.remedy.impact.analysis import Assessor
from dynasec.remedy.plan import Change, Impact, Plan
from dynasec.remedy.planning.ownership import READS, Ownership
from dynasec.remedy.planning.planner import Planner
from dynasec.settings import Settings
from tests.support.accounts import NOW, registry
from tests.support.emulated import collect_emulated, emulated_clients
from tests.support.scripted import Script

MEANINGLESS = ("taken_at", "finished_at", "calls", "revision_id", "lock_token", "latest_delivery_time")
"""Members of a snapshot that differ between two readings of one state."""


@cache
def remedy(name: str) -> Remedy:
    """An installed remediation."""
    return next(one for one in load().remedies if one.id == name)


def harmless(*_: object) -> tuple[Impact, tuple[()]]:
    """An assessment that finds nobody denied: for tests that are not about impact."""
    return Impact(evaluated=0), ()


def read(
    name: str,
    *,
    settings: Settings | None = None,
    regions: tuple[str, ...] = ("us-east-1",),
    script: Script | None = None,
    keys: tuple[str, ...] = (),
) -> Report:
    """Audit the emulated account under the controls that a remediation closes."""
    one = remedy(name).remediation
    controls = [registry().get(control) for control in one.controls]
    snapshot, _ = collect_emulated(
        reads_of(controls) | READS | set(one.reads),
        regions=regions,
        script=script,
        replicas=any(control.check.across_replicas for control in controls),
        keys=keys,
    )
    return audit(snapshot, registry(), controls, settings or Settings())


def planned(
    name: str,
    report: Report,
    *,
    assess: Assessor = harmless,
    terraform: Mapping[str, str] | None = None,
) -> Plan:
    """Plan one remediation for what an audit found."""
    planner = Planner(Remedies((remedy(name),)), assess, Ownership(terraform or {}))
    return planner.plan(report, NOW)


class Stage:
    """Applies plans call by call, without a journal: the states of a plan must hold where they say."""

    def __init__(self) -> None:
        self.hands = AwsHands(emulated_clients())
        self.results: dict[tuple[str, str], Any] = {}

    def apply(self, plan: Plan) -> None:
        """Carry every change out that is not blocked; there must be one."""
        assert plan.changes
        for change in plan.changes:
            assert not change.blocked, change.blocked
            for state in change.expect:
                self.holds(plan, change, state)
            for call in change.calls:
                self._send(plan, change, call)
            for state in change.verify:
                self.holds(plan, change, state)

    def take_back(self, plan: Plan) -> None:
        """Undo every change, the last call first; what was expected must be so again but for revisions."""
        for change in reversed(plan.changes):
            for call in reversed(change.calls):
                if call.done is not None:
                    self.holds(plan, change, call.done)
                for undo in call.undo:
                    self._send(plan, change, undo)

    def holds(self, plan: Plan, change: Change, state: State) -> None:
        """Check a state."""
        found = list(self._differences(plan, change, state))
        assert not found, (state.operation, [str(one) for one in found])

    def _differences(self, plan: Plan, change: Change, state: State) -> Iterable[object]:
        filled = self._filler(plan, change).state(state)
        try:
            answer = self.hands.read(filled.operation, filled.params, filled.region or change.region)
        except CallFailed as refused:
            if refused.code not in filled.absent:
                raise
            answer = {}
        return differences(filled, answer)

    def _send(self, plan: Plan, change: Change, call: Call) -> None:
        filled = self._filler(plan, change).call(call)
        region = filled.region or change.region
        answer = self.hands.send(filled.operation, filled.params, region, agent=f"dynasec/test/{change.id}")
        facts = State(operation=call.operation, params={}, facts=call.answer)
        assert not list(differences(facts, answer)), answer
        if call.name:
            self.results[change.key, call.name] = answer
        for state in (call.done, call.settled):
            if state is not None:
                self.holds(plan, change, state)

    def _filler(self, plan: Plan, change: Change) -> Filler:
        return Filler(plan.plan_id, change.id, change.key, self.results)


def round_trip(
    name: str,
    *,
    settings: Settings | None = None,
    regions: tuple[str, ...] = ("us-east-1",),
    script: Script | None = None,
    remains: Sequence[str] = (),
) -> Plan:
    """Plan, apply, see every finding of the plan PASS, undo, and see the account as it was; returns the plan.

    `remains` are members of the snapshot that an undo is known not to restore (limited undo).
    """
    before = read(name, settings=settings, regions=regions, script=script)
    plan = planned(name, before)
    stage = Stage()
    stage.apply(plan)
    after = read(name, settings=settings, regions=regions, script=script)
    closed = {print_ for change in plan.changes for print_ in change.fingerprints}
    assert closed
    for finding in after.findings:
        if finding.fingerprint in closed:
            assert finding.status == "PASS", finding
    stage.take_back(plan)
    again = read(name, settings=settings, regions=regions, script=script)
    left = jsonpatch.make_patch(state_of(before.snapshot, remains), state_of(again.snapshot, remains)).patch
    assert left == [], left
    return plan


def state_of(snapshot: Snapshot, without: Sequence[str] = ()) -> Any:
    """A snapshot as JSON without what differs between two readings of one state."""
    return _without(snapshot.model_dump(mode="json"), {*MEANINGLESS, *without})


def _without(value: Any, names: set[str]) -> Any:
    if isinstance(value, dict):
        return {name: _without(one, names) for name, one in value.items() if name not in names}
    if isinstance(value, list):
        return [_without(one, names) for one in value]
    return value
