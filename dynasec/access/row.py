"""One line of the answer: what a principal can do to a table, under which conditions, by which path, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from dynasec.iam.actions import Capability


class Standing(StrEnum):
    """Whether a principal can do it. The order of the members is the order of how sure it can."""

    ALLOWED = "allowed"
    CONDITIONAL = "conditional"
    UNKNOWN = "unknown"
    DENIED = "denied"

    @property
    def rank(self) -> int:
        """0 for allowed to 3 for denied."""
        return _RANKS[self]


_RANKS = {standing: rank for rank, standing in enumerate(Standing)}


class PrincipalType(StrEnum):
    """What kind of principal a row is about."""

    USER = "user"
    ROLE = "role"
    ROOT = "root"
    SESSION = "session"
    ACCOUNT = "account"
    """Any principal of a foreign account."""
    ANYONE = "anyone"
    """Any principal of any account that no policy names."""
    SERVICE = "service"
    FEDERATED = "federated"
    FUNCTION = "function"
    """A Lambda function that an event source mapping feeds with the stream."""


@dataclass(frozen=True, slots=True)
class Grant:
    """An answer for one or more actions, without whose and for what.

    `conditions` must all hold, in words. `via` are the steps of the path; the last ones say whether identity or resource policies
    allow it. `because` are the statements that decide, a line each.
    """

    standing: Standing
    conditions: tuple[str, ...] = ()
    via: tuple[str, ...] = ()
    because: tuple[str, ...] = ()

    def after(self, step: str, first: Grant) -> Grant:
        """Return the answer of whoever must take a step first."""
        return Grant(
            max(self.standing, first.standing, key=lambda standing: standing.rank),
            distinct((*first.conditions, *self.conditions)),
            (*first.via, step, *self.via),
            distinct((*first.because, *self.because)),
        )

    @property
    def preference(self) -> tuple[int, int, int, tuple[str, ...]]:
        """Sort key: the surer and shorter path first."""
        return self.standing.rank, len(self.via), len(self.conditions), self.via


@dataclass(frozen=True, slots=True)
class Row:
    """A line. `actions` are those of the capability to which the answer applies; `resources` say on what of the table.

    `principal` is an ARN, a service's or identity provider's name, or `*`. `external`: it does not belong to the account.
    """

    principal: str
    principal_type: PrincipalType
    capability: Capability
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    grant: Grant
    external: bool = False

    @property
    def decision(self) -> Standing:
        """The answer."""
        return self.grant.standing


def distinct(lines: Iterable[str]) -> tuple[str, ...]:
    """Return the lines in their order, each once."""
    return tuple(dict.fromkeys(lines))
