"""The Numeric operators: integers and decimal fractions."""

import operator
import re
from decimal import Decimal

from dynasec.iam.conditions.operator import Operator, read_both

# The lengths are bounded so that no foreign text makes arithmetic slow.
_NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?", re.ASCII)


def read(text: str) -> Decimal | None:
    """Read a number; None when it is none."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


OPERATORS = (
    Operator("NumericEquals", read_both(read, operator.eq)),
    Operator("NumericNotEquals", read_both(read, operator.eq), negated=True),
    Operator("NumericLessThan", read_both(read, operator.lt)),
    Operator("NumericLessThanEquals", read_both(read, operator.le)),
    Operator("NumericGreaterThan", read_both(read, operator.gt)),
    Operator("NumericGreaterThanEquals", read_both(read, operator.ge)),
)
