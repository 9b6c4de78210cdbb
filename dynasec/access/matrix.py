"""Principals by tables, each combination that nothing tells apart evaluated once.

Two principals are alike when they have the same policies and boundary, and no condition or principal element anywhere tells them apart.
Two tables are alike *for a principal* when the same resource patterns of its policies match them, and neither their own policies, nor
their key, nor the tags that its policies ask about tell them apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence

from dynasec.access.answer import Group, Terms, TermsGroup
from dynasec.access.blocks import Tables, places
from dynasec.access.evaluation import Evaluator
from dynasec.access.principals import Who
from dynasec.access.questions import Question
from dynasec.access.row import Standing
from dynasec.access.rows import rows_of
from dynasec.access.tables import Side
from dynasec.iam.actions import Capability
from dynasec.model.table import Table

Standings = tuple[tuple[Capability, Standing], ...]
CapabilityTerms = tuple[tuple[Capability, Terms], ...]


class Matrix:
    """Evaluates all principals against all tables."""

    def __init__(self, evaluator: Evaluator, sides: Sequence[Side], tables: Tables) -> None:
        self._evaluator = evaluator
        self._sides = sides
        self._alike = tables

    def groups(self, people: Sequence[Who], asked: tuple[Question, ...]) -> Iterator[Group]:
        """Yield groups of principals and tables with the same standings, the most powerful first."""
        found: defaultdict[tuple[Standings, int], list[str]] = defaultdict(list)
        for same in self.alike(people):
            by_standing: defaultdict[Standings, int] = defaultdict(int)
            for tables, side in self.blocks(same[0]):
                standings = self._evaluator.standings(same[0], side, asked)
                if standings:
                    by_standing[standings] |= tables
            for standings, tables in by_standing.items():
                found[standings, tables].extend(who.name for who in same)
        for (standings, tables), names in sorted(found.items(), key=_power):
            yield Group(tuple(sorted(names)), self._tables(tables), dict(standings))

    def terms(
        self, people: Sequence[Who], asked: tuple[Question, ...], wanted: Callable[[Table], bool]
    ) -> Iterator[TermsGroup]:
        """Yield groups of principals and wanted tables with the same standings on the same conditions, the most powerful first."""
        chosen = sum(1 << place for place, side in enumerate(self._sides) if wanted(side.table))
        found: defaultdict[tuple[CapabilityTerms, int], list[str]] = defaultdict(list)
        for same in self.alike(people):
            by_terms: defaultdict[CapabilityTerms, int] = defaultdict(int)
            for tables, side in self.blocks(same[0]):
                terms = self._terms(same[0], side, asked) if tables & chosen else ()
                if terms:
                    by_terms[terms] |= tables & chosen
            for terms, tables in by_terms.items():
                found[terms, tables].extend(who.name for who in same)
        for (terms, tables), names in sorted(found.items(), key=_power):
            yield TermsGroup(tuple(sorted(names)), self._tables(tables), dict(terms))

    def _terms(self, who: Who, side: Side, asked: tuple[Question, ...]) -> CapabilityTerms:
        """Return the surest answer of each capability with its conditions; words are only made where an answer is open."""
        standings = dict(self._evaluator.standings(who, side, asked))
        if not any(standing is not Standing.ALLOWED for standing in standings.values()):
            return tuple((capability, Terms(standing)) for capability, standing in standings.items())
        rows = list(rows_of(who, self._evaluator.answers(who, side, asked)))
        return tuple(
            (
                capability,
                Terms(
                    standing,
                    ()
                    if standing is Standing.ALLOWED
                    else tuple(
                        dict.fromkeys(
                            row.grant.conditions
                            for row in rows
                            if row.capability is capability and row.decision is standing
                        )
                    ),
                ),
            )
            for capability, standing in standings.items()
        )

    def alike(self, people: Sequence[Who]) -> list[list[Who]]:
        """Return principals in groups that nothing tells apart."""
        alike: defaultdict[Hashable, list[Who]] = defaultdict(list)
        for who in people:
            alike[self._key(who)].append(who)
        return list(alike.values())

    def blocks(self, who: Who) -> Iterator[tuple[int, Side]]:
        """Yield disjoint sets of tables (bit i = table i) that nothing tells apart for a principal, each with one that stands for all."""
        for tables in self._alike.blocks(who):
            yield tables, self._sides[next(places(tables))]

    def _tables(self, bits: int) -> tuple[Table, ...]:
        return tuple(self._sides[place].table for place in places(bits))

    def _key(self, who: Who) -> Hashable:
        """Return what is equal for principals that nothing tells apart."""
        if (who.role is None and who.user is None) or self._alike.tells_apart(who):
            return who.name
        return who.kind, who.identity, who.boundary, who.caller.service_linked


def _power(item: tuple[tuple[Standings | CapabilityTerms, int], list[str]]) -> tuple[int, int, list[str]]:
    (standings, tables), names = item
    return -len(standings), -tables.bit_count(), sorted(names)
