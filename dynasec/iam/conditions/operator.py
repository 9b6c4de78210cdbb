"""What a condition operator is: how one value of the request compares with one value of the policy."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from dynasec.iam.matching import Pattern
from dynasec.iam.ternary import Ternary

T = TypeVar("T")

Value = str | Pattern
"""A value of the request: its text, or a pattern when only its shape is known."""

Comparison = Callable[[Value, Pattern], Ternary]
"""(value of the request, value of the policy) -> does the positive form of the operator hold?"""


@dataclass(frozen=True, slots=True, eq=False)
class Operator:
    """A condition operator without its set qualifier and `IfExists`. There is one object per operator.

    `compare` is the positive form; `negated` operators invert it. `wildcards`: `*` and `?` are special in the
    policy's values; `ignore_case`: both sides are compared in lower case. `tests_presence`: the operator
    (`Null`) asks whether the key is there, not what it holds.
    """

    name: str
    compare: Comparison = field(repr=False)
    negated: bool = False
    wildcards: bool = False
    ignore_case: bool = False
    tests_presence: bool = False


def read_both(read: Callable[[str], T | None], holds: Callable[[T, T], bool]) -> Comparison:
    """Build a comparison for values that must be read first (numbers, dates, addresses, ...).

    `read` answers None for text it cannot read. An unreadable value of the request matches nothing; with an
    unreadable value of the policy, or a request value of which only the shape is known, nothing is decided.
    """

    def compare(value: Value, wanted: Pattern) -> Ternary:
        expected = read(wanted.literal) if wanted.literal is not None else None
        if expected is None or not isinstance(value, str):
            return Ternary.UNKNOWN
        actual = read(value)
        return Ternary.of(actual is not None and holds(actual, expected))

    return compare
