"""The Date operators: ISO 8601 as in the W3C's profile (a year alone suffices), or seconds since 1970."""

import operator
import re
from datetime import UTC, datetime

from dynasec.iam.conditions.operator import Operator, read_both

_SECONDS = re.compile(r"-?\d{5,12}(\.\d{1,9})?", re.ASCII)
_PARTIAL = re.compile(r"\d{4}(-\d{2})?", re.ASCII)
_LONGEST = 40


def read(text: str) -> datetime | None:
    """Read a moment; None when it is none."""
    if len(text) > _LONGEST:
        return None
    try:
        if _SECONDS.fullmatch(text):
            return datetime.fromtimestamp(float(text), UTC)
        if _PARTIAL.fullmatch(text):
            text = (text + "-01-01")[: len("2000-01-01")]
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None


OPERATORS = (
    Operator("DateEquals", read_both(read, operator.eq)),
    Operator("DateNotEquals", read_both(read, operator.eq), negated=True),
    Operator("DateLessThan", read_both(read, operator.lt)),
    Operator("DateLessThanEquals", read_both(read, operator.le)),
    Operator("DateGreaterThan", read_both(read, operator.gt)),
    Operator("DateGreaterThanEquals", read_both(read, operator.ge)),
)
