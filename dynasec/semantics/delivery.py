"""Whether something arrives, proven or not: the answer that every link of an alert's path gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from dynasec.model.fact import Gap, Unknown


class Outcome(StrEnum):
    """What can be said of a path."""

    DELIVERS = "delivers"
    BROKEN = "broken"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Delivery:
    """An outcome; `reason` names the very rule, target, topic, function, queue or key, and `gaps` what could not be read."""

    outcome: Outcome
    reason: str = ""
    gaps: tuple[Gap, ...] = ()

    @classmethod
    def works(cls, reason: str = "") -> Delivery:
        """Say that it arrives."""
        return cls(Outcome.DELIVERS, reason)

    @classmethod
    def broken(cls, reason: str) -> Delivery:
        """Say that it does not, and why."""
        return cls(Outcome.BROKEN, reason)

    @classmethod
    def unknown(cls, *gaps: Gap) -> Delivery:
        """Say that a fact is missing."""
        return cls(Outcome.UNKNOWN, "; ".join(dict.fromkeys(gap.message or str(gap) for gap in gaps)), gaps)


def attempt(link: Callable[[], Delivery]) -> Delivery:
    """Ask one link, and take a fact that it misses for its answer."""
    try:
        return link()
    except Unknown as missing:
        return Delivery.unknown(*missing.gaps)


def chain(links: Iterable[Delivery]) -> Delivery:
    """Combine links that all have to hold: one that is broken decides, whatever is not known of the others.

    Raises:
        ValueError: there are none.

    """
    return _decided(tuple(links), (Outcome.BROKEN, Outcome.UNKNOWN, Outcome.DELIVERS))


def best(paths: Iterable[Delivery]) -> Delivery:
    """Combine paths of which one is enough: one that delivers decides, whatever is not known of the others.

    Raises:
        ValueError: there are none.

    """
    return _decided(tuple(paths), (Outcome.DELIVERS, Outcome.UNKNOWN, Outcome.BROKEN))


def _decided(parts: tuple[Delivery, ...], precedence: tuple[Outcome, ...]) -> Delivery:
    outcome = min((part.outcome for part in parts), key=precedence.index)
    decisive = [part for part in parts if part.outcome is outcome]
    reasons = dict.fromkeys(part.reason for part in decisive if part.reason)
    gaps = dict.fromkeys(gap for part in decisive for gap in part.gaps)
    return Delivery(outcome, "; ".join(reasons), tuple(gaps))
