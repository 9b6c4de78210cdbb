"""The Null operator: `"true"` demands that the key is absent, `"false"` that it is there."""

from dynasec.iam.conditions.operator import Operator, Value
from dynasec.iam.matching import Pattern
from dynasec.iam.ternary import Ternary


def _compare(value: Value, wanted: Pattern) -> Ternary:
    """Compare the key's absence, told as the value "true" or "false", with what the policy wants."""
    if (
        not isinstance(value, str)
        or wanted.literal is None
        or wanted.literal.lower() not in {"true", "false"}
    ):
        return Ternary.UNKNOWN
    return Ternary.of(value == wanted.literal.lower())


OPERATORS = (Operator("Null", _compare, tests_presence=True),)
