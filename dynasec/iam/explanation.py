"""Decisions in words.

conditions(decision)      # ("only from vpce-1", "not over plain HTTP"): all must hold for the request to be allowed
because(decision)         # one line per statement that applies, or would
"""

from collections.abc import Iterable

from dynasec.iam.cases import Case, cases
from dynasec.iam.conditions import Condition, Qualifier
from dynasec.iam.decision import Decision, Outcome
from dynasec.iam.formula import Both, Either, Formula, Literal
from dynasec.iam.narrowing import ALWAYS_PRESENT
from dynasec.iam.phrases import phrase

_MOST_WORDED = 6


def conditions(decision: Decision) -> tuple[str, ...]:
    """Say on what the answer depends: all of it must hold; () when the answer is certain."""
    if decision.outcome not in {Outcome.CONDITIONAL, Outcome.UNKNOWN}:
        return ()
    return in_words(decision.condition)


def in_words(formula: Formula) -> tuple[str, ...]:
    """Say what a formula demands, part by part; () = nothing, ("never",) = it cannot hold.

    A formula of very many cases is told by what all of them demand, and a remark that there is more.
    """
    found = cases(formula)
    if found is None:
        return _coarsely(formula)
    if not found:
        return ("never",)
    plainly = realistic(found)
    if plainly == [frozenset()] and found[0]:
        plainly = list(found)  # it asks for nothing but a key that is always there: say so all the same
    common = frozenset[Literal].intersection(*plainly)
    words = _phrases(common)
    rests = [case - common for case in plainly]
    if len(rests) > 1:
        shown = sorted(_joined(rest) for rest in rests[:_MOST_WORDED])
        if len(rests) > _MOST_WORDED:
            shown.append(f"in {len(rests) - _MOST_WORDED} more cases")
        words.append("either " + ", or ".join(shown))
    return tuple(words)


def because(decision: Decision) -> tuple[str, ...]:
    """Name the statements that apply, or would, one line each: layer, policy, statement, effect, condition."""
    lines: list[str] = []
    for hit in decision.matches:
        effect = f"{hit.layer}: {hit.effect} by {hit.source}, {hit.label}"
        lines.append(effect if hit.when is True else f"{effect} ({'; '.join(in_words(hit.when))})")
    return tuple(lines)


def realistic(found: Iterable[Case]) -> list[Case]:
    """Say the same of requests as they are: those keys that every request carries are there.

    Cases that ask for the absence of such a key are left out, unless there are no others.
    """
    given = list(found)
    real = [case for case in given if not any(_asks_always(literal, holds=False) for literal in case)]
    kept = [frozenset(each for each in case if not _asks_always(each, holds=True)) for case in real or given]
    return [case for case in dict.fromkeys(kept) if not any(other < case for other in kept)]


def _asks_always(literal: Literal, *, holds: bool) -> bool:
    """Whether a literal asks for the presence (or, `holds=False`, the absence) of a key that every request carries."""
    atom = literal.atom
    if not isinstance(atom, Condition) or not atom.test.operator.tests_presence:
        return False
    return literal.holds is holds and atom.key in ALWAYS_PRESENT


def _coarsely(formula: Formula) -> tuple[str, ...]:
    parts = formula.parts if isinstance(formula, Both) else (formula,)
    words = _phrases(part for part in parts if isinstance(part, Literal))
    more = sum(isinstance(part, Either) for part in parts)
    return (*words, f"and further conditions, {more} of which can be met in too many ways to spell out")


def _joined(case: Case) -> str:
    return " and ".join(_phrases(case)) or "always"


def _phrases(literals: Iterable[Literal]) -> list[str]:
    """Word literals that all hold; that a key is there goes without saying where all its values must match."""
    given = frozenset(literals)
    demanded = {
        literal.atom.key
        for literal in given
        if literal.holds and isinstance(literal.atom, Condition) and literal.atom.test.operator.tests_presence
    }
    told = {key for key in demanded if any(_is_of_every_value(literal, key) for literal in given)}
    words = [
        phrase(literal, present=isinstance(literal.atom, Condition) and literal.atom.key in told)
        for literal in given
        if not (
            isinstance(literal.atom, Condition)
            and literal.atom.key in told
            and literal.atom.test.operator.tests_presence
        )
    ]
    return sorted(dict.fromkeys(words))


def _is_of_every_value(literal: Literal, key: str) -> bool:
    atom = literal.atom
    if not literal.holds or not isinstance(atom, Condition) or atom.key != key:
        return False
    return atom.test.qualifier is Qualifier.FOR_ALL_VALUES
