"""Indirect access: the rights that a principal gets by some steps, each end with the best path to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from dynasec.access.evaluation import Answers, Evaluator
from dynasec.access.policies import all_allowed
from dynasec.access.principals import Who
from dynasec.access.questions import Part, Question, questions
from dynasec.access.row import Grant, PrincipalType, Standing
from dynasec.access.steps import Step, Steps
from dynasec.access.tables import Piece, Side
from dynasec.iam.layers import Layer, Policy

End = tuple[Who, bool, frozenset[str] | None, str]
"""Whose rights, whether with whatever is granted then, which actions alone (None = all), and in which Region (empty = any)."""

PUT_POLICY = "dynamodb:PutResourcePolicy"
KEY_CHANGES = ("kms:PutKeyPolicy", "kms:CreateGrant")
"""What admits a principal to a table's key."""
GRANTED = all_allowed("(what it may grant itself)")
"""Stands for the policies of a principal that may grant itself more."""
UNDER_POLICY = frozenset({Part.TABLE, Part.INDEX})
"""The parts that a table's own policy is about."""
OPEN = Layer(
    (
        Policy.parsed(
            "(the policy that it may write)",
            "resource",
            '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"dynamodb:*","Resource":"*"}}',
        ),
    )
)
"""Stands for the policy of a table that a principal may rewrite."""


class Paths:
    """Follows steps up to a depth, towards one table. `direct` is what everybody can do to it without any step."""

    def __init__(
        self, evaluator: Evaluator, steps: Steps, depth: int, side: Side, direct: Mapping[Who, Answers]
    ) -> None:
        self._evaluator = evaluator
        self._steps = steps
        self._depth = depth
        self._side = side
        self._direct = direct
        self._powerful = {who for who, answers in direct.items() if all(map(_surely, answers.values()))}
        self._granted: dict[Who, Answers] = {}

    def answers(self, who: Who) -> Answers:
        """Return what a principal can do by paths only: for each action the best path that is better than its own rights."""
        direct = self._direct[who]
        missing = {question for question, given in direct.items() if not _surely(given)}
        found: dict[Question, list[tuple[Piece, Grant]]] = {}
        for prefix, answers, only in self._ways(who, direct) if missing else ():
            wanted = [question for question in missing if only is None or question.action in only]
            for question in wanted:
                given = [
                    (piece, _joined(prefix, grant))
                    for piece, grant in answers.get(question, ())
                    if grant.standing is not Standing.DENIED
                ]
                if given:
                    found.setdefault(question, []).extend(given)
                    if _surely(given):
                        missing.discard(question)
            if not missing:
                break
        return {
            question: tuple(_best(found[question], direct[question]))
            for question in direct
            if question in found
        }

    def _ways(self, who: Who, direct: Answers) -> Iterator[tuple[Grant, Answers, frozenset[str] | None]]:
        """Yield what must be done, what can be done then, and (unless None) to which actions that is limited; the best first."""
        admitted = self._by_key(who, direct)
        if admitted is not None:
            yield admitted
        rewritten = self._by_policy(who, direct)
        if rewritten is not None:
            yield rewritten
        for end, prefix in sorted(self._walk(who).items(), key=lambda item: item[1].preference):
            to, everything, only, region = end
            if not region or region == self._side.table.region:
                yield prefix, self._answers_of(to, everything=everything), only

    def _walk(self, who: Who) -> dict[End, Grant]:
        """Return whose rights a principal can get, each by its best path; nobody gains by leaving who can do everything."""
        found: dict[End, Grant] = {}
        frontier: dict[Who, Grant | None] = {who: None}
        for _ in range(self._depth):
            reached: dict[Who, Grant | None] = {}
            for at, so_far in frontier.items():
                for step in self._steps.of(at):
                    grant = _taken(step, so_far)
                    end = (step.to, step.everything, step.only, step.region)
                    known = found.get(end)
                    if known is not None and known.preference <= grant.preference:
                        continue
                    found[end] = grant
                    if not step.everything and step.only is None and step.to not in self._powerful:
                        reached[step.to] = grant
            frontier = reached
        found.pop((who, False, None, ""), None)
        return found

    def _by_policy(self, who: Who, direct: Answers) -> tuple[Grant, Answers, None] | None:
        """Return what a principal could do if it rewrote the table's own policy, where it may; the key stays what it is."""
        if who.external or who.kind is PrincipalType.ROOT:
            return None
        given = next((given for question, given in direct.items() if question.action == PUT_POLICY), ())
        on_table = (grant for piece, grant in given if piece.part is Part.TABLE)
        change = next((grant for grant in on_table if grant.standing is not Standing.DENIED), None)
        if change is None:
            return None
        words = f"{PUT_POLICY} on {self._side.table.name}"
        prefix = Grant(change.standing, change.conditions, (words,), change.because)
        pieces = {
            part: tuple(replace(piece, policy=OPEN) for piece in pieces) if part in UNDER_POLICY else pieces
            for part, pieces in self._side.pieces.items()
        }
        return prefix, self._evaluator.answers(who, replace(self._side, pieces=pieces), questions()), None

    def _answers_of(self, who: Who, *, everything: bool) -> Answers:
        if not everything:
            return self._direct[who]
        if who not in self._granted:
            self._granted[who] = self._evaluator.answers(who, self._side, questions(), identity=GRANTED)
        return self._granted[who]

    def _by_key(self, who: Who, direct: Answers) -> tuple[Grant, Answers, frozenset[str] | None] | None:
        """Return what a principal could do if it admitted itself to the table's key, where it may."""
        barred = {
            question.action for question in direct if question.needs_key and not _surely(direct[question])
        }
        key = self._side.key
        if key is None or who.external or not barred:
            return None
        for action in KEY_CHANGES:
            grant = self._steps.may_on_key(who, action, key.key, key.policy)
            if grant is not None:
                prefix = Grant(
                    grant.standing, grant.conditions, (f"{action} on the table's key",), grant.because
                )
                answers = self._evaluator.answers(who, replace(self._side, key=None), questions())
                return prefix, answers, frozenset(barred)
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


def _surely(given: Sequence[tuple[Piece, Grant]]) -> bool:
    return any(grant.standing is Standing.ALLOWED for _, grant in given)


def _best(
    given: list[tuple[Piece, Grant]], direct: tuple[tuple[Piece, Grant], ...]
) -> Iterator[tuple[Piece, Grant]]:
    """Yield the best path's answers, if they are better than the principal's own."""
    own = min((grant.standing.rank for _, grant in direct), default=Standing.DENIED.rank)
    best = min((grant for _, grant in given), key=lambda grant: grant.preference)
    if best.standing.rank < own:
        yield from ((piece, grant) for piece, grant in given if grant == best)
