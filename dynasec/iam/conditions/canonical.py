"""A condition reduced to what the known context leaves open, in canonical form.

Every operator is a Boolean combination of three kinds of atom about one key:

- the key is *present*: written `Null: false`;
- *some* value matches: a positive operator without qualifier (False on a missing key);
- *every* value matches: a positive operator with `ForAllValues` (True on a missing key).

`StringNotEquals` is "not some", `ForAnyValue:StringNotEquals` "not every", `...IfExists` "or not present". Conditions that
say the same thus become the same formula, and a condition and its opposite become a literal and its negation.
"""

from collections.abc import Mapping
from functools import lru_cache

from dynasec.iam.conditions.condition import Condition
from dynasec.iam.conditions.evaluation import evaluate, judge
from dynasec.iam.conditions.knowledge import Gap, Knowledge
from dynasec.iam.conditions.registry import Qualifier, Test, resolve
from dynasec.iam.conditions.relations import readable
from dynasec.iam.formula import Atom, Formula, Literal, Unsettled, conjunction, disjunction, negation
from dynasec.iam.matching import Pattern, Variable, Wild
from dynasec.iam.ternary import Ternary

_POSITIVE = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "ArnEquals": "ArnLike",
    "ArnNotEquals": "ArnLike",
    "ArnNotLike": "ArnLike",
}
"""The positive operator that a negated one inverts; of two that mean the same, one."""

_NULL = resolve("Null")


def present(key: str) -> Formula:
    """Demand that the key is in the request."""
    return Literal(Condition(_NULL, key.lower(), ("false",), variables=False))


def residue(condition: Condition, knowledge: Knowledge) -> Formula:
    """Say what is left of a condition: True, False, or a formula over what is not known."""
    answer = judge(condition, knowledge)
    if answer is not Ternary.UNKNOWN:
        return answer is Ternary.TRUE
    if not condition.values:
        return condition.test.operator.negated  # as `evaluate`: nothing matches
    if condition.test.operator.tests_presence:
        return _presence(condition, knowledge)
    known = _known(condition, knowledge)
    if known is not None:
        return evaluate(condition, known)
    values = _values_left(condition, knowledge)
    return _canonical(Condition(condition.test, condition.key, values, condition.variables))


def residue_of_atom(atom: Atom, knowledge: Knowledge) -> Formula:
    """Say what is left of an atom of a formula; what is unsettled stays so."""
    return Literal(atom) if isinstance(atom, Unsettled) else residue(atom, knowledge)


def variables_in(text: str) -> tuple[str, ...]:
    """Name the policy variables in a condition value or resource (lower case)."""
    if "${" not in text:
        return ()
    tokens = Pattern.of(text, variables=True).tokens
    return tuple(token.name for token in tokens if isinstance(token, Variable))


def _known(condition: Condition, knowledge: Knowledge) -> Mapping[str, tuple[str, ...]] | None:
    """Return the context that the condition asks about; None where some of it is not known as plain text."""
    keys = {condition.key.lower()}
    if condition.variables:
        keys.update(name for value in condition.values for name in variables_in(value))
    context: dict[str, tuple[str, ...]] = {}
    for key in keys:
        found = knowledge.find(key)
        if found is Gap.ABSENT:
            continue
        if found is Gap.UNKNOWN:
            return None
        texts = tuple(value for value in found if isinstance(value, str))
        if len(texts) < len(found):
            return None
        context[key] = texts
    return context


def _presence(condition: Condition, knowledge: Knowledge) -> Formula:
    def holds(gap: tuple[str, ...] | Gap) -> bool:
        return judge(condition, knowledge.updated(**{condition.key.lower(): gap})) is Ternary.TRUE

    if knowledge.find(condition.key) is not Gap.UNKNOWN:
        return False
    there = present(condition.key)
    return disjunction(
        (
            conjunction((there, holds(("",)))),
            conjunction((negation(there), holds(Gap.ABSENT))),
        )
    )


def _canonical(condition: Condition) -> Formula:
    test = condition.test
    every = test.qualifier is Qualifier.FOR_ALL_VALUES
    negated = test.operator.negated
    # "Every value differs" is "not some value matches"; "some value differs" is "not every value matches".
    universal = every != negated if test.qualifier else False
    there = present(condition.key)
    literal: Formula
    if condition.values:
        literal = Literal(_atom(_test(test.operator.name, universal), condition))
    else:  # every value named a variable that is absent
        literal = negation(there) if universal else False
    formula = negation(literal) if negated else literal
    true_if_absent = every or (negated and test.qualifier is None)
    if test.if_exists and not true_if_absent:
        return disjunction((formula, negation(there)))
    return formula


def _atom(test: Test, condition: Condition) -> Condition:
    """Write an atom so that atoms that say the same are equal."""
    values = tuple(sorted(set(condition.values)))
    variables = condition.variables and any("${" in value for value in values)
    return Condition(test, condition.key.lower(), values, variables)


@lru_cache(maxsize=128)
def _test(name: str, universal: bool) -> Test:  # noqa: FBT001 - cached by position
    return Test(resolve(_POSITIVE.get(name, name)).operator, Qualifier.FOR_ALL_VALUES if universal else None)


def _values_left(condition: Condition, knowledge: Knowledge) -> tuple[str, ...]:
    """Put known values in place of variables, as text that reads back the same; drop what nothing can match."""
    operator = condition.test.operator
    left: list[str] = []
    for value in condition.values:
        pattern = Pattern.of(value, variables=condition.variables, wildcards=operator.wildcards)
        text = value
        if pattern.has_variables:
            resolved = pattern.resolved(knowledge.variable)
            if Wild.NOTHING in resolved.tokens:
                continue
            text = spelled(resolved, wildcards=operator.wildcards)
        if "${" in text or readable(operator, text):
            left.append(text)
    return tuple(left)


def spelled(pattern: Pattern, *, wildcards: bool = True) -> str:
    """Write a pattern as the text of a Version 2012-10-17 policy that reads back as this pattern."""
    pieces: list[str] = []
    for token in pattern.tokens:
        if isinstance(token, Variable):
            default = "" if token.default is None else f", '{token.default}'"
            pieces.append(f"${{{token.name}{default}}}")
        elif isinstance(token, Wild):
            pieces.append(token.value)
        elif token in ("$*?" if wildcards else "$"):
            pieces.append(f"${{{token}}}")
        else:
            pieces.append(token)
    return "".join(pieces)
