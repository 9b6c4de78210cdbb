"""The String operators: exact, ignoring case, and with wildcards."""

from dynasec.iam.conditions.operator import Operator, Value
from dynasec.iam.matching import Pattern, relation
from dynasec.iam.ternary import Ternary


def _compare(value: Value, wanted: Pattern) -> Ternary:
    return relation(wanted, value if isinstance(value, Pattern) else Pattern.literally(value))


def _compare_ignoring_case(value: Value, wanted: Pattern) -> Ternary:
    return relation(
        wanted.folded(), value.folded() if isinstance(value, Pattern) else Pattern.literally(value.lower())
    )


OPERATORS = (
    Operator("StringEquals", _compare),
    Operator("StringNotEquals", _compare, negated=True),
    Operator("StringEqualsIgnoreCase", _compare_ignoring_case),
    Operator("StringNotEqualsIgnoreCase", _compare_ignoring_case, negated=True),
    Operator("StringLike", _compare, wildcards=True),
    Operator("StringNotLike", _compare, negated=True, wildcards=True),
)
