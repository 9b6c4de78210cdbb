"""Who can read a table's items, counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from dynasec.access import Access
from dynasec.access.beyond import Beyond, beyond
from dynasec.access.principals import ANYONE
from dynasec.model.fact import Unknown
from dynasec.model.table import Table
from dynasec.rights.duties import Duties
from dynasec.rights.limited_access import Limits, short_names, told, unless_forbidden

READING: Final = frozenset(
    f"dynamodb:{name}"
    for name in ("GetItem", "BatchGetItem", "Query", "Scan", "PartiQLSelect", "SearchVectors")
)
"""The actions that return items. `TransactGetItems` is `GetItem` to IAM; a condition check returns none."""


@dataclass(frozen=True, slots=True)
class Readers:
    """The readers beside declared administrators."""

    found: Beyond

    @property
    def uncounted(self) -> tuple[str, ...]:
        """Those that stand for any number of principals: another account, or anyone."""
        return tuple(name for name in self.found.principals if is_many(name))

    def excess(self, limit: int) -> str | None:
        """Say that there are more readers than allowed, and by what most of them are; None where it is not known that there are."""
        count = len(self.found.principals)
        many = self.uncounted
        if many:
            reason = f"{short_names(many)} may read it, more than can be counted; {told(self.found.holders)}"
        elif count > limit:
            reason = f"{count} principals may read it, {limit} are allowed: {told(self.found.holders)}"
        else:
            return None
        return unless_forbidden(reason, self.found.above)

    def count(self, limit: int) -> int:
        """Return their number where `excess` finds nothing.

        Raises:
            Unknown: something was not read that may add so many that there are more than allowed.

        """
        found = self.found
        most = len(found.principals) + len(found.open)
        if found.hidden or (found.open and (most > limit or any(map(is_many, found.open)))):
            raise Unknown(*found.gaps)
        return len(found.principals)

    @property
    def evidence(self) -> dict[str, Any]:
        """Everybody, with causes, as JSON."""
        return {"readers": list(self.found.principals), **Limits(self.found, declared=True).evidence}


def readers_of(table: Table, access: Access, duties: Duties) -> Readers:
    """Return who can read a table's items."""
    return Readers(beyond(access, table, READING, duties.is_declared_administrator))


def is_many(name: str) -> bool:
    """Whether a name stands for any number of principals: anyone, a whole account, or all identities of a provider."""
    return name == ANYONE or name.endswith(":root") or "-provider/" in name
