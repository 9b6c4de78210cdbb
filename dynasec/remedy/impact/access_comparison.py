"""What principals lose between two states, by the policy engine: each right that was held, or may have been, is asked for again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, cast

from dynasec.access.blocks import Tables, places
from dynasec.access.evaluation import Evaluator
from dynasec.access.matrix import Matrix
from dynasec.access.principals import Who
from dynasec.access.questions import Part, Question
from dynasec.access.tables import Piece, Side
from dynasec.access.verdict import grant_of
from dynasec.iam.conditions import Value
from dynasec.iam.decision import Decision, Outcome
from dynasec.iam.worlds import NETWORK_KEYS
from dynasec.model.network import Endpoint
from dynasec.remedy.impact.access_scope import Passage
from dynasec.remedy.impact.access_state import AccountState

Context = Mapping[str, tuple[Value, ...]]
"""Condition keys in lower case; no values: the request does not carry the key."""
Place = tuple[Part, str]
"""A part of a table, and the name of the index where it is one."""


class Loss(StrEnum):
    """How a right is worse off."""

    DENIED = "denied"
    NARROWED = "narrowed"
    UNKNOWN = "unknown"
    """It was allowed, perhaps under conditions, and whether it still is cannot be told."""
    UNREAD = "unread"
    """Whether it was allowed could not be told before either."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A right that some principals lose on some tables. `words` are conditions that are new, or why it is not known.

    `asked` are the condition keys (lower case) that what allowed it before asked for.
    """

    loss: Loss
    names: tuple[str, ...]
    tables: tuple[str, ...]
    place: Place
    actions: tuple[str, ...]
    words: tuple[str, ...]
    asked: tuple[str, ...]
    passage: Passage | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Asks the same of both states: `names` of principals, `tables` by ARN, by way of `passage` if one is given.

    `given` is what is known of the requests' contexts beside what follows from that.
    """

    before: AccountState
    after: AccountState
    names: Sequence[str]
    tables: Sequence[str]
    asked: tuple[Question, ...]
    passage: Passage | None = None
    given: Context = field(default_factory=dict[str, tuple[Value, ...]])

    def run(self) -> tuple[int, list[Lost]]:
        """Return how many answers were compared, and what is lost."""
        old, new = self._half(self.before, first=True), self._half(self.after, first=False)
        answers = sum(_answers(side, self.asked) for side in old.sides)
        lost: list[Lost] = []
        for same in _alike(old, new):
            for bits, held in old.blocks(same[0], self.asked):
                left = bits
                for other, now in new.blocks(same[0], self.asked, within=bits):
                    left ^= other
                    lost += self._lost(same, other, held, now)
                if left:
                    lost += self._lost(same, left, held, {})
        return answers * len(old.people), lost

    def keeping(self, names: Sequence[str], actions: frozenset[str]) -> Iterator[str]:
        """Yield those who may still do some of these actions afterwards."""
        asked = tuple(question for question in self.asked if question.action in actions)
        half = self._half(self.after, first=False)
        for name in names:
            if any(held for _, held in half.blocks(name, asked)):
                yield name

    def _half(self, state: AccountState, *, first: bool) -> _Half:
        passage = self.passage
        endpoint = None if passage is None else passage.before if first else passage.after
        context = {**self.given, **({} if passage is None else network_of(endpoint))}
        found = {name: state.people[name] for name in self.names if name in state.people}
        people = {name: in_context(who, context) for name, who in found.items()}
        sides = [state.sides[arn] for arn in self.tables]
        tables = Tables(sides, state.shared(endpoint))
        evaluator = state.evaluator(endpoint)
        return _Half(evaluator, people, sides, Matrix(evaluator, sides, tables))

    def _lost(self, names: tuple[str, ...], bits: int, held: _Held, now: _Held) -> Iterator[Lost]:
        tables = tuple(self.before.labels[self.tables[place]] for place in places(bits))
        found: dict[tuple[object, ...], list[str]] = {}
        for (place, action), decision in held.items():
            loss = worse(decision, now.get((place, action)))
            if loss is not None:
                asked = (
                    decision.missing
                    if loss[0] is Loss.DENIED and decision.outcome is Outcome.CONDITIONAL
                    else ()
                )
                found.setdefault((place, *loss, asked), []).append(action)
        for (place, loss, words, asked), actions in cast("Mapping[Any, list[str]]", found).items():
            yield Lost(loss, names, tables, place, tuple(actions), words, asked, self.passage)


