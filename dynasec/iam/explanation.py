"""Decisions in words.

conditions(decision)      # ("only from vpce-1", "not over plain HTTP"): what the answer depends on
because(decision)         # one line per statement that decides
"""

from dynasec.iam.conditions import Condition, describe
from dynasec.iam.decision import Decision
from dynasec.iam.formula import Both, Formula, Literal


def conditions(decision: Decision) -> tuple[str, ...]:
    """Say under which conditions the request is allowed; () when it is certain either way."""
    formula = decision.condition
    if isinstance(formula, bool):
        return ()
    parts = formula.parts if isinstance(formula, Both) else (formula,)
    return tuple(in_words(part) for part in parts)


def in_words(formula: Formula) -> str:
    """Say what a formula demands."""
    if isinstance(formula, bool):
        return "always" if formula else "never"
    if isinstance(formula, Literal):
        atom = formula.atom
        words = describe(atom) if isinstance(atom, Condition) else f"{atom.subject} {atom.reason}"
        return words if formula.holds else f"not ({words})"
    joint = " and " if isinstance(formula, Both) else " or "
    return joint.join(in_words(part) for part in formula.parts)


def because(decision: Decision) -> tuple[str, ...]:
    """Name the statements that apply, or may, one line each: layer, policy, statement, effect."""
    return tuple(
        f"{hit.layer}: {hit.source}, {hit.label}: {hit.effect}"
        + ("" if hit.when is True else " if the conditions hold")
        for hit in decision.matches
    )
