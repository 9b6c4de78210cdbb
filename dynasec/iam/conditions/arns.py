"""The Arn operators: each of an ARN's six parts is compared by itself, so `*` does not cross the first five colons.

ArnEquals and ArnLike behave alike.
"""

from dynasec.iam.conditions.operator import Operator, Value
from dynasec.iam.matching import ANYTHING, Pattern, relation
from dynasec.iam.ternary import Ternary, all_of

_PARTS = 6


def _compare(value: Value, wanted: Pattern) -> Ternary:
    actual = value if isinstance(value, Pattern) else Pattern.literally(value)
    if wanted == ANYTHING:
        return Ternary.TRUE
    wanted_parts, actual_parts = wanted.split(":", _PARTS), actual.split(":", _PARTS)
    if len(wanted_parts) < _PARTS or len(actual_parts) < _PARTS:
        # Not spelled as an ARN (a variable or a star may stand for several parts): at best, undecided.
        return Ternary.FALSE if relation(wanted, actual) is Ternary.FALSE else Ternary.UNKNOWN
    return all_of(relation(*pair) for pair in zip(wanted_parts, actual_parts, strict=True))


OPERATORS = (
    Operator("ArnEquals", _compare, wildcards=True),
    Operator("ArnLike", _compare, wildcards=True),
    Operator("ArnNotEquals", _compare, negated=True, wildcards=True),
    Operator("ArnNotLike", _compare, negated=True, wildcards=True),
)
