"""Looks at states: reads what a state names and says what is otherwise, at once or until it is as wanted."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dynasec.change import State
from dynasec.remedy.applying.facts import differences
from dynasec.remedy.applying.hands import CallFailed, Hands, Meaning
from dynasec.remedy.applying.pace import POLLS, RETRIES, Clock

_READS: Final = 4
"""How often a read is tried before its failure counts."""
_THROTTLES: Final = ("throttl", "toomanyrequests", "requestlimitexceeded", "slowdown", "limitexceeded")
_MISSING: Final = ("notfound", "nosuch", "doesnotexist", "404")


@dataclass(frozen=True, slots=True)
class Look:
    """What one state showed: what is otherwise than it says, the whole answer, or why nothing could be read.

    `gone`: AWS says that the thing is not there, where the state expects it to be.
    """

    state: State
    wrong: tuple[str, ...]
    answer: Mapping[str, Any]
    unread: str = ""
    gone: bool = False

    @property
    def holds(self) -> bool:
        """Whether the state is as it says."""
        return not self.wrong and not self.unread and not self.gone

    def __str__(self) -> str:
        if self.unread or self.gone:
            return self.unread or f"{self.state.operation} finds nothing"
        return f"{self.state.operation}: {', '.join(self.wrong)}"


@dataclass(frozen=True, slots=True)
class Looker:
    """Reads states in a Region, unless they name another."""

    hands: Hands
    region: str
    clock: Clock
    stop: threading.Event

    def look(self, state: State) -> Look:
        """Look at a state once; a read that fails for a moment is tried again."""
        try:
            answer = self._read(state)
        except CallFailed as failed:
            gone = failed.meaning is Meaning.REFUSED and any(word in failed.code.lower() for word in _MISSING)
            return Look(state, (), {}, "" if gone else str(failed), gone)
        return Look(state, tuple(str(one) for one in differences(state, answer)), answer)

    def all(self, states: Iterable[State]) -> tuple[Look, ...]:
        """Look at each state once."""
        return tuple(self.look(state) for state in states)

    def until(self, states: Sequence[State], seconds: float) -> Iterator[tuple[Look, ...]]:
        """Look again and again, for so many seconds or until told to stop, and yield what does not hold; last nothing, if all is well."""
        begun = self.clock.elapsed()
        for number in range(10_000):
            wanting = tuple(look for look in self.all(states) if not look.holds)
            yield wanting
            left = seconds - (self.clock.elapsed() - begun)
            if not wanting or self.stop.is_set() or left <= 0:
                return
            self.clock.wait(min(left, POLLS.pause(number)), self.stop)

    def _read(self, state: State) -> Mapping[str, Any]:
        for number in range(_READS):
            try:
                return self.hands.read(state.operation, state.params, state.region or self.region)
            except CallFailed as failed:
                if failed.code in state.absent:
                    return {}
                passing = failed.meaning is not Meaning.REFUSED or throttled(failed.code)
                if not passing or number == _READS - 1 or self.stop.is_set():
                    raise
            self.clock.wait(RETRIES.pause(number), self.stop)
        raise AssertionError  # the last attempt returns or raises


def throttled(code: str) -> bool:
    """Say whether an error code means "not now"."""
    return any(word in code.lower() for word in _THROTTLES)
