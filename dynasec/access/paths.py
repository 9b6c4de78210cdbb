"""Indirect access: the rights that a principal gets by some steps, each end with the best path to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from dynasec.access.evaluation import Answers, Evaluator
from dynasec.access.policies import all_allowed
from dynasec.access.principals import Who
from dynasec.access.questions import Part, Question, questions
from dynasec.access.row import Grant, PrincipalType, Standing
from dynasec.access.steps import Step, Steps
from dynasec.access.tables import Piece, Side

End = tuple[Who, bool, frozenset[str] | None, str]
"""Whose rights, whether with whatever is granted then, which actions alone (None = all), and in which Region (empty = any)."""

_PUT_POLICY = "dynamodb:PutResourcePolicy"
_KEY_CHANGES = ("kms:PutKeyPolicy", "kms:CreateGrant")
_GRANTED = all_allowed("(what it may grant itself)")


class Paths:
    """Follows steps up to a depth."""

    def __init__(self, evaluator: Evaluator, steps: Steps, depth: int) -> None:
        self._evaluator = evaluator
        self._steps = steps
        self._depth = depth
        self._ends: dict[Who, dict[End, Grant]] = {}

    def ends(self, who: Who) -> dict[End, Grant]:
        """Return whose rights a principal can get, each by its best path."""
        if who not in self._ends:
            self._ends[who] = self._walk(who)
        return self._ends[who]

    def _walk(self, who: Who) -> dict[End, Grant]:
        found: dict[End, Grant] = {}
        frontier: dict[Who, Grant | None] = {who: None}
        for _ in range(self._depth):
            reached: dict[Who, Grant] = {}
            for at, so_far in frontier.items():
                for step in self._steps.of(at):
                    grant = _taken(step, so_far)
                    end = (step.to, step.everything, step.only, step.region)
                    known = found.get(end)
                    if known is not None and known.preference <= grant.preference:
                        continue
                    found[end] = grant
                    if not step.everything and step.only is None and step.to is not who:
                        reached[step.to] = grant
            frontier = dict(reached)
        found.pop((who, False, None, ""), None)
        return found

    def answers(self, who: Who, side: Side, direct: Answers, cache: dict[object, Answers]) -> Answers:
        """Return what a principal can do by paths only: for each action the best path that is better than its own rights."""
        found: defaultdict[Question, list[tuple[Piece, Grant]]] = defaultdict(list)
        open_questions = [question for question in questions() if not _surely(direct.get(question, ()))]
        for question, admitted in self._by_key(who, side, direct):
            found[question].extend(admitted)
        for end, prefix in self._all_ends(who, side, direct):
            to, everything, only, region = end
            if region and region != side.table.region:
                continue
            wanted = [question for question in open_questions if only is None or question.action in only]
            if not wanted:
                continue
            answers = self._answers_of(to, side, cache, everything=everything)
            for question in wanted:
                for piece, grant in answers.get(question, ()):
                    if grant.standing is not Standing.DENIED:
                        found[question].append((piece, _joined(prefix, grant)))
        return {
            question: tuple(_best(given, direct.get(question, ())))
            for question, given in found.items()
            if given
        }

    def _all_ends(self, who: Who, side: Side, direct: Answers) -> Iterator[tuple[End, Grant]]:
        yield from self.ends(who).items()
        if who.external or who.kind is PrincipalType.ROOT:
            return
        for question, given in direct.items():
            if question.action == _PUT_POLICY:
                for piece, grant in given:
                    if piece.part is Part.TABLE and grant.standing is not Standing.DENIED:
                        prefix = Grant(
                            grant.standing,
                            grant.conditions,
                            (f"{_PUT_POLICY} on {side.table.name}",),
                            grant.because,
                        )
                        yield (who, True, None, ""), prefix

    def _answers_of(self, who: Who, side: Side, cache: dict[object, Answers], *, everything: bool) -> Answers:
        key = who, everything
        if key not in cache:
            identity = _GRANTED if everything else None
            cache[key] = self._evaluator.answers(who, side, questions(), identity=identity)
        return cache[key]

    def _by_key(
        self, who: Who, side: Side, direct: Answers
    ) -> Iterator[tuple[Question, list[tuple[Piece, Grant]]]]:
        """Yield what a principal could do if it admitted itself to the table's key, where it may."""
        barred = [question for question in direct if question.needs_key and not _surely(direct[question])]
        prefix = self._key_change(who, side) if barred else None
        if prefix is None:
            return
        answers = self._evaluator.answers(who, replace(side, key=None), questions())
        for question in barred:
            given = answers.get(question, ())
            yield (
                question,
                [
                    (piece, _joined(prefix, grant))
                    for piece, grant in given
                    if grant.standing is not Standing.DENIED
                ],
            )

    def _key_change(self, who: Who, side: Side) -> Grant | None:
        if side.key is None or who.external:
            return None
        for action in _KEY_CHANGES:
            grant = self._steps.may_on_key(who, action, side.key.key, side.key.policy)
            if grant is not None:
                return Grant(
                    grant.standing, grant.conditions, (f"{action} on the table's key",), grant.because
                )
        return None


def _taken(step: Step, so_far: Grant | None) -> Grant:
    grant = Grant(step.grant.standing, step.grant.conditions, (step.words,), step.grant.because)
    return grant if so_far is None else _joined(so_far, grant)


def _joined(first: Grant, then: Grant) -> Grant:
    """Return the answer where one thing is done after another."""
    return Grant(
        max(first.standing, then.standing, key=lambda standing: standing.rank),
        tuple(dict.fromkeys((*first.conditions, *then.conditions))),
        (*first.via, *then.via),
        tuple(dict.fromkeys((*first.because, *then.because))),
    )


def _surely(given: tuple[tuple[Piece, Grant], ...]) -> bool:
    return any(grant.standing is Standing.ALLOWED for _, grant in given)


def _best(
    given: list[tuple[Piece, Grant]], direct: tuple[tuple[Piece, Grant], ...]
) -> Iterator[tuple[Piece, Grant]]:
    """Yield the best path's answers, if they are better than the principal's own."""
    own = min((grant.standing.rank for _, grant in direct), default=Standing.DENIED.rank)
    best = min((grant for _, grant in given), key=lambda grant: grant.preference)
    if best.standing.rank < own:
        yield from ((piece, grant) for piece, grant in given if grant == best)
