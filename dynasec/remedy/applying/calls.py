"""One call under the protocol: look, write down what is meant, send once, write down what was answered."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from dynasec.change import Call, Identity, Json, State
from dynasec.remedy.applying.facts import differences
from dynasec.remedy.applying.hands import CallFailed, Meaning
from dynasec.remedy.applying.journal import JournalError
from dynasec.remedy.applying.looks import Look, throttled
from dynasec.remedy.applying.outcomes import Ending
from dynasec.remedy.applying.pace import RETRIES
from dynasec.remedy.applying.placeholders import Unresolved
from dynasec.remedy.applying.replay import CallProgress
from dynasec.remedy.applying.resolution import Resolution, adopted
from dynasec.remedy.applying.stage import Ended, Stage

_REFUSALS: Final = 8
"""How often a call that AWS refuses for now is sent."""
_LOSSES: Final = 3
"""How often a call may be sent again whose answer was lost."""
_BUSY: Final = frozenset({
    "ResourceInUseException", "ResourceInUse", "ConcurrentModification", "ConcurrentModificationException",
    "ConcurrentUpdateException", "OperationAborted", "TooManyUpdates", "ServiceUnavailable",
    "ServiceUnavailableException", "OptimisticLockException", "WAFUnavailableEntityException",
})  # fmt: skip
"""Refusals that say "something else is being done to it": by these codes of the services' API references."""
_MOVED: Final = frozenset({
    "PolicyNotFoundException", "ConditionalCheckFailedException", "WAFOptimisticLockException",
    "PreconditionFailed", "PreconditionFailedException", "InvalidRevisionId", "RevisionIdMismatch",
})  # fmt: skip
"""Refusals of a call that names the revision it replaces: it is another one by now."""


