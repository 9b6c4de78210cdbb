"""In which order changes run: wave by wave, the lanes of a wave next to each other, one change at a time in each lane.

No two access-level changes run at once: the first is the canary. One that was begun and does not verify stops everything; one that is
STALE, of which nothing was sent, stops the access-level changes alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from dynasec.remediation import Risk
from dynasec.remedy.applying.outcomes import GOOD, Ending, Outcome
from dynasec.remedy.applying.recheck import Rechecks
from dynasec.remedy.plan import Change, Plan

_STOPS_ITS_LANE = frozenset({Ending.AMBIGUOUS, Ending.CONVERGING})


@dataclass(slots=True)
class Schedule:
    """Runs changes with `execute`. `outcomes` are those known beforehand, by change id, and grow; `broken` says that the journal is."""

    plan: Plan
    execute: Callable[[Change], Outcome]
    rechecks: Rechecks
    stop: threading.Event
    broken: Callable[[], bool]
    outcomes: dict[str, Outcome]
    _halted: str = ""
    _access_halted: str = ""
    _ids: dict[str, str] = field(default_factory=dict[str, str])

    def run(self, changes: Sequence[Change]) -> Mapping[str, Outcome]:
        """Run changes, given in the plan's order, and return how each ended."""
        self._ids = {change.key: change.id for change in self.plan.changes}
        for wave in sorted({change.wave for change in changes}):
            self._wave([change for change in changes if change.wave == wave])
        return {change.id: self.outcomes[change.id] for change in changes}

    def _wave(self, changes: Sequence[Change]) -> None:
        pending = list(changes)
        running: dict[Future[Outcome], Change] = {}
        with ThreadPoolExecutor(max(1, self.plan.limits.concurrency)) as threads:
            try:
                while pending or running:
                    begun = list(self._ready(pending, list(running.values())))
                    for change in begun:
                        pending.remove(change)
                        running[threads.submit(self._one, change)] = change
                    if not running:
                        self._give_up(pending)
                    self._await(running)
            except BaseException:
                self.stop.set()  # the other lanes finish the call in flight and write it down
                raise
        ended = [(change, self.outcomes[change.id]) for change in changes if not _is_access(change)]
        self.outcomes |= self.rechecks.judge(ended)

    def _await(self, running: dict[Future[Outcome], Change]) -> None:
        for future in wait(running, return_when=FIRST_COMPLETED).done if running else ():
            change = running.pop(future)
            self._ended(change, future.result())

    def _give_up(self, pending: list[Change]) -> None:
        """End what waits although nothing runs: changes that depend on each other."""
        for change in pending:
            self.outcomes[change.id] = Outcome(Ending.NOT_REACHED, "not begun: it depends on itself")
        pending.clear()

    def _ready(self, pending: list[Change], running: Sequence[Change]) -> Iterator[Change]:
        """Yield what can begin now. What can never begin gets its outcome and leaves `pending`."""
        lanes = {change.lane for change in running}
        room = max(1, self.plan.limits.concurrency) - len(running)
        access = any(_is_access(change) for change in running)
        for change in list(pending):
            if change.lane in lanes or (_is_access(change) and access):
                lanes.add(change.lane)
                continue
            why = self._hindrance(change, pending, running)
            if why is None:
                lanes.add(change.lane)
            elif why:
                pending.remove(change)
                self.outcomes[change.id] = Outcome(Ending.NOT_REACHED, why)
            elif room > 0:
                room -= 1
                lanes.add(change.lane)
                access = access or _is_access(change)
                yield change

    def _hindrance(self, change: Change, pending: Sequence[Change], running: Sequence[Change]) -> str | None:
        """Say why a change cannot begin; "" where it can, None where it must wait."""
        if self.stop.is_set():
            return "stopped before it began"
        if self.broken():
            return "not begun: the journal cannot be written"
        halted = self._halted or (self._access_halted if _is_access(change) else "")
        if halted:
            return halted
        return self._lane_stopped(change) or self._dependency(change, (*pending, *running))

    def _lane_stopped(self, change: Change) -> str:
        for other in self.plan.changes:
            outcome = self.outcomes.get(other.id)
            if other.lane == change.lane and outcome is not None and outcome.state in _STOPS_ITS_LANE:
                return f"not begun: {other.id} on the same resource is {outcome.state}"
        return ""

    def _dependency(self, change: Change, due: Sequence[Change]) -> str | None:
        for key in change.depends_on:
            needed = self._ids.get(key, "")
            if any(one.id == needed for one in due):
                return None
            outcome = self.outcomes.get(needed)
            if outcome is None or outcome.state not in GOOD:
                state = outcome.state if outcome else "not done"
                return f"not begun: it depends on {needed or key}, which is {state}"
        return ""

    def _one(self, change: Change) -> Outcome:
        outcome = self.execute(change)
        return self.rechecks.judge([(change, outcome)])[change.id] if _is_access(change) else outcome

    def _ended(self, change: Change, outcome: Outcome) -> None:
        self.outcomes[change.id] = outcome
        if not _is_access(change) or outcome.state in GOOD:
            return
        why = f"not begun: {change.id}, which changes access, is {outcome.state}"
        if outcome.state is Ending.STALE:
            self._access_halted = self._access_halted or why
        else:
            self._halted = self._halted or why


def _is_access(change: Change) -> bool:
    return change.risk.level is Risk.ACCESS
