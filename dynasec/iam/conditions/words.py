"""A condition in words, for findings."""

from dynasec.iam.conditions.condition import Condition
from dynasec.iam.conditions.registry import Qualifier

_PHRASES = {
    "StringEquals": "is",
    "StringNotEquals": "is not",
    "StringEqualsIgnoreCase": "is (in any case)",
    "StringNotEqualsIgnoreCase": "is not (in any case)",
    "StringLike": "is like",
    "StringNotLike": "is not like",
    "ArnEquals": "is like",
    "ArnLike": "is like",
    "ArnNotEquals": "is not like",
    "ArnNotLike": "is not like",
    "NumericEquals": "equals",
    "NumericNotEquals": "does not equal",
    "NumericLessThan": "is less than",
    "NumericLessThanEquals": "is at most",
    "NumericGreaterThan": "is greater than",
    "NumericGreaterThanEquals": "is at least",
    "DateEquals": "is",
    "DateNotEquals": "is not",
    "DateLessThan": "is before",
    "DateLessThanEquals": "is not after",
    "DateGreaterThan": "is after",
    "DateGreaterThanEquals": "is not before",
    "Bool": "is",
    "BinaryEquals": "is",
    "IpAddress": "is in",
    "NotIpAddress": "is not in",
}
_SHOWN = 5


def describe(condition: Condition) -> str:
    """Say what a condition demands: `aws:SourceVpce is vpce-1 or vpce-2`."""
    if condition.test.operator.tests_presence:
        absent = any(value.lower() == "true" for value in condition.values)
        return f"{condition.key} is {'absent' if absent else 'present'}"
    values = list(condition.values[:_SHOWN])
    if len(condition.values) > _SHOWN:
        values.append(f"{len(condition.values) - _SHOWN} more")
    words = (
        f"{condition.key} {_PHRASES[condition.test.operator.name]} {' or '.join(values) or 'one of nothing'}"
    )
    if condition.test.qualifier is Qualifier.FOR_ALL_VALUES:
        words = f"every value of {words}, or there is none"
    elif condition.test.qualifier is Qualifier.FOR_ANY_VALUE:
        words = f"some value of {words}"
    if condition.test.if_exists:
        words += " (only where the key exists)"
    return words
