"""Runs the controls of applied changes again: only a PASS closes a finding."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Final

from dynasec.errors import DynasecError
from dynasec.remedy.applying.journal import Journal, JournalError
from dynasec.remedy.applying.outcomes import Ending, Outcome
from dynasec.remedy.applying.stage import Options
from dynasec.remedy.plan import Change

_AGAIN_AFTER: Final = 10.0
"""Seconds until a control that does not pass is run once more: what IAM and others answer may be a few seconds old."""
_GONE: Final = ("PASS", "it is gone, as planned")


class Rechecks:
    """Judges changes whose end state was read. Safe to use from many threads; one recheck runs at a time."""

    def __init__(self, journal: Journal, options: Options, *, undo: bool) -> None:
        self._journal = journal
        self._options = options
        self._undo = undo
        self._lock = threading.Lock()

    def judge(self, outcomes: Sequence[tuple[Change, Outcome]]) -> Mapping[str, Outcome]:
        """Return the outcomes of changes, by id, with what their controls say where they were verified."""
        settled = {change.id: outcome for change, outcome in outcomes}
        due = [change for change, outcome in outcomes if outcome.state in {Ending.VERIFIED, Ending.SATISFIED}]
        if self._undo:
            return settled | {
                change.id: Outcome(Ending.ROLLED_BACK, settled[change.id].reason) for change in due
            }
        asked = [change for change in due if change.fingerprints]
        if self._options.recheck is None or not asked:
            return settled
        with self._lock:
            judged = self._ask(asked, settled)
            if any(outcome != settled[name] for name, outcome in judged.items()):
                self._options.clock.wait(_AGAIN_AFTER, self._options.stop)
                again = [change for change in asked if judged[change.id] != settled[change.id]]
                judged |= self._ask(again, settled)
        return settled | judged

    def _ask(self, changes: Sequence[Change], settled: Mapping[str, Outcome]) -> dict[str, Outcome]:
        if self._options.recheck is None:
            return {}
        if self._options.stop.is_set():
            stopped = Outcome(Ending.CONVERGING, "applied; stopped before its controls were run again")
            return {change.id: stopped for change in changes}
        for change in changes:
            self._options.watch(change, "runs its controls again")
        try:
            found = self._options.recheck(changes)
        except DynasecError as problem:
            reason = f"applied, but its controls could not be run again: {problem}"
            return {change.id: Outcome(Ending.CONVERGING, reason) for change in changes}
        return {change.id: self._judged(change, found, settled[change.id]) for change in changes}

    def _judged(self, change: Change, found: Mapping[str, tuple[str, str]], verified: Outcome) -> Outcome:
        missing = _GONE if change.vanishes else ("UNKNOWN", "it was not found again")
        answers = {one: found.get(one, missing) for one in change.fingerprints}
        try:
            self._journal.append(
                "recheck", {"change": change.id, "findings": {one: list(two) for one, two in answers.items()}}
            )
        except JournalError as problem:
            return Outcome(Ending.CONVERGING, f"verified, but not written down: {problem.message}")
        open_ = [(status, reason) for status, reason in answers.values() if status != "PASS"]
        if not open_:
            return verified
        done = "applied" if verified.state is Ending.VERIFIED else "already as planned"
        worst = next((one for one in open_ if one[0] != "UNKNOWN"), open_[0])
        ending = Ending.CONVERGING if worst[0] == "UNKNOWN" else Ending.FAILED
        names = ", ".join(change.controls)
        return Outcome(ending, f"{done}, but {names} is still {worst[0]}: {worst[1]}")
