"""Does a condition hold? Two-valued where the whole context is known, three-valued where it is not.

The rules for missing keys, negation and sets of values:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from collections.abc import Iterable, Mapping

from dynasec.iam.conditions.condition import Condition
from dynasec.iam.conditions.knowledge import Gap, Knowledge
from dynasec.iam.conditions.operator import Value
from dynasec.iam.conditions.registry import Qualifier
from dynasec.iam.matching import ANYTHING, Pattern
from dynasec.iam.ternary import Ternary, all_of, any_of


def evaluate(condition: Condition, context: Mapping[str, tuple[str, ...]]) -> bool:
    """Decide a condition on a fully known context: lower-case key -> values; any other key is absent.

    A policy value that the operator cannot read (no number, no date) matches nothing.
    """
    answer = judge(condition, Knowledge(dict(context), otherwise=Gap.ABSENT))
    if answer is Ternary.UNKNOWN:
        return condition.test.operator.negated
    return answer is Ternary.TRUE


def judge(condition: Condition, knowledge: Knowledge) -> Ternary:
    """Decide a condition on a partly known context."""
    test = condition.test
    found = knowledge.find(condition.key)
    if test.operator.tests_presence:
        return _judge_presence(condition, found)
    if found is Gap.ABSENT:
        return _when_absent(condition)
    if isinstance(found, Gap):
        absent, present = _when_absent(condition), _when_present(condition, (ANYTHING,), knowledge)
        return absent if absent is present else Ternary.UNKNOWN
    return _when_present(condition, found, knowledge)


def judge_all(conditions: Iterable[Condition], knowledge: Knowledge) -> Ternary:
    """Decide a Condition element: its entries all have to hold."""
    return all_of(judge(condition, knowledge) for condition in conditions)


def _judge_presence(condition: Condition, found: tuple[Value, ...] | Gap) -> Ternary:
    wanted = [Pattern.literally(value) for value in condition.values]
    either = any_of(condition.test.operator.compare("true", value) for value in wanted)
    other = any_of(condition.test.operator.compare("false", value) for value in wanted)
    if not wanted:
        return Ternary.UNKNOWN
    if found is Gap.UNKNOWN:
        return either if either is other else Ternary.UNKNOWN
    return either if found is Gap.ABSENT else other


def _when_absent(condition: Condition) -> Ternary:
    test = condition.test
    if not condition.values:
        return Ternary.UNKNOWN
    if test.if_exists or test.qualifier is Qualifier.FOR_ALL_VALUES:
        return Ternary.TRUE
    if test.qualifier is Qualifier.FOR_ANY_VALUE:
        return Ternary.FALSE
    return Ternary.of(test.operator.negated)


def _when_present(condition: Condition, values: tuple[Value, ...], knowledge: Knowledge) -> Ternary:
    """Apply the operator to each value of the request, then quantify over them."""
    operator, qualifier = condition.test.operator, condition.test.qualifier
    if not condition.values:
        return Ternary.UNKNOWN  # AWS accepts an empty list; nothing documents what it does
    wanted = [
        Pattern.of(value, variables=condition.variables, wildcards=operator.wildcards).resolved(
            knowledge.variable
        )
        for value in condition.values
    ]
    answers = (any_of(operator.compare(value, pattern) for pattern in wanted) for value in values)
    outcomes = (answer.negated() if operator.negated else answer for answer in answers)
    # Without a qualifier, a negated operator means "none of the values", a positive one "some value".
    every = qualifier is Qualifier.FOR_ALL_VALUES or (qualifier is None and operator.negated)
    return all_of(outcomes) if every else any_of(outcomes)
