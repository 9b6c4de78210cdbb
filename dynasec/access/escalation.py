"""How a principal without access to the items of a table can give it to itself, by one change of permissions or one start of code.

Steps are those of `dynasec.access.steps`, but for what is access as granted: assuming a role and asking a DAX cluster. Beside them stand
rewriting the table's own policy and, where nothing but the key is missing, admitting oneself to it. Whatever could then be done is
evaluated with boundaries, control policies, Denies and keys, principals and tables that nothing tells apart together.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from dynasec.access.account import Access
from dynasec.access.blocks import Tables
from dynasec.access.matrix import Matrix
from dynasec.access.paths import GRANTED, KEY_CHANGES, OPEN, PUT_POLICY, UNDER_POLICY
from dynasec.access.principals import Who
from dynasec.access.questions import questions
from dynasec.access.reach import POLICY, Reach, Reaches, gaps_of
from dynasec.access.row import Grant, Standing
from dynasec.access.steps import ASSUME, PASS, Step
from dynasec.access.tables import Side
from dynasec.iam.actions import DATA_READ, DATA_WRITE
from dynasec.iam.layers import Unread
from dynasec.model.fact import Gap, malformed
from dynasec.model.identity import DETAILS
from dynasec.model.table import Table

ITEMS: Final = DATA_READ | DATA_WRITE
_ASKED: Final = tuple(question for question in questions() if question.action in ITEMS)

Able = Mapping[str, Standing]
"""The surest item access by the ARN of the table; what is not there is denied."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way to item access: the step, the conditions under which it can be taken, the tables (ARNs) gained, and why the step is allowed."""

    step: str
    standing: Standing
    conditions: tuple[str, ...]
    tables: tuple[str, ...]
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Escalation:
    """What a principal can give itself. `lacking`: the tables in question to which it has no item access now; `gaps`: what was not read."""

    lacking: tuple[str, ...]
    ways: tuple[Way, ...]
    gaps: tuple[Gap, ...]