@dataclass(slots=True)
class _Tries:
    refused: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class OneCall:
    """The call at a place of a running change."""

    stage: Stage
    place: int
    call: Call
    tries: _Tries = field(default_factory=_Tries)

    @property
    def progress(self) -> CallProgress:
        """What the journal knows of it."""
        return self.stage.progress.calls[self.place]

    def make(self) -> None:
        """Bring the call about, once; when this returns it took effect and its answer is known.

        Raises:
            Ended: it did not, or it cannot be told.

        """
        if (self.progress.open or self.progress.lost) and self._resolved():
            return
        while True:
            self.stage.refuse_to_go_on()
            images = self._refuse_if_moved()
            if self._attempt(images):
                return

    def _resolved(self) -> bool:
        """Find out about attempts whose outcome is unknown: True where one took effect."""
        found = Resolution(self.stage, self.place, self.call).took_effect()
        if found is None:
            return False
        self._acknowledge(adopted(self.stage, self.call, found), taken_over=True)
        return True

    def _refuse_if_moved(self) -> list[Look]:
        """Check what was reviewed: all of it before the first call that takes effect, then what pins the thing itself."""
        change = self.stage.change
        first = not self.stage.progress.begun
        looks = list(
            self.stage.looker.all(self.stage.filled([one for one in change.expect if first or one.always]))
        )
        wrong = [look for look in looks if not look.holds]
        if not wrong:
            return looks
        what = "; ".join(str(look) for look in wrong)
        if any(look.unread for look in wrong):
            raise Ended(Ending.FAILED, f"cannot be looked at: {what}{self.stage.so_far}")
        if first and not any(look.state.always for look in wrong):
            self._end_if_satisfied(what)
        if first:
            raise Ended(Ending.STALE, f"not what was reviewed: {what}; nothing was changed")
        raise Ended(Ending.FAILED, f"the world changed meanwhile: {what}{self.stage.so_far}")

    def _end_if_satisfied(self, what: str) -> None:
        """End the change where somebody else brought its whole end state about."""
        try:
            states = [self.stage.filler.state(state) for state in self.stage.change.verify]
        except Unresolved:  # the end state names what only our own calls would have made
            return
        if states and all(look.holds for look in self.stage.looker.all(states)):
            raise Ended(Ending.SATISFIED, f"already as planned; nothing was sent ({what})")

    def _attempt(self, images: list[Look]) -> bool:
        """Send the call once: True where it took effect, False where it should be sent again."""
        stage = self.stage
        try:
            filled = stage.filler.call(self.call)
        except Unresolved as missing:
            raise Ended(Ending.FAILED, f"{missing}{stage.so_far}") from missing
        region = filled.region or stage.change.region
        attempt = self._intend(filled, region, images)
        agent = f"dynasec/{stage.journal.run}/{stage.change.id}"
        stage.options.watch(stage.change, f"sends {self.call.operation}")
        stage.options.boundary(f"call:before:{self.call.operation}")
        try:
            answer = stage.hands.send(filled.operation, filled.params, region, agent=agent)
        except CallFailed as failed:
            return self._failed(failed, attempt)
        stage.options.boundary(f"call:after:{self.call.operation}")
        facts = State(operation=self.call.operation, params={}, facts=self.call.answer)
        wrong = [str(one) for one in differences(facts, answer)]
        if wrong:
            self._answered_otherwise(wrong, answer, attempt)
        self._acknowledge(answer)
        return True

    def _intend(self, filled: Call, region: str, images: list[Look]) -> int:
        attempt = self.progress.attempts
        before = [
            {
                "operation": look.state.operation,
                "params": look.state.params,
                "region": look.state.region or self.stage.change.region,
                "answer": look.answer,
            }
            for look in images
            if not self.stage.progress.begun
        ]
        try:
            self.stage.record(
                "intent", call=self.place, attempt=attempt, operation=filled.operation, params=filled.params,
                region=region, identity=str(filled.identity), before=before,
            )  # fmt: skip
        except JournalError as problem:
            raise Ended(Ending.FAILED, f"{problem.message}: it was not sent{self.stage.so_far}") from problem
        self.progress.attempts = attempt + 1
        self.progress.open[attempt] = self.stage.options.clock.now()
        return attempt

    def _acknowledge(self, answer: Json, *, taken_over: bool = False) -> None:
        try:
            self.stage.record("ack", call=self.place, answer=answer, adopted=taken_over)
        except JournalError as problem:
            reason = f"{self.call.operation} took effect but could not be written down: {problem.message}"
            raise Ended(Ending.AMBIGUOUS, f"{reason}; make the journal writable, then --resume") from problem
        self.progress.open.clear()
        self.progress.answer = answer
        if self.call.name:
            self.stage.results[self.stage.change.key, self.call.name] = self.progress.answer

    def _answered_otherwise(self, wrong: list[str], answer: Json, attempt: int) -> None:
        """End a change whose call was answered with success but not with what it must show."""
        what = f"{self.call.operation} was answered, but {', '.join(wrong)}"
        if self._done_holds(answer):
            self._acknowledge(answer)
        else:
            self._note("nak", attempts=[attempt], code="answer", message="; ".join(wrong), answer=answer)
            self.progress.open.pop(attempt, None)
        raise Ended(Ending.FAILED, f"{what}{self.stage.so_far}")

    def _failed(self, failed: CallFailed, attempt: int) -> bool:
        """Deal with a call that was not answered with success: True where it took effect all the same, False to send it again."""
        if failed.meaning is Meaning.UNKNOWN:
            return self._lost(failed, attempt)
        self._note("nak", attempts=[attempt], code=failed.code, message=failed.message)
        self.progress.open.pop(attempt, None)
        self.stage.options.watch(self.stage.change, f"{self.call.operation} was refused: {failed.code}")
        if failed.meaning is Meaning.NOT_SENT or throttled(failed.code) or failed.code in _BUSY:
            self.tries.refused += 1
            if self.tries.refused < _REFUSALS:
                pause = RETRIES.pause(self.tries.refused - 1)
                self.stage.options.clock.wait(pause, self.stage.options.stop)
                return False
        self._refused(failed)
        return True

    def _lost(self, failed: CallFailed, attempt: int) -> bool:
        self._note("lost", attempt=attempt, code=failed.code, message=failed.message)
        self.progress.lost = True
        self.tries.lost += 1
        if self._resolved():
            return True
        if self.tries.lost >= _LOSSES:
            what = f"the answers to {self.tries.lost} attempts at {self.call.operation} were lost ({failed.code})"
            raise Ended(Ending.AMBIGUOUS, f"{what}: look whether {described(self.stage, self.call)}")
        return False

    def _refused(self, failed: CallFailed) -> None:
        """End the change, unless an earlier attempt, whose answer was lost, turns out to be what stands in the way."""
        if self.progress.open or self.progress.lost:
            if self._done_holds() and self._resolved():
                return
            if self._moved(failed):
                what = f"an attempt at {self.call.operation} was lost, and the revision is another since"
                raise Ended(Ending.AMBIGUOUS, f"{what}: look whether {described(self.stage, self.call)}")
            self._note(
                "nak",
                attempts=sorted(self.progress.open),
                code=failed.code,
                message="looked: it is not there",
            )
            self.progress.open.clear()
        what = f"{self.call.operation} was refused: {failed.code}: {failed.message}"
        if self._moved(failed) and not self.stage.progress.begun:
            raise Ended(Ending.STALE, f"{what}; nothing was changed")
        raise Ended(Ending.FAILED, f"{what}{self.stage.so_far}")

    def _moved(self, failed: CallFailed) -> bool:
        return self.call.identity is Identity.COMPARE_AND_SET and failed.code in _MOVED

    def _done_holds(self, answer: Json | None = None) -> bool:
        """Say whether the call took effect, by what can be seen and, where there is one, its answer."""
        if self.call.done is None:
            return False
        filler = self.stage.filler
        if answer is not None:
            own = {(self.stage.change.key, self.call.name): answer}
            filler = replace(filler, results={**filler.results, **own})
        try:
            return self.stage.looker.look(filler.state(self.call.done)).holds
        except Unresolved:
            return False

    def _note(self, kind: str, **data: object) -> None:
        """Record what became of an attempt; where that cannot be written, resuming finds out by itself."""
        try:
            self.stage.record(kind, call=self.place, **data)
        except JournalError as problem:
            ending = Ending.AMBIGUOUS if kind == "lost" else Ending.FAILED
            raise Ended(ending, f"{problem.message}; make it writable, then --resume") from problem


def described(stage: Stage, call: Call) -> str:
    """Return in words what a person must look at to know whether a call took effect."""
    if call.done is None:
        return f"{call.operation} took effect"
    try:
        state = stage.filler.state(call.done)
    except Unresolved:
        state = call.done
    facts = " and ".join(f"{path} = {value!r}" for path, value in state.facts.items())
    return f"{state.operation} {dict(state.params)!r} shows {facts}"
