"""Who can call which actions on which table by themselves, action by action, for the whole account at once.

Principals and tables that nothing tells apart are asked about once, as in `dynasec.access.matrix`. What a condition leaves open counts as
conditional; what depends on something that was not read is unknown, also where it is the table's tags or the parts that it has.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dynasec.access.blocks import places
from dynasec.access.evaluation import Evaluator
from dynasec.access.matrix import Matrix
from dynasec.access.policies import ASSUMED
from dynasec.access.principals import Who
from dynasec.access.questions import Part, Question, questions
from dynasec.access.row import Standing, distinct
from dynasec.access.tables import Piece, Side
from dynasec.access.verdict import standing_of
from dynasec.iam.decision import Decision
from dynasec.iam.explanation import conditions
from dynasec.iam.layers import LayerName, Unread
from dynasec.model.fact import Gap, malformed
from dynasec.model.identity import DETAILS
from dynasec.model.table import Table

POLICY: Final = "dynamodb:GetResourcePolicy"
_OPERATIONS: Final = {"resource": POLICY, "key": "kms:GetKeyPolicy"}
_GAP: Final = re.compile(r"([a-z0-9-]+:\w+): (\w+)", re.ASCII)
_TAG_KEYS: Final = ("aws:resourcetag/", "dynamodb:resourcetag/")
_IN_DETAIL: Final = frozenset({Part.INDEX, Part.STREAM})
"""The parts of which only a table's description tells whether there are any."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why some actions are allowed: the statements that allow them, each with its policy, and what must hold, in words."""

    standing: Standing
    actions: tuple[str, ...]
    statements: tuple[tuple[str, str], ...]
    conditions: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """What principals that nothing tells apart can do to tables that nothing tells apart.

    `side` is one of these tables. `standings` are by action; what is not among them is denied.
    """

    people: tuple[Who, ...]
    side: Side
    standings: Mapping[str, Standing]

    def standing(self, actions: frozenset[str]) -> Standing:
        """Return the surest answer among some actions."""
        found = (standing for action, standing in self.standings.items() if action in actions)
        return min(found, key=lambda standing: standing.rank, default=Standing.DENIED)