_Held = Mapping[tuple[Place, str], Decision]


@dataclass(frozen=True, slots=True)
class _Half:
    """One state's side of a comparison."""

    evaluator: Evaluator
    people: Mapping[str, Who]
    sides: Sequence[Side]
    matrix: Matrix

    def blocks(
        self, name: str, asked: tuple[Question, ...], *, within: int = -1
    ) -> Iterator[tuple[int, _Held]]:
        """Yield disjoint sets of tables with what a principal may do to each, as far as it is not denied for certain."""
        who = self.people.get(name)
        for bits, _ in () if who is None else self.matrix.blocks(who):
            found = bits & within
            if found and who is not None:
                yield found, self._held(who, self.sides[next(places(found))], asked)

    def _held(self, who: Who, side: Side, asked: tuple[Question, ...]) -> _Held:
        return {
            (place_of(piece), question.action): decision
            for piece, questions, decision in self.evaluator.decided(who, side, asked)
            if not decision.outcome.denied
            for question in questions
        }


def worse(before: Decision, after: Decision | None) -> tuple[Loss, tuple[str, ...]] | None:
    """Say how a right that was not denied is worse off, and why; None where it is not. No decision is a denial."""
    was = before.outcome
    if after is None or after.outcome.denied:
        return (Loss.UNREAD, grant_of(before).conditions) if was is Outcome.UNKNOWN else (Loss.DENIED, ())
    now = after.outcome
    if now is Outcome.ALLOWED or (was is now and before.condition == after.condition):
        return None
    words, known = grant_of(after).conditions, grant_of(before).conditions
    if was is Outcome.UNKNOWN:
        return Loss.UNREAD, known
    if now is Outcome.UNKNOWN:
        return Loss.UNKNOWN, words
    new = tuple(one for one in words if one not in known)
    if new or len(words) == len(known):
        return Loss.NARROWED, new or words
    return None  # conditions that it had before are gone, and there are no others


def in_context(who: Who, given: Context) -> Who:
    """Return a principal whose requests carry this."""
    return replace(who, given={**who.given, **given}) if given else who


def network_of(endpoint: Endpoint | None) -> Context:
    """Return the keys that tell how a request came: through an endpoint, or through none.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceip
    """
    if endpoint is None:
        return dict.fromkeys(sorted(NETWORK_KEYS), ())
    return {"aws:sourceip": ()}  # the endpoint's id and VPC are filled in by whoever asks through it


def place_of(piece: Piece) -> Place:
    """Return what a part of a table is called, whichever the table."""
    if piece.part is not Part.INDEX:
        return piece.part, ""
    return piece.part, piece.resource.rpartition("/")[2] if isinstance(piece.resource, str) else "*"


def _alike(old: _Half, new: _Half) -> Iterator[tuple[str, ...]]:
    """Yield principals that nothing tells apart, neither before nor after; `_Half.blocks` then speaks for all of them."""
    found: dict[tuple[int, int], list[str]] = {}
    later = {who.name: place for place, group in enumerate(_groups(new)) for who in group}
    for place, group in enumerate(_groups(old)):
        for who in group:
            found.setdefault((place, later.get(who.name, -1)), []).append(who.name)
    yield from map(tuple, found.values())


def _groups(half: _Half) -> list[list[Who]]:
    return half.matrix.alike(list(half.people.values()))


def _answers(side: Side, asked: tuple[Question, ...]) -> int:
    return sum(len(side.pieces[part]) for question in asked for part in question.parts)
