"""Reads from the records of a journal how far each change came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dynasec.change import Json
from dynasec.remedy.applying.journal import Record
from dynasec.remedy.applying.outcomes import GOOD, Ending, Outcome
from dynasec.remedy.plan import Change, Plan


@dataclass(slots=True)
class CallProgress:
    """One call. `open` are the attempts whose outcome is not known, with the time of their intent; `answer` is there once it took effect.

    `lost`: the outcome of some attempt was unknown once, so what is found there may be our own.
    """

    attempts: int = 0
    open: dict[int, datetime] = field(default_factory=dict[int, datetime])
    answer: Json | None = None
    lost: bool = False

    @property
    def may_have_taken_effect(self) -> bool:
        """Whether it did, or its outcome is not known. What it was waited for before may be gone by it (targets with their rule)."""
        return self.answer is not None or bool(self.open) or self.lost


@dataclass(slots=True)
class ChangeProgress:
    """One change: its calls by place, its before-images, and how it ended the last time."""

    calls: dict[int, CallProgress] = field(
        default_factory=lambda: defaultdict[int, CallProgress](CallProgress)
    )
    before: tuple[Json, ...] = ()
    outcome: Outcome | None = None

    @property
    def begun(self) -> bool:
        """Whether something of it took effect, or may have."""
        return any(call.answer is not None or call.open for call in self.calls.values())

    @property
    def made(self) -> tuple[int, ...]:
        """The places of the calls that took effect."""
        return tuple(sorted(place for place, call in self.calls.items() if call.answer is not None))

    @property
    def unresolved(self) -> tuple[int, ...]:
        """The places of the calls that may have taken effect."""
        return tuple(sorted(place for place, call in self.calls.items() if call.answer is None and call.open))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run came, by the ids of its changes."""

    changes: Mapping[str, ChangeProgress]

    def of(self, change: str) -> ChangeProgress:
        """Return the progress of a change; an empty one where it was never begun."""
        return self.changes.get(change) or ChangeProgress()

    def results(self, plan: Plan) -> dict[tuple[str, str], Any]:
        """Return the answers of named calls, by the key of the change and the name of the call."""
        return {
            (change.key, call.name): answer
            for change in plan.changes
            for place, call in enumerate(change.calls)
            if call.name and (answer := self.of(change.id).calls[place].answer) is not None
        }

    def unfinished(self, plan: Plan) -> tuple[str, ...]:
        """Return the ids of the changes that were begun, or took effect, and are not known to have ended well."""
        return tuple(
            change.id
            for change in plan.changes
            if (progress := self.of(change.id)).begun
            and (progress.outcome is None or progress.outcome.state not in GOOD)
        )

    def begun(self, changes: Iterable[Change]) -> frozenset[str]:
        """Return the ids of the changes of which something took effect, or may have."""
        return frozenset(change.id for change in changes if self.of(change.id).begun)


def replay(records: Iterable[Record]) -> Progress:
    """Return what the records say."""
    changes: dict[str, ChangeProgress] = defaultdict(ChangeProgress)
    for record in records:
        if "change" in record.data:
            _take(record, changes[record.data["change"]])
    return Progress(dict(changes))


def _take(record: Record, change: ChangeProgress) -> None:
    data = record.data
    if record.kind == "outcome":
        change.outcome = Outcome(Ending(data["state"]), data["reason"])
        return
    if "call" not in data:
        return
    call = change.calls[data["call"]]
    match record.kind:
        case "intent":
            call.attempts = data["attempt"] + 1
            call.open[data["attempt"]] = datetime.fromisoformat(record.time)
            if data.get("before"):
                change.before = tuple(data["before"])
        case "nak":
            for attempt in data["attempts"]:
                call.open.pop(attempt, None)
        case "lost":
            call.lost = True
        case "ack":
            call.answer = data["answer"]
            call.open.clear()
        case _:
            pass
