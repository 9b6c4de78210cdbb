"""Who can reach the items of a table whichever partition key they have, rather than under `dynamodb:LeadingKeys` only.

An answer counts as limited when in every case in which AWS allows the request the leading keys must fit values: all of them where a request
may name several, and where a request need not carry any (a PartiQL statement without a key) they must be there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dynasec.access.account import Access
from dynasec.access.beyond import Beyond, Holders
from dynasec.access.principals import Who
from dynasec.access.questions import Part, questions
from dynasec.access.reach import Cause, Reach
from dynasec.access.row import Standing
from dynasec.iam.actions import DATA_READ, DATA_WRITE
from dynasec.iam.cases import Case, cases
from dynasec.iam.conditions import Condition, Knowledge, Qualifier, judge
from dynasec.iam.decision import Decision
from dynasec.iam.formula import Literal
from dynasec.iam.matching import ANYTHING
from dynasec.iam.ternary import Ternary
from dynasec.model.fact import Gap, Unknown
from dynasec.model.table import Table
from dynasec.semantics.fine_grained import LEADING_KEYS

_ITEMS: Final = DATA_READ | DATA_WRITE
_ASKED: Final = tuple(question for question in questions() if question.action in _ITEMS)
_PARTS: Final = (Part.TABLE, Part.INDEX, Part.STREAM)
_KEYLESS: Final = frozenset({"dynamodb:PartiQLSelect"})
_MANY_KEYS: Final = frozenset({"dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", *_KEYLESS})


def whichever_key(
    access: Access, table: Table, is_apart: Callable[[Who], bool]
) -> tuple[Beyond, tuple[str, ...]]:
    """Return who can use items of whichever key, those apart set aside, and the names of those whom leading keys limit.

    `is_apart` may raise Unknown: then its principal is among the open ones.
    """
    found: dict[Cause, list[str]] = {}
    apart: set[str] = set()
    undecided: set[str] = set()
    limited: set[str] = set()
    gaps: list[Gap] = list(access.hidden(table, _PARTS))
    for reach in access.reaches.on(table):
        able = frozenset(reach.standings) & _ITEMS
        if not able:
            continue
        free = _free(access, reach)
        others = _others(reach, is_apart, apart, undecided, gaps)
        sure = frozenset(action for action in free if reach.standings[action] is not Standing.UNKNOWN)
        if others and sure:
            for cause in access.reaches.causes(reach, sure):
                found.setdefault(cause, []).extend(others)
        elif others and free:
            undecided.update(others)
            gaps += access.reaches.gaps(reach, free)
        else:
            limited.update(others)
    holders = [Holders(tuple(sorted(names)), cause) for cause, names in found.items()]
    holders.sort(key=lambda one: (-len(one.principals), one.principals, one.cause.actions))
    answer = Beyond(
        tuple(one for one in holders if one.cause.standing is Standing.ALLOWED),
        tuple(one for one in holders if one.cause.standing is not Standing.ALLOWED),
        tuple(sorted(apart)),
        tuple(sorted(undecided)),
        tuple(sorted(set(gaps))),
        access.above.gaps,
    )
    return answer, tuple(sorted(limited))


def is_limited(action: str, decision: Decision) -> bool:
    """Whether every case in which a request is allowed demands fitting leading keys; no where there are too many cases to tell."""
    found = cases(decision.condition)
    return found is not None and all(_demands_key(action, case) for case in found)


def _free(access: Access, reach: Reach) -> frozenset[str]:
    """Return the item actions that are not denied and not limited on some part of the table."""
    return frozenset(
        question.action
        for _, asked, decision in access.evaluator.decided(reach.people[0], reach.side, _ASKED)
        if not decision.outcome.denied
        for question in asked
        if question.action in reach.standings and not is_limited(question.action, decision)
    )


def _others(
    reach: Reach, is_apart: Callable[[Who], bool], apart: set[str], undecided: set[str], gaps: list[Gap]
) -> list[str]:
    others: list[str] = []
    for who in reach.people:
        try:
            if is_apart(who):
                apart.add(who.name)
            else:
                others.append(who.name)
        except Unknown as missing:
            undecided.add(who.name)
            gaps += missing.gaps
    return others


def _demands_key(action: str, case: Case) -> bool:
    if action not in _KEYLESS and any(_is_absence(literal) for literal in case):
        return True  # no such request
    about = [literal for literal in case if _is_about_keys(literal)]
    fitting = [literal for literal in about if _is_fitting(literal)]
    if action in _MANY_KEYS:
        fitting = [literal for literal in fitting if _is_of_every_value(literal)]
    there = action not in _KEYLESS or any(_is_presence(literal) for literal in about)
    return bool(fitting) and there


def _is_about_keys(literal: Literal) -> bool:
    return literal.holds and isinstance(literal.atom, Condition) and literal.atom.key.lower() == LEADING_KEYS


def _is_absence(literal: Literal) -> bool:
    return not literal.holds and _is_presence(literal) and _is_about_keys(Literal(literal.atom))


def _is_presence(literal: Literal) -> bool:
    return isinstance(literal.atom, Condition) and literal.atom.test.operator.tests_presence


def _is_fitting(literal: Literal) -> bool:
    """Whether not just any value fits."""
    atom = literal.atom
    if not isinstance(atom, Condition) or atom.test.operator.tests_presence:
        return False
    return judge(atom, Knowledge({LEADING_KEYS: (ANYTHING,)})) is not Ternary.TRUE


def _is_of_every_value(literal: Literal) -> bool:
    return isinstance(literal.atom, Condition) and literal.atom.test.qualifier is Qualifier.FOR_ALL_VALUES
