"""Formulas: what a decision still depends on when not everything about a request is known.

A formula is True, False, a `Literal` (an atom that must hold, or must not), or a `Both` / `Either` of formulas. Negation
is pushed down to the literals, so a formula is at most as large as the policies it came from, and it is *exact*: put the
missing facts in (`substituted`) and it says what direct evaluation would say.

Atoms are of two kinds. `Condition`s in canonical form are decided by the context of a request (see
`dynasec.iam.conditions.canonical`). `Unsettled` ones are not: a policy that could not be read, a rule that AWS does not
document.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from dynasec.iam.conditions.condition import Condition


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Something no context key will decide. `subject` names the policy or layer, `reason` says why."""

    subject: str
    reason: str


Atom = Condition | Unsettled


class _Combinable:
    """`&` and `|` work on formulas of every kind, truth values included."""

    __slots__ = ()

    def __and__(self, other: "Formula") -> "Formula":
        return conjunction((_formula(self), other))

    def __rand__(self, other: "Formula") -> "Formula":
        return conjunction((other, _formula(self)))

    def __or__(self, other: "Formula") -> "Formula":
        return disjunction((_formula(self), other))

    def __ror__(self, other: "Formula") -> "Formula":
        return disjunction((other, _formula(self)))


@dataclass(frozen=True, slots=True)
class Literal(_Combinable):
    """An atom that must hold, or (`holds=False`) must not hold."""

    atom: Atom
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Both(_Combinable):
    """All parts must hold (any number of them, at least two)."""

    parts: tuple["Formula", ...]


@dataclass(frozen=True, slots=True)
class Either(_Combinable):
    """Some part must hold (any number of them, at least two)."""

    parts: tuple["Formula", ...]


Formula = bool | Literal | Both | Either


def _formula(found: _Combinable) -> Formula:
    if not isinstance(found, Literal | Both | Either):
        raise TypeError(type(found).__name__)
    return found


def conjunction(formulas: Iterable[Formula]) -> Formula:
    """Logical AND; True for no formulas at all."""
    parts: dict[Formula, None] = {}
    for formula in formulas:
        if formula is False:
            return False
        if isinstance(formula, Both):
            parts.update(dict.fromkeys(formula.parts))
        elif formula is not True:
            parts[formula] = None
    if len(parts) > 1:
        return Both(tuple(parts))
    return next(iter(parts), True)


def disjunction(formulas: Iterable[Formula]) -> Formula:
    """Logical OR; False for no formulas at all."""
    parts: dict[Formula, None] = {}
    for formula in formulas:
        if formula is True:
            return True
        if isinstance(formula, Either):
            parts.update(dict.fromkeys(formula.parts))
        elif formula is not False:
            parts[formula] = None
    if len(parts) > 1:
        return Either(tuple(parts))
    return next(iter(parts), False)


def negation(formula: Formula) -> Formula:
    """Logical NOT."""
    if isinstance(formula, bool):
        return not formula
    if isinstance(formula, Literal):
        return Literal(formula.atom, not formula.holds)
    turned = map(negation, formula.parts)
    return disjunction(turned) if isinstance(formula, Both) else conjunction(turned)


def substituted(formula: Formula, decide: Callable[[Atom], Formula]) -> Formula:
    """Put in what has become known: `decide` answers each atom with a truth value, or with what is left of it."""
    if isinstance(formula, bool):
        return formula
    if isinstance(formula, Literal):
        answer = decide(formula.atom)
        return answer if formula.holds else negation(answer)
    parts = (substituted(part, decide) for part in formula.parts)
    return conjunction(parts) if isinstance(formula, Both) else disjunction(parts)


def literals(formula: Formula) -> Iterator[Literal]:
    """List the literals of a formula, repeated ones included."""
    if isinstance(formula, Literal):
        yield formula
    elif not isinstance(formula, bool):
        for part in formula.parts:
            yield from literals(part)
