"""A formula as a list of cases (disjunctive normal form), with what contradicts itself or says nothing left out.

A *case* is a set of literals that must all hold; the formula holds when some case does. No cases: it never holds. The
number of cases is bounded: where a formula has more, `cases` answers None, and what rests on it says less: a decision is
then conditional (or unknown) although it may be certain. The formula itself stays exact.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

from dynasec.iam.conditions.canonical import present
from dynasec.iam.conditions.condition import Condition
from dynasec.iam.conditions.keys import single_valued
from dynasec.iam.conditions.registry import Qualifier, Test
from dynasec.iam.formula import Both, Either, Formula, Literal, conjunction, disjunction, literals, negation
from dynasec.iam.one_key import united, without_contradiction

Case = frozenset[Literal]
MOST_CASES = 64
MOST_LITERALS = 1000
_EMPTY: Case = frozenset()


class _TooMany(Exception):  # noqa: N818 - no error, a way out
    """The formula has more cases than are worth spelling out."""


@lru_cache(maxsize=1024)
def cases(formula: Formula) -> tuple[Case, ...] | None:
    """List the cases in which a formula holds, the simplest first.

    None where there are more than MOST_CASES, or the formula has more than MOST_LITERALS.
    """
    if next(islice(literals(formula), MOST_LITERALS, None), None) is not None:
        return None
    try:
        found = _cases(formula)
    except _TooMany:
        return None
    return tuple(sorted(_reduced(found), key=lambda case: (len(case), sorted(map(repr, case)))))


def settled(formula: Formula) -> bool | None:
    """Decide a formula if that can be done whatever the open atoms turn out to be; None = open."""
    if isinstance(formula, bool):
        return formula
    found = cases(formula)
    if found is not None:
        if not found:
            return False
        if not found[0]:
            return True
    return True if cases(negation(formula)) == () else None


def _cases(formula: Formula) -> list[Case]:
    if isinstance(formula, bool):
        return [_EMPTY] if formula else []
    if isinstance(formula, Literal):
        simpler = _for_single_values(formula)
        return [frozenset({formula})] if simpler is formula else _cases(simpler)
    if isinstance(formula, Either):
        return _either(formula.parts)
    return _both(formula)


def _either(parts: Iterable[Formula]) -> list[Case]:
    plain, others = _parted(parts)
    found = [frozenset({literal}) for literal in united(plain, holding=True)]
    for part in others:
        found.extend(_cases(part))
        found = _distinct(found)
    return _distinct(found)


def _both(formula: Both) -> list[Case]:
    plain, others = _parted(formula.parts)
    start = without_contradiction(plain)
    if start is None:
        return []
    found: list[Case] = [start]
    for options in sorted((_cases(part) for part in others), key=len):
        products = (without_contradiction((*case, *option)) for case in found for option in options)
        found = _distinct(case for case in products if case is not None)
        if not found:
            return []
    return found


def _parted(parts: Iterable[Formula]) -> tuple[list[Literal], list[Formula]]:
    """Part literals from the rest, what single-valued keys make simpler written so."""
    plain: list[Literal] = []
    others: list[Formula] = []
    for part in parts:
        simpler = _for_single_values(part) if isinstance(part, Literal) else part
        if isinstance(simpler, Literal):
            plain.append(simpler)
        else:
            others.append(simpler)
    return plain, others


def _for_single_values(literal: Literal) -> Formula:
    """Write "every value matches" of a key with at most one value as "it is absent, or matches"."""
    atom = literal.atom
    if not isinstance(atom, Condition) or atom.test.qualifier is not Qualifier.FOR_ALL_VALUES:
        return literal
    if not single_valued(atom.key):
        return literal
    some = Literal(Condition(Test(atom.test.operator), atom.key, atom.values, atom.variables))
    there = present(atom.key)
    if literal.holds:
        return disjunction((negation(there), some))
    return conjunction((there, negation(some)))


def _distinct(found: Iterable[Case]) -> list[Case]:
    """Leave out cases that are contained in simpler ones; refuse to go on with too many."""
    kept: list[Case] = []
    for case in sorted(set(found), key=len):
        if not any(simpler <= case for simpler in kept):
            kept.append(case)
            if len(kept) > MOST_CASES:
                raise _TooMany
    return kept


def _reduced(found: list[Case]) -> list[Case]:
    """Drop literals that other cases make needless: `x or (not x and y)` is `x or y`."""
    changed = True
    while changed:
        changed = False
        for case in found:
            needless = next((literal for literal in case if _is_needless(literal, case, found)), None)
            if needless is not None:
                found = _distinct([*(other for other in found if other is not case), case - {needless}])
                changed = True
                break
    return found


def _is_needless(literal: Literal, case: Case, found: list[Case]) -> bool:
    turned = (case - {literal}) | {Literal(literal.atom, not literal.holds)}
    return any(other <= turned for other in found if other is not case)
