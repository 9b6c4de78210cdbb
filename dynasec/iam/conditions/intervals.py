"""Numbers and dates as intervals: whether one comparison implies or excludes another."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from dynasec.iam.conditions import dates, numeric
from dynasec.iam.conditions.operator import Operator
from dynasec.iam.ternary import Ternary

_READERS: dict[str, Callable[[str], Decimal | datetime | None]] = {
    "Numeric": numeric.read,
    "Date": dates.read,
}
_COMPARISONS = ("Equals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
_NAMES = {family + comparison: (family, comparison) for family in _READERS for comparison in _COMPARISONS}


def compare_intervals(left: Operator, value: str, right: Operator, wanted: str) -> Ternary | None:
    """Compare two orderings of one family: TRUE within, FALSE disjoint, UNKNOWN otherwise; None for other operators."""
    one, other = _NAMES.get(left.name), _NAMES.get(right.name)
    if one is None or other is None or one[0] != other[0]:
        return None
    read = _READERS[one[0]]
    a, b = read(value), read(wanted)
    if a is None or b is None:
        return Ternary.UNKNOWN
    # Both ends of both intervals, as places on one line: 3 * rank of the value, a bit before or after it.
    points = _sorted(a, b)
    first, last = -1, 3 * len(points) + 1
    low, high = _ends(one[1], 3 * points.index(a), first, last)
    wanted_low, wanted_high = _ends(other[1], 3 * points.index(b), first, last)
    if wanted_low <= low and high <= wanted_high:
        return Ternary.TRUE
    disjoint = high < wanted_low or wanted_high < low
    return Ternary.FALSE if disjoint else Ternary.UNKNOWN


def _ends(comparison: str, place: int, first: int, last: int) -> tuple[int, int]:
    """Return the first and the last place that a comparison with the value at `place` lets through."""
    return {
        "Equals": (place, place),
        "LessThan": (first - 1, place - 1),
        "LessThanEquals": (first - 1, place),
        "GreaterThan": (place + 1, last + 1),
        "GreaterThanEquals": (place, last + 1),
    }[comparison]


def _sorted(a: Decimal | datetime, b: Decimal | datetime) -> list[Decimal | datetime]:
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        return [*sorted({a, b})]
    if isinstance(a, datetime) and isinstance(b, datetime):
        return [*sorted({a, b})]
    message = "numbers and dates do not compare"
    raise TypeError(message)
