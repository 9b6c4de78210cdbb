"""Literals about one condition key, taken together: what contradicts, what is implied, what can be said as one.

All rules are sound for keys with several values; those that need the key to have one value at most ask
`conditions.keys.single_valued` first.
"""

from collections.abc import Iterable

from dynasec.iam.conditions.condition import Condition
from dynasec.iam.conditions.keys import single_valued
from dynasec.iam.conditions.registry import Qualifier
from dynasec.iam.conditions.relations import relate
from dynasec.iam.formula import Literal
from dynasec.iam.ternary import Ternary

_MOST_PAIRS = 4096
_MOST_LITERALS = 32


def without_contradiction(literals: Iterable[Literal]) -> frozenset[Literal] | None:
    """Simplify literals that must all hold; None when they cannot."""
    by_key: dict[str, list[Literal]] = {}
    kept: list[Literal] = []
    for literal in literals:
        if isinstance(literal.atom, Condition):
            by_key.setdefault(literal.atom.key.lower(), []).append(literal)
        else:
            kept.append(literal)
    for key, about_key in by_key.items():
        left = _together(key, about_key)
        if left is None:
            return None
        kept.extend(left)
    together = frozenset(kept)
    if any(not literal.holds and Literal(literal.atom) in together for literal in together):
        return None
    return together


def united(literals: Iterable[Literal], *, holding: bool) -> list[Literal]:
    """Say as one what several "some value matches" atoms with one operator say of one key.

    Of literals any of which suffices those that hold can be united (`holding`), of literals all of which must hold those
    that do not.
    """
    kept: list[Literal] = []
    groups: dict[tuple[object, ...], list[Condition]] = {}
    for literal in dict.fromkeys(literals):
        atom = literal.atom
        if isinstance(atom, Condition) and literal.holds is holding and _is_some(atom):
            groups.setdefault((atom.test, atom.key.lower(), atom.variables), []).append(atom)
        else:
            kept.append(literal)
    for atoms in groups.values():
        values = tuple(sorted({value for atom in atoms for value in atom.values}))
        first = atoms[0]
        kept.append(Literal(Condition(first.test, first.key, values, first.variables), holding))
    return kept


def _together(key: str, literals: list[Literal]) -> list[Literal] | None:
    left = united(literals, holding=False)
    if len(left) == 1 or len(left) > _MOST_LITERALS:
        return left
    parted = _Parts.of(left)
    if parted.absent:
        return (
            None if parted.demands_value else [literal for literal in left if literal in parted.absences][:1]
        )
    if parted.demands_value:
        left = [literal for literal in left if literal not in parted.presences]
    some = [literal for literal in left if _is_some(literal.atom)]
    others = [literal for literal in left if not _is_some(literal.atom)]
    bounds = [
        literal.atom
        for literal in others
        if literal.holds and isinstance(literal.atom, Condition) and _is_every(literal.atom)
    ]
    if any(_exceeds(literal, bounds) for literal in others):
        return None
    narrowed = _narrowed(some, bounds, single=single_valued(key))
    return None if narrowed is None else [*narrowed, *others]


def _exceeds(literal: Literal, bounds: list[Condition]) -> bool:
    """Whether "not every value matches" contradicts what every value does match."""
    atom = literal.atom
    if literal.holds or not isinstance(atom, Condition) or not _is_every(atom):
        return False
    return any(all(_surely(bound, value, atom) for value in bound.values) for bound in bounds)


class _Parts:
    """The literals of one key by what they say of its presence."""

    def __init__(self, absences: list[Literal], presences: list[Literal], *, demands_value: bool) -> None:
        self.absences = absences
        self.presences = presences
        self.absent = bool(absences)
        self.demands_value = demands_value

    @staticmethod
    def of(literals: list[Literal]) -> "_Parts":
        there = [literal for literal in literals if _is_presence(literal.atom)]
        absences = [literal for literal in there if not literal.holds]
        presences = [literal for literal in there if literal.holds]
        demanding = any(
            (_is_some(literal.atom) and literal.holds) or (_is_every(literal.atom) and not literal.holds)
            for literal in literals
        )
        return _Parts(absences, presences, demands_value=demanding or (bool(absences) and bool(presences)))


def _narrowed(literals: list[Literal], bounds: list[Condition], *, single: bool) -> list[Literal] | None:
    """Drop from each "some value matches" the values that the other literals rule out, and literals thus implied.

    `bounds` are atoms that every value must match.
    """
    holding = [literal for literal in literals if literal.holds]
    forbidden = [
        literal.atom for literal in literals if not literal.holds and isinstance(literal.atom, Condition)
    ]
    kept: list[Condition] = []
    for literal in holding:
        atom = literal.atom
        if not isinstance(atom, Condition):
            continue
        rivals = [*bounds, *(other.atom for other in holding if single and other is not literal)]
        values = tuple(
            value
            for value in atom.values
            if not any(_surely(atom, value, other) for other in forbidden)
            and not any(isinstance(other, Condition) and _never(atom, value, other) for other in rivals)
        )
        if not values:
            return None
        kept.append(Condition(atom.test, atom.key, values, atom.variables))
    kept = _strongest(kept)
    if single:
        forbidden = [atom for atom in forbidden if not any(_all_never(one, atom) for one in kept)]
    return [*(Literal(atom) for atom in kept), *(Literal(atom, holds=False) for atom in forbidden)]


def _strongest(atoms: list[Condition]) -> list[Condition]:
    """Drop atoms that another implies: whatever matches that one matches this one."""
    kept: list[Condition] = []
    for index, atom in enumerate(atoms):
        rivals = (*kept, *atoms[index + 1 :])
        if not any(
            other != atom and all(_surely(other, value, atom) for value in other.values) for other in rivals
        ):
            kept.append(atom)
    return list(dict.fromkeys(kept))


def _surely(one: Condition, value: str, other: Condition) -> bool:
    if len(other.values) * len(one.values) > _MOST_PAIRS:
        return False
    return any(relate(one, value, other, wanted) is Ternary.TRUE for wanted in other.values)


def _never(one: Condition, value: str, other: Condition) -> bool:
    if len(other.values) * len(one.values) > _MOST_PAIRS:
        return False
    return all(relate(one, value, other, wanted) is Ternary.FALSE for wanted in other.values)


def _all_never(one: Condition, other: Condition) -> bool:
    return all(_never(one, value, other) for value in one.values)


def _is_some(atom: object) -> bool:
    return (
        isinstance(atom, Condition) and atom.test.qualifier is None and not atom.test.operator.tests_presence
    )


def _is_every(atom: object) -> bool:
    return isinstance(atom, Condition) and atom.test.qualifier is Qualifier.FOR_ALL_VALUES


def _is_presence(atom: object) -> bool:
    return isinstance(atom, Condition) and atom.test.operator.tests_presence
