"""A value read from AWS, or the reason why it could not be read. Unknown is a status, never a default.

Everything the audit knows is either a `Fact` (one value) or a `Listing` (all things of a kind in one place). A check asks
`fact.known()`; where the value is missing that raises `Unknown`, and the engine answers UNKNOWN with the gap as evidence. So a
denied read cannot be mistaken for "off".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")
S = TypeVar("S")

NOT_COLLECTED = "NotCollected"
MALFORMED = "Malformed"
DEADLINE_EXCEEDED = "DeadlineExceeded"
"""The code of a gap where time ran out before the call was answered."""

UNREADABLE: Final = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What reading an answer of an unexpected shape can raise: a missing member, another type, a number or a nesting out of bounds."""


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """Something that could not be read.

    `operation` is the API call ("dynamodb:DescribeTable"), `code` AWS's error code or one of ours, `message` what was said,
    `region` where; empty for what belongs to no Region.
    """

    operation: str
    code: str
    message: str = ""
    region: str = ""

    def __str__(self) -> str:
        return f"{self.operation}: {self.code}"


class Unknown(Exception):  # noqa: N818 - it is an answer, not an error: the third status of a control
    """A fact that an answer needs is missing. Carries every gap that stands in the way."""

    def __init__(self, *gaps: Gap) -> None:
        super().__init__(", ".join(str(gap) for gap in gaps))
        self.gaps = gaps


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """One value as AWS told it, or a gap. `Fact(None)` is the observation that there is none."""

    value: T | None = None
    gap: Gap | None = None

    def known(self) -> T:
        """Return the value.

        Raises:
            Unknown: it could not be read.

        """
        if self.gap is not None:
            raise Unknown(self.gap)
        return self.value  # type: ignore[return-value] # T includes None where None is an observation

    @property
    def observed(self) -> bool:
        """Whether the value was read."""
        return self.gap is None

    def map(self, parse: Callable[[T], S], operation: str) -> Fact[S]:
        """Apply `parse` to an observed value; what it cannot read (`UNREADABLE`), or misses itself, becomes a gap."""
        if self.gap is not None:
            return Fact(gap=self.gap)
        try:
            return Fact(parse(self.value))  # type: ignore[arg-type] # as in `known`
        except Unknown as missing:
            return Fact(gap=missing.gaps[0])
        except UNREADABLE as problem:
            return Fact(gap=malformed(operation, problem))


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """All things of a kind in one place, or those that could be read and the gap that hides the rest."""

    items: tuple[T, ...] = ()
    gap: Gap | None = None

    def complete(self) -> tuple[T, ...]:
        """Return all items.

        Raises:
            Unknown: some could not be read, so nothing may be said about "all" or "none".

        """
        if self.gap is not None:
            raise Unknown(self.gap)
        return self.items


def unread(operation: str) -> Fact[Any]:
    """Return the fact that nobody asked for yet: no selected check reads `operation`."""
    return Fact(gap=Gap(operation, NOT_COLLECTED, "no selected control reads it"))


def unlisted(operation: str) -> Listing[Any]:
    """Return the listing that nobody asked for yet."""
    return Listing(gap=Gap(operation, NOT_COLLECTED, "no selected control reads it"))


def malformed(operation: str, problem: Exception | str, region: str = "") -> Gap:
    """Return the gap of an answer that came but cannot be read."""
    text = problem if isinstance(problem, str) else f"{type(problem).__name__}: {problem}"
    return Gap(operation, MALFORMED, " ".join(text.split())[:300], region)


@dataclass(slots=True)
class Gaps:
    """Gathers gaps while looking for one positive among many: only if none is found do they matter.

    "Some trail logs this table" may pass although another trail cannot be read; "no trail does" may not be said then.
    """

    found: list[Gap] = field(default_factory=list[Gap])

    def of(self, fact: Fact[T]) -> T | None:
        """Return the value, or None after noting the gap."""
        if fact.gap is not None:
            self.found.append(fact.gap)
            return None
        return fact.value

    def items(self, listing: Listing[T]) -> tuple[T, ...]:
        """Return what is listed, after noting the gap if some is missing."""
        if listing.gap is not None:
            self.found.append(listing.gap)
        return listing.items

    def settle(self) -> None:
        """Say that no positive was found.

        Raises:
            Unknown: something was not read, so it may be there.

        """
        if self.found:
            raise Unknown(*self.found)
