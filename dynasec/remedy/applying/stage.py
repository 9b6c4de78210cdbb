"""What all parts of the protocol share while a change runs: its journal, its eyes and hands, and how it ends early."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dynasec.change import State
from dynasec.remedy.applying.hands import Hands
from dynasec.remedy.applying.journal import Journal
from dynasec.remedy.applying.looks import Looker
from dynasec.remedy.applying.outcomes import Ending, Outcome
from dynasec.remedy.applying.pace import Boundary, Clock, SystemClock, no_boundary
from dynasec.remedy.applying.placeholders import Filler, Unresolved
from dynasec.remedy.applying.replay import ChangeProgress
from dynasec.remedy.plan import Change

Recheck = Callable[[Sequence[Change]], Mapping[str, tuple[str, str]]]
"""Runs the controls of changes again: from fingerprints to status (PASS, FAIL, UNKNOWN, NOT_APPLICABLE) and reason."""


def _nobody(_: Change, __: str) -> None:
    """Watch nothing."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a run is carried out. Without `recheck` the end states that are read count; `watch` is told what happens to whom."""

    clock: Clock = field(default_factory=SystemClock)
    stop: threading.Event = field(default_factory=threading.Event)
    boundary: Boundary = no_boundary
    recheck: Recheck | None = None
    watch: Callable[[Change, str], None] = _nobody


class Ended(Exception):  # noqa: N818 - how a change ends before its last step
    """A change goes no further."""

    def __init__(self, state: Ending, reason: str) -> None:
        super().__init__(f"{state}: {reason}")
        self.outcome = Outcome(state, reason)


@dataclass(frozen=True, slots=True)
class Stage:
    """One change that runs. `progress` is kept up to date; `results` are the answers so far, of all changes of the run."""

    change: Change
    hands: Hands
    journal: Journal
    results: dict[tuple[str, str], Any]
    progress: ChangeProgress
    options: Options

    @property
    def filler(self) -> Filler:
        """Fills placeholders with what is known by now."""
        return Filler(self.journal.plan.plan_id, self.change.id, self.change.key, self.results)

    @property
    def looker(self) -> Looker:
        """Looks at states in the change's Region."""
        return Looker(self.hands, self.change.region, self.options.clock, self.options.stop)

    def filled(self, states: Sequence[State]) -> tuple[State, ...]:
        """Return states without placeholders.

        Raises:
            Ended: a result is not there.

        """
        try:
            return tuple(self.filler.state(state) for state in states)
        except Unresolved as missing:
            raise Ended(Ending.FAILED, f"{missing}{self.so_far}") from missing

    def record(self, kind: str, **data: Any) -> None:  # noqa: ANN401 - JSON
        """Append a record about the change.

        Raises:
            JournalError: it could not be written.

        """
        self.journal.append(kind, {"change": self.change.id, **data})

    def refuse_to_go_on(self) -> None:
        """Check that nobody asked to stop.

        Raises:
            Ended: somebody did.

        """
        if self.options.stop.is_set():
            if self.progress.begun:
                raise Ended(Ending.CONVERGING, f"stopped before it was done{self.so_far}")
            raise Ended(Ending.NOT_REACHED, "stopped before anything was sent")

    @property
    def so_far(self) -> str:
        """How much was done, for reasons."""
        made = len(self.progress.made)
        if self.progress.unresolved:
            return f"; {made} of {len(self.change.calls)} calls took effect, of the next it is not known"
        if not made:
            return "; nothing was changed"
        return f"; {made} of {len(self.change.calls)} calls took effect: roll back, or resume"
