"""Finds out whether a call took effect whose answer was lost: a timeout, a reset, an error of the server, a process that was killed.

Never by guess. `done` is looked at, twice at least, since what took effect may show late. Where it does not hold, the call may be sent
again if that cannot do it twice: it carries a token, names the revision it replaces, or the world is still as it was reviewed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, cast

import jmespath

from dynasec.change import Call, Identity, State
from dynasec.remedy.applying.looks import Look
from dynasec.remedy.applying.outcomes import Ending
from dynasec.remedy.applying.pace import POLLS
from dynasec.remedy.applying.placeholders import Unresolved
from dynasec.remedy.applying.stage import Ended, Stage

_LOOKS: Final = 2
"""How often `done` must not hold before a call counts as not having taken effect."""
_PATIENCE: Final = 6
"""How often one looks where the world is neither as it was nor as it should become: it may be on its way."""
_TOKENS_LAST: Final = timedelta(hours=8)
"""A client token older than this is not relied on: services keep them for a day or less."""
_STEP: Final = re.compile(r"\.?([A-Za-z_]\w*)|\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Resolution:
    """The question, for the call at a place of a running change."""

    stage: Stage
    place: int
    call: Call

    def took_effect(self) -> Look | None:
        """Return the look that shows that the call took effect; None where it did not and may be sent again.

        Raises:
            Ended: it cannot be told.

        """
        done = self._done()
        if done is None:
            self._rely_on_token()
            return None
        seen = self.stage.looker.look(done)
        for number in range(_PATIENCE):
            if seen.holds:
                return seen
            if seen.unread:
                break
            if number + 1 >= _LOOKS and self._may_be_sent_again():
                return None
            self.stage.refuse_to_go_on()
            self.stage.options.clock.wait(POLLS.pause(number), self.stage.options.stop)
            seen = self.stage.looker.look(done)
        if seen.holds:
            return seen
        raise Ended(
            Ending.AMBIGUOUS, f"{self._unknown}; {seen}. Look whether that is what was planned, then --resume"
        )

    def _done(self) -> State | None:
        """Return what shows that the call took effect; None where that names what only the lost answer says."""
        try:
            return None if self.call.done is None else self.stage.filler.state(self.call.done)
        except Unresolved:
            return None

    def _rely_on_token(self) -> None:
        if self.call.identity is not Identity.TOKEN:
            raise Ended(Ending.AMBIGUOUS, f"{self._unknown}, and nothing shows it: look for what it does")
        oldest = min(self.stage.progress.calls[self.place].open.values(), default=None)
        if oldest is not None and self.stage.options.clock.now() - oldest >= _TOKENS_LAST:
            why = "its token is too old to send it again"
            raise Ended(Ending.AMBIGUOUS, f"{self._unknown}, and {why}: look for what it makes")

    def _may_be_sent_again(self) -> bool:
        """Say whether sending the call again cannot overwrite or double what is there."""
        if self.call.identity in {Identity.TOKEN, Identity.COMPARE_AND_SET} or self.stage.progress.made:
            return True
        return all(look.holds for look in self.stage.looker.all(self.stage.filled(self.stage.change.expect)))

    @property
    def _unknown(self) -> str:
        return f"it is not known whether {self.call.operation} took effect"


def adopted(stage: Stage, call: Call, look: Look) -> Mapping[str, Any]:
    """Return the answer that a call would have given, put together from what shows that it took effect.

    Raises:
        Ended: what the answer said cannot be found.

    """
    answer: dict[str, Any] = {}
    for path, expression in call.adopt.items():
        found = jmespath.search(expression, look.answer)
        if found is None:
            what = f"{call.operation} took effect, but its {path} is not in {look.state.operation}"
            raise Ended(Ending.AMBIGUOUS, f"{what}{stage.so_far}")
        _put(answer, path, found)
    return answer


def _put(answer: dict[str, Any], path: str, value: Any) -> None:  # noqa: ANN401 - any JSON value
    """Set what a path of names and indexes leads to."""
    steps: list[str | int] = [name or int(index) for name, index in _STEP.findall(path)]
    place: Any = answer
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        inner: Any = value if following is None else [] if isinstance(following, int) else {}
        if isinstance(step, int):
            items = cast("list[Any]", place)
            items += [None] * (step + 1 - len(items))
            items[step] = inner if items[step] is None or following is None else items[step]
        else:
            members = cast("dict[str, Any]", place)
            members[step] = inner if step not in members or following is None else members[step]
        place = place[step]
