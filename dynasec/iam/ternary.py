"""Three-valued logic: what can be said when not every fact is known (strong Kleene logic)."""

import enum
from collections.abc import Iterable


class Ternary(enum.Enum):
    """True, false, or not decided by what is known."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, value: bool) -> "Ternary":  # noqa: FBT001 - the value is the whole message
        """Lift a plain truth value."""
        return cls.TRUE if value else cls.FALSE

    def negated(self) -> "Ternary":
        """Logical NOT; what is unknown stays unknown."""
        if self is Ternary.UNKNOWN:
            return self
        return Ternary.of(self is Ternary.FALSE)


def all_of(values: Iterable[Ternary]) -> Ternary:
    """Logical AND: one FALSE decides; TRUE for no values at all."""
    answer = Ternary.TRUE
    for value in values:
        if value is Ternary.FALSE:
            return value
        if value is Ternary.UNKNOWN:
            answer = value
    return answer


def any_of(values: Iterable[Ternary]) -> Ternary:
    """Logical OR: one TRUE decides; FALSE for no values at all."""
    answer = Ternary.FALSE
    for value in values:
        if value is Ternary.TRUE:
            return value
        if value is Ternary.UNKNOWN:
            answer = value
    return answer
