"""Carries a run out: each change under the protocol, in the order of the schedule, its controls run again at the end.

    with runs.lock(plan.subject), runs.create(plan, clock) as journal:
        result = Execution(journal, hands, Options(recheck=…)).run(gates.chosen, gates.refused)

The journal decides what is still to do, so that taking a run up again is the same call on a journal that was opened with `runs.resume`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from dynasec.remedy.applying.calls import OneCall
from dynasec.remedy.applying.hands import Hands
from dynasec.remedy.applying.journal import Journal, JournalError
from dynasec.remedy.applying.looks import Look
from dynasec.remedy.applying.outcomes import GOOD, Ending, Outcome, RunResult
from dynasec.remedy.applying.recheck import Rechecks
from dynasec.remedy.applying.replay import replay
from dynasec.remedy.applying.schedule import Schedule
from dynasec.remedy.applying.stage import Ended, Options, Stage
from dynasec.remedy.plan import Change


class Execution:
    """One run of a plan, or a part of one: what the journal's plan says, with `hands`."""

    def __init__(self, journal: Journal, hands: Hands, options: Options | None = None) -> None:
        self._journal = journal
        self._hands = hands
        self._options = options or Options()
        self._progress = replay(journal.records)
        self._results: dict[tuple[str, str], Any] = self._progress.results(journal.plan)

    def run(self, chosen: Collection[str], refused: Mapping[str, Outcome] | None = None) -> RunResult:
        """Carry the chosen changes out, given by id, and say how each ended. What is verified already is not done again.

        `refused` are changes that a gate holds back, and how that is to be reported; what depends on them is not reached.

        Raises:
            JournalError: not even the beginning of the run could be written down: nothing was sent.

        """
        refused = refused or {}
        plan = self._journal.plan
        self._journal.append("started", {"chosen": sorted(chosen), "refused": sorted(refused)})
        rechecks = Rechecks(self._journal, self._options, undo=plan.kind == "undo")
        known = dict(self._known(chosen))
        outcomes = known | dict(refused) | {name: one for name, one in known.items() if one.state in GOOD}
        schedule = Schedule(
            plan,
            self.change,
            rechecks,
            self._options.stop,
            lambda: bool(self._journal.broken),
            dict(outcomes),
        )
        todo = [change for change in plan.changes if change.id in chosen and change.id not in outcomes]
        outcomes |= schedule.run(todo)
        reported = {*chosen, *refused}
        ended = tuple((change, outcomes[change.id]) for change in plan.changes if change.id in reported)
        self._close(ended)
        return RunResult(self._journal.run, plan.plan_id, self._journal.path, ended)

    def _known(self, chosen: Collection[str]) -> Iterator[tuple[str, Outcome]]:
        """Yield how changes ended before; of those that are chosen now, only what needs nothing more."""
        for change in self._journal.plan.changes:
            progress = self._progress.of(change.id)
            outcome = progress.outcome
            if outcome is not None and outcome.state in GOOD:
                yield change.id, outcome
            elif change.id not in chosen and progress.unresolved:
                yield change.id, Outcome(Ending.AMBIGUOUS, "begun, and not resolved: resume it")
            elif change.id not in chosen and outcome is not None:
                yield change.id, outcome

    def change(self, change: Change) -> Outcome:
        """Carry one change out up to its end state. Whether its controls pass is asked afterwards.

        Errors that nobody foresaw go through: the journal then tells how far it came.
        """
        stage = Stage(
            change, self._hands, self._journal, self._results, self._progress.of(change.id), self._options
        )
        try:
            return _carried_out(stage)
        except Ended as ended:
            return ended.outcome

    def _close(self, ended: Sequence[tuple[Change, Outcome]]) -> None:
        """Write the outcomes down; a journal that broke on the way says as much as is needed to resume."""
        try:
            for change, outcome in ended:
                if self._progress.of(change.id).outcome != outcome:
                    data = {"change": change.id, "state": str(outcome.state), "reason": outcome.reason}
                    self._journal.append("outcome", data)
            self._journal.append("finished", {})
        except JournalError:
            return


def _carried_out(stage: Stage) -> Outcome:
    change = stage.change
    for place, call in enumerate(change.calls):
        if stage.progress.calls[place].answer is None:
            OneCall(stage, place, call).make()
        last = place == len(change.calls) - 1
        following = None if last else stage.progress.calls[place + 1]
        if call.settled is not None and not (following and following.may_have_taken_effect):
            (state,) = stage.filled([call.settled])
            stage.options.watch(change, f"waits for {state.operation}")
            _wait(stage, [state], call.settle_s, "after it")
    states = stage.filled(change.verify)
    stage.options.watch(change, "verifies")
    _wait(stage, states, change.timeout_s, "at the end")
    try:
        stage.record("verified", states=[state.model_dump(mode="json") for state in states])
    except JournalError as problem:
        return Outcome(Ending.CONVERGING, f"verified, but not written down: {problem.message}")
    return Outcome(Ending.VERIFIED)


def _wait(stage: Stage, states: Sequence[Any], seconds: int, when: str) -> None:
    """Wait until states hold.

    Raises:
        Ended: they do not, in time.

    """
    wanting: tuple[Look, ...] = ()
    for wanting in stage.looker.until(states, seconds):
        if wanting:
            stage.options.watch(stage.change, f"waits: {wanting[0]}")
    if not wanting:
        return
    what = "; ".join(str(look) for look in wanting)
    why = "stopped while waiting" if stage.options.stop.is_set() else f"not within {seconds} s"
    raise Ended(Ending.CONVERGING, f"the calls were made; {when} {why}: {what}")
