"""Who can do something to a table beside those who are meant to: the declared ones, and whoever else the caller sets apart.

What is conditional counts as possible, what is unknown does not count but is told as a gap. Root and the roles of AWS's services are
aside: neither can be limited by the account's own policies alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from dynasec.access.account import Access
from dynasec.access.principals import ANYONE, Who
from dynasec.access.questions import questions
from dynasec.access.reach import Cause
from dynasec.access.row import Standing, distinct
from dynasec.iam.matching import Pattern
from dynasec.iam.principals import ACCOUNT_ID
from dynasec.model.fact import Gap, Unknown
from dynasec.model.table import Table

_ACCOUNT: Final = 4
"""The place of the account in an ARN."""


@dataclass(frozen=True, slots=True)
class Holders:
    """Principals that can do the same for the same reason; sorted names."""

    principals: tuple[str, ...]
    cause: Cause


@dataclass(frozen=True, slots=True)
class Beyond:
    """The answer. Principals are named once among `principals`, however many causes they have.

    `apart`: those who can and are meant to. `open`: those of whom it is not known, since something was not read; `gaps` say what, and
    what hides further principals, which `hidden` says alone. `above`: what was not read of the organisation and may forbid what was found.
    """

    sure: tuple[Holders, ...] = ()
    possible: tuple[Holders, ...] = ()
    apart: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    hidden: tuple[Gap, ...] = ()
    above: tuple[Gap, ...] = ()

    @property
    def holders(self) -> tuple[Holders, ...]:
        """All of them, the sure ones first."""
        return (*self.sure, *self.possible)

    @property
    def principals(self) -> tuple[str, ...]:
        """The names of all that can, surely or under conditions; sorted."""
        return tuple(sorted({name for one in self.holders for name in one.principals}))


def beyond(access: Access, table: Table, actions: frozenset[str], is_apart: Callable[[Who], bool]) -> Beyond:
    """Return who can use one of some actions on a table or a part of it. `is_apart` may raise Unknown: then its principal is open."""
    found: dict[Cause, list[str]] = {}
    apart: list[str] = []
    undecided: list[str] = []
    parts = {part for question in questions() if question.action in actions for part in question.parts}
    hidden = sorted(set(access.hidden(table, parts)))
    gaps = list(hidden)
    for reach in access.reaches.on(table):
        standing = reach.standing(actions)
        if standing is Standing.DENIED:
            continue
        meant, others, unclear = _sorted(reach.people, is_apart, gaps)
        undecided += unclear
        if standing is Standing.UNKNOWN and others:
            undecided += others
            gaps += access.reaches.gaps(reach, actions)
        elif standing is not Standing.UNKNOWN:
            apart += meant
            for cause in access.reaches.causes(reach, actions) if others else ():
                found.setdefault(cause, []).extend(others)
    return Beyond(
        _of(found, Standing.ALLOWED),
        _of(found, Standing.CONDITIONAL),
        tuple(sorted(apart)),
        tuple(sorted(undecided)),
        tuple(sorted(set(gaps))),
        tuple(hidden),
        access.above.gaps,
    )


def _sorted(
    people: Iterable[Who], is_apart: Callable[[Who], bool], gaps: list[Gap]
) -> tuple[list[str], list[str], list[str]]:
    """Return the names of those who are apart, of the others, and of those of whom that is not known."""
    meant: list[str] = []
    others: list[str] = []
    unclear: list[str] = []
    for who in people:
        try:
            (meant if is_apart(who) else others).append(who.name)
        except Unknown as missing:
            unclear.append(who.name)
            gaps += missing.gaps
    return meant, others, unclear


def is_declared(who: Who, globs: Iterable[str], account: str) -> bool:
    """Whether one of some globs names a principal, or the role whose session it is.

    A foreigner is named only by a glob that spells its account: `arn:aws:iam::*:role/admin` means the account's own roles. A service or
    provider without account is named by its whole name, anyone by nothing.
    """
    return any(_names(glob, name, account) for glob in globs for name in _called(who))


def _called(who: Who) -> tuple[str, ...]:
    return distinct((who.name, who.role.arn)) if who.role is not None else (who.name,)


def _names(glob: str, name: str, account: str) -> bool:
    if name == ANYONE:
        return False
    owner = name.split(":")[_ACCOUNT : _ACCOUNT + 1]
    if not owner or not ACCOUNT_ID.fullmatch(owner[0]):
        return glob == name
    spelled = owner[0] == account or glob.split(":")[_ACCOUNT : _ACCOUNT + 1] == owner
    return spelled and Pattern.of(glob).matches(name)


def _of(found: dict[Cause, list[str]], standing: Standing) -> tuple[Holders, ...]:
    """Return the holders of one standing, those of the most principals first."""
    chosen = [
        Holders(tuple(sorted(names)), cause) for cause, names in found.items() if cause.standing is standing
    ]
    return tuple(sorted(chosen, key=lambda one: (-len(one.principals), one.principals, one.cause.actions)))