class Reaches:
    """All of an account's reaches. `tables` are the ARNs of the matrix's tables in their order."""

    def __init__(
        self, evaluator: Evaluator, matrix: Matrix, people: Sequence[Who], tables: Sequence[str]
    ) -> None:
        self._evaluator = evaluator
        self._tables: Mapping[str, list[Reach]] = {arn: [] for arn in tables}
        self._people: defaultdict[str, list[tuple[Reach, tuple[str, ...]]]] = defaultdict(list)
        self._causes: dict[tuple[Reach, frozenset[str]], tuple[Cause, ...]] = {}
        self._gaps: dict[tuple[Reach, frozenset[str]], tuple[Gap, ...]] = {}
        for same in matrix.alike(people):
            for bits, side in matrix.blocks(same[0]):
                standings = self._standings(same[0], side)
                if standings:
                    reach = Reach(tuple(same), side, standings)
                    reached = tuple(tables[place] for place in places(bits))
                    for arn in reached:
                        self._tables[arn].append(reach)
                    for who in same:
                        for name in {who.name, who.name if who.role is None else who.role.arn}:
                            self._people[name].append((reach, reached))

    def on(self, table: Table) -> Sequence[Reach]:
        """Return what anybody can do to a table."""
        return self._tables[table.arn]

    def of(self, principal: str) -> Sequence[tuple[Reach, tuple[str, ...]]]:
        """Return what a principal can do, or single sessions of a role, each with the ARNs of the tables to which."""
        return self._people.get(principal, ())

    def causes(self, reach: Reach, actions: frozenset[str]) -> tuple[Cause, ...]:
        """Say why some actions are allowed, the sure ones first."""
        key = reach, actions
        if key not in self._causes:
            self._causes[key] = tuple(self._explained(reach, actions))
        return self._causes[key]

    def gaps(self, reach: Reach, actions: frozenset[str]) -> tuple[Gap, ...]:
        """Return what was not read and leaves open whether some of these actions are allowed."""
        key = reach, actions
        if key not in self._gaps:
            found = (
                gap
                for piece, asked, decision in self._decided(reach, actions)
                if self._standing(reach.people[0], reach.side, piece, decision) is Standing.UNKNOWN
                for gap in _gaps(reach.side, piece, asked, decision)
            )
            self._gaps[key] = tuple(dict.fromkeys(found))
        return self._gaps[key]

    def _standings(self, who: Who, side: Side) -> Mapping[str, Standing]:
        found: dict[str, Standing] = {}
        for piece, asked, decision in self._evaluator.decided(who, side, questions()):
            standing = self._standing(who, side, piece, decision)
            for question in asked if standing is not Standing.DENIED else ():
                known = found.get(question.action)
                if known is None or standing.rank < known.rank:
                    found[question.action] = standing
        return found

    @staticmethod
    def _standing(who: Who, side: Side, piece: Piece, decision: Decision) -> Standing:
        standing = standing_of(decision, assumed=who.assumption is not None)
        if standing is Standing.DENIED:
            return standing
        return Standing.UNKNOWN if _unseen(side, piece, decision) is not None else standing

    def _decided(
        self, reach: Reach, actions: frozenset[str]
    ) -> Iterator[tuple[Piece, tuple[Question, ...], Decision]]:
        asked = tuple(question for question in questions() if question.action in actions)
        return self._evaluator.decided(reach.people[0], reach.side, asked)

    def _explained(self, reach: Reach, actions: frozenset[str]) -> Iterator[Cause]:
        who = reach.people[0]
        decided = list(self._decided(reach, actions))
        for standing in (Standing.ALLOWED, Standing.CONDITIONAL):
            named: dict[str, None] = {}
            statements: dict[tuple[str, str], None] = {}
            words = [] if who.assumption is None else [who.assumption]
            for piece, asked, decision in decided:
                given = [one.action for one in asked if reach.standings.get(one.action) is standing]
                if given and self._standing(who, reach.side, piece, decision) is standing:
                    named.update(dict.fromkeys(given))
                    statements.update(dict.fromkeys(_allowing(piece, decision)))
                    words += conditions(decision)
            if named:
                yield Cause(standing, tuple(sorted(named)), tuple(statements), distinct(words))


def _unseen(side: Side, piece: Piece, decision: Decision) -> Gap | None:
    """Return what was not read of the table and may turn an answer that is not a denial."""
    table = side.table
    if table.description.gap is not None and piece.part in _IN_DETAIL:
        return table.description.gap
    if table.tags.gap is not None and any(key.startswith(_TAG_KEYS) for key in decision.missing):
        return table.tags.gap
    return None


def _allowing(piece: Piece, decision: Decision) -> Iterator[tuple[str, str]]:
    """Yield document and statement of what allows it; those that open the table's key are left out."""
    own = "the stream's resource policy" if piece.part is Part.STREAM else "the table's resource policy"
    residual = decision.residual
    for hit in (*residual.identity.hits, *residual.resource.hits):
        if hit.statement.allows and hit.kind != ASSUMED:
            yield own if hit.layer is LayerName.RESOURCE else hit.source, hit.label


def _gaps(side: Side, piece: Piece, asked: Sequence[Question], decision: Decision) -> Iterator[Gap]:
    unseen = _unseen(side, piece, decision)
    if unseen is not None:
        yield unseen
    for policy in decision.unread:
        yield from gaps_of(policy)
    if unseen is None and not decision.unread:
        if side.key is not None and side.key.grants is None and asked[0].needs_key:
            yield Gap("kms:ListGrants", "Unread", f"grants of {side.key.key}", side.table.region)
        else:
            yield malformed(POLICY, "; ".join(conditions(decision)), side.table.region)


def gaps_of(policy: Unread) -> Iterator[Gap]:
    """Yield the gaps that a policy which was not read stands for."""
    found = [_GAP.fullmatch(part) for part in policy.reason.split(", ")]
    known = [one for one in found if one is not None]
    if len(known) < len(found):
        yield malformed(_OPERATIONS.get(policy.kind, DETAILS), f"{policy.identifier}: {policy.reason}")
    else:
        yield from (Gap(one[1], one[2], policy.identifier) for one in known)