class Escalations:
    """Answers about some tables of an account; what is shared between principals is worked out once."""

    def __init__(self, access: Access, tables: Sequence[Table]) -> None:
        self._access = access
        self._tables = {table.arn: table for table in tables}
        self._opened: dict[Reach, Standing] = {}

    def of(self, who: Who) -> Escalation:
        """Return by what a user or role can give itself access."""
        own = self._able(self._access.reaches, who)
        lacking = tuple(arn for arn in self._tables if arn not in own)
        gaps = [
            gap
            for reach, arns in self._access.reaches.of(who.name)
            if any(own.get(arn) is Standing.UNKNOWN for arn in arns)
            for gap in self._access.reaches.gaps(reach, ITEMS)
        ]
        ways = list(self._ways(who, lacking, gaps)) if lacking else []
        found: dict[tuple[str, Standing], Way] = {}
        for way in ways:
            found.setdefault((way.step, way.standing), way)
        return Escalation(
            lacking,
            tuple(sorted(found.values(), key=lambda way: (way.standing.rank, -len(way.tables), way.step))),
            tuple(dict.fromkeys(gaps)),
        )

    def _ways(self, who: Who, lacking: Sequence[str], gaps: list[Gap]) -> Iterator[Way]:
        for layer in (who.identity, who.boundary):
            if layer is not None:
                gaps.extend(gap for policy in layer.index.unread for gap in gaps_of(policy))
        gaps.extend(
            malformed(DETAILS, f"whom {role.name} trusts is not known")
            for role in self._of_unknown_trust
            if self._access.steps.may(who, PASS, role.name) is not None
        )
        for step in self._access.steps.of(who):
            if _is_escalating(step):
                reaches = self._granted if step.everything else self._access.reaches
                gained = {arn: one for arn, one in self._able(reaches, step.to).items() if arn in lacking}
                yield from _way(step.words, step.grant, gained, gaps)
        yield from self._by_policy(who, lacking, gaps)
        yield from self._by_key(who, lacking, gaps)

    def _able(self, reaches: Reaches, who: Who) -> Able:
        found: dict[str, Standing] = {}
        for reach, arns in reaches.of(who.name):
            standing = reach.standing(ITEMS)
            for arn in arns if standing is not Standing.DENIED else ():
                if arn in self._tables and standing.rank < found.get(arn, Standing.DENIED).rank:
                    found[arn] = standing
        return found

    def _by_policy(self, who: Who, lacking: Sequence[str], gaps: list[Gap]) -> Iterator[Way]:
        for reach, arns in self._access.reaches.of(who.name):
            standing = reach.standings.get(PUT_POLICY)
            about = [arn for arn in arns if arn in lacking]
            if standing is Standing.UNKNOWN and about:
                hidden = self._access.reaches.gaps(reach, frozenset({PUT_POLICY}))
                gaps.extend(
                    hidden or (malformed(POLICY, f"{PUT_POLICY}: whether it is allowed is not known"),)
                )
            elif standing is not None and about:
                gained = dict.fromkeys(about, self._when_open(reach))
                causes = self._access.reaches.causes(reach, frozenset({PUT_POLICY}))
                words = tuple(word for cause in causes for word in cause.conditions)
                because = tuple(f"{name}, {label}" for cause in causes for name, label in cause.statements)
                yield from _way(PUT_POLICY, Grant(standing, words, because=because), gained, gaps)

    def _when_open(self, reach: Reach) -> Standing:
        """Return what item access is left to be denied by other layers where the table's policy allows all."""
        if reach not in self._opened:
            pieces = {
                part: tuple(replace(piece, policy=OPEN) for piece in those) if part in UNDER_POLICY else those
                for part, those in reach.side.pieces.items()
            }
            side = replace(reach.side, pieces=pieces)
            answers = self._access.evaluator.answers(reach.people[0], side, _ASKED)
            grants = (grant.standing for given in answers.values() for _, grant in given)
            self._opened[reach] = min(grants, key=lambda standing: standing.rank, default=Standing.DENIED)
        return self._opened[reach]

    def _by_key(self, who: Who, lacking: Sequence[str], gaps: list[Gap]) -> Iterator[Way]:
        """Yield how a principal may admit itself to keys where nothing else is missing."""
        gained: dict[str, dict[str, Standing]] = {}
        sides: dict[str, Side] = {}
        for arn, standing in self._able(self._keyless, who).items() if self._keyed else ():
            key = self._keyed[arn].key if arn in self._keyed else None
            if arn in lacking and key is not None:
                gained.setdefault(key.key, {})[arn] = standing
                sides[key.key] = self._keyed[arn]
        for name, able in gained.items():
            step = sides[name].key
            hidden = [gap for policy in step.policy.index.unread for gap in gaps_of(policy)] if step else []
            for action in KEY_CHANGES if step is not None else ():
                grant = self._access.steps.may_on_key(who, action, name, step.policy) if step else None
                if grant is not None and grant.standing is Standing.UNKNOWN and hidden:
                    gaps.extend(hidden)
                elif grant is not None:
                    yield from _way(f"{action} on {name.rpartition(':')[2]}", grant, able, gaps)

    @cached_property
    def _of_unknown_trust(self) -> tuple[Who, ...]:
        """The roles of which it is not known which services could use them."""
        shelf = self._access.shelf
        return tuple(
            who
            for who in self._access.own.values()
            if who.role is not None
            and isinstance(shelf.policy(f"trust policy of {who.role.name}", "trust", who.role.trust), Unread)
        )

    @cached_property
    def _granted(self) -> Reaches:
        """What those could do who may be granted whatever they like."""
        people = {
            step.to.name: replace(step.to, identity=GRANTED)
            for who in self._access.own.values()
            for step in self._access.steps.of(who)
            if step.everything
        }
        return self._reaches(list(people.values()), [self._access.side(one) for one in self._tables.values()])

    @cached_property
    def _keyed(self) -> Mapping[str, Side]:
        sides = ((arn, self._access.side(table)) for arn, table in self._tables.items())
        return {arn: side for arn, side in sides if side.key is not None}

    @cached_property
    def _keyless(self) -> Reaches:
        """What everybody could do if no key were needed."""
        people = [who for who in self._access.own.values() if who.user is not None or who.role is not None]
        return self._reaches(people, [replace(side, key=None) for side in self._keyed.values()])

    def _reaches(self, people: Sequence[Who], sides: Sequence[Side]) -> Reaches:
        above = self._access.above
        shared = [*(above.scps or ()), *(above.rcps or ())]
        evaluator = self._access.evaluator
        matrix = Matrix(evaluator, sides, Tables(sides, shared))
        return Reaches(evaluator, matrix, people, [side.table.arn for side in sides])


def _is_escalating(step: Step) -> bool:
    """Whether a step changes rights or starts code; assuming a role, or asking a cluster, is access as it was granted."""
    return step.everything or (step.only is None and not step.words.startswith(ASSUME))


def _way(step: str, grant: Grant, gained: Able, gaps: list[Gap]) -> Iterator[Way]:
    """Yield the way, if it surely or under conditions leads to some table; what was not read on it goes into `gaps`."""
    sure = {arn: one for arn, one in gained.items() if one in {Standing.ALLOWED, Standing.CONDITIONAL}}
    if grant.standing is Standing.UNKNOWN and gained:
        if not any(
            gap.operation == DETAILS for gap in gaps
        ):  # one such tells enough: a policy that is not known may allow every step
            gaps.append(malformed(DETAILS, f"{step}: {'; '.join(grant.conditions)}"))
    elif grant.standing is not Standing.UNKNOWN:
        if any(one is Standing.UNKNOWN for one in gained.values()):
            gaps.append(malformed(POLICY, f"{step}: what that opens cannot be told"))
        if sure:
            best = min(sure.values(), key=lambda standing: standing.rank)
            standing = max(best, grant.standing, key=lambda one: one.rank)
            yield Way(step, standing, grant.conditions, tuple(sorted(sure)), grant.because)


def lines(ways: Iterable[Way]) -> list[dict[str, object]]:
    """Return ways as JSON, each with the number of tables that it leads to."""
    return [
        {
            "step": way.step,
            "standing": way.standing.value,
            "conditions": list(way.conditions),
            "tables": len(way.tables),
            "because": list(way.because),
        }
        for way in ways
    ]
