"""How two values of policies about one key relate: whether what matches one always, or never, matches the other."""

from dynasec.iam.conditions.condition import Condition
from dynasec.iam.conditions.intervals import compare_intervals
from dynasec.iam.conditions.operator import Operator, Value
from dynasec.iam.matching import Pattern
from dynasec.iam.ternary import Ternary

_TEXT = frozenset({"StringEquals", "StringLike"})
_ARN_PARTS = 6
_EXACT = frozenset({"IpAddress", "Bool", "BinaryEquals"})
"""Operators whose own value stands for all values that match, as far as the same operator is concerned."""


def relate(one: Condition, value: str, other: Condition, wanted: str) -> Ternary:
    """Say of every text that matches `value` by `one`'s operator whether it matches `wanted` by `other`'s.

    TRUE: all do. FALSE: none does. UNKNOWN: some may, or it is not known. Values with open variables relate to nothing.
    """
    left, right = one.test.operator, other.test.operator
    if "${" in value or "${" in wanted:
        same = left is right and value == wanted and one.variables == other.variables
        return Ternary.TRUE if same else Ternary.UNKNOWN
    if left is right and value == wanted:
        return Ternary.TRUE if readable(right, wanted) else Ternary.UNKNOWN
    ordered = compare_intervals(left, value, right, wanted)
    if ordered is not None:
        return ordered
    stands_for = _as_value(left, value, right)
    if stands_for is None:
        return Ternary.UNKNOWN
    answer = right.compare(stands_for, Pattern.of(wanted, wildcards=right.wildcards))
    if answer is Ternary.FALSE and left is right and left.name == "IpAddress":
        # Not within, but perhaps around: of two ranges, one holds the other or they are disjoint.
        around = right.compare(wanted, Pattern.literally(value))
        return Ternary.UNKNOWN if around is Ternary.TRUE else answer
    return answer


def readable(operator: Operator, value: str) -> bool:
    """Whether the operator can make sense of a policy's value; numbers, dates and addresses may be misspelled."""
    if operator.name == "ArnLike":
        return value == "*" or len(Pattern.of(value).split(":", _ARN_PARTS)) == _ARN_PARTS
    if operator.wildcards or operator.name in {"StringEquals", "StringEqualsIgnoreCase"}:
        return True
    return operator.compare(value, Pattern.literally(value)) is not Ternary.UNKNOWN


def _as_value(left: Operator, value: str, right: Operator) -> Value | None:
    """Write all texts that match `value` as one value of a request, readable by the other operator."""
    ignoring_case = left.name == right.name == "StringEqualsIgnoreCase"
    if ignoring_case or (left.name == "StringEquals" and right.name == "ArnLike"):
        return value
    if left.name in _TEXT and right.name in _TEXT | {"StringEqualsIgnoreCase"}:
        return Pattern.of(value, wildcards=left.wildcards)
    if left.name == "ArnLike" and right.name in _TEXT | {"ArnLike"}:
        pattern = Pattern.of(value)
        return pattern if len(pattern.split(":", _ARN_PARTS)) == _ARN_PARTS else None
    return value if left is right and left.name in _EXACT and readable(left, value) else None
