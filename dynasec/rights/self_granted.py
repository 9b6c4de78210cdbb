"""What users and roles can give themselves of sensitive tables, worked out once for all of them, in the words of a verdict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dynasec.access import Access
from dynasec.access.escalation import Escalation, Escalations, Way, lines
from dynasec.access.row import Standing
from dynasec.model.fact import Gap, Gaps, Unknown
from dynasec.model.identity import IamPrincipal
from dynasec.model.table import Table
from dynasec.semantics.wording import counted

__all__ = ["Escalation", "SelfGranted", "evidence", "told"]

_SHOWN: Final = 25


class SelfGranted:
    """Answers about the tables that are sensitive. `gaps`: what hides tables, their sensitivity, or principals to take over."""

    def __init__(self, access: Access, is_sensitive: Callable[[Table], bool]) -> None:
        gaps = Gaps()
        tables: list[Table] = []
        for region in access.snapshot.regions:
            for table in gaps.items(region.tables):
                try:
                    tables += [table] if is_sensitive(table) else []
                except Unknown as missing:
                    gaps.found.extend(missing.gaps)
        gaps.items(access.snapshot.identity.users)
        gaps.items(access.snapshot.identity.roles)
        self.tables = tuple(tables)
        self.gaps: tuple[Gap, ...] = tuple(dict.fromkeys(gaps.found))
        self._access = access
        self._escalations = Escalations(access, tables)

    def of(self, principal: IamPrincipal) -> Escalation:
        """Return what a user or role can give itself."""
        return self._escalations.of(self._access.own[principal.arn])


def told(escalation: Escalation) -> str:
    """Say in a line what can be gained, and by what."""
    gained = sorted({arn for way in escalation.ways for arn in way.tables})
    names = gained[0].rpartition("/")[2] + (
        f" and {counted(len(gained) - 1, 'more table')}" if len(gained) > 1 else ""
    )
    first, *rest = escalation.ways
    more = f", or {len(rest)} more ways" if len(rest) > 1 else ", or one more way" if rest else ""
    return f"may give itself the items of {names} by {_words(first)}{more}"


def evidence(escalation: Escalation) -> dict[str, object]:
    """Return what can be gained, the first ways to it and their number as JSON; each of very many tells nothing more."""
    return {
        "gained": sorted({arn for way in escalation.ways for arn in way.tables}),
        "ways": lines(escalation.ways[:_SHOWN]),
        "ways_in_all": len(escalation.ways),
    }


def _words(way: Way) -> str:
    if way.conditions:
        return f"{way.step} ({' and '.join(way.conditions)})"
    return f"{way.step} (under conditions on the table)" if way.standing is Standing.CONDITIONAL else way.step
