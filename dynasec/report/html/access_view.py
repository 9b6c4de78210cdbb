"""Who can do what to sensitive tables: groups of principals by groups of tables by capability, with conditions in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from dynasec.access import READS, Access
from dynasec.access.answer import Terms, TermsGroup
from dynasec.access.row import Standing
from dynasec.audit.report import Report
from dynasec.check import Context
from dynasec.iam.actions import Capability
from dynasec.model.fact import Unknown
from dynasec.model.table import Table

MOST_GROUPS: Final = 200
"""Groups shown, the most powerful first; the rest are counted."""
MOST_NAMES: Final = 40
"""Names of principals or tables shown of a group; the rest are counted."""
_MOST_ALTERNATIVES: Final = 4
_MARKS: Final = {Standing.ALLOWED: "yes", Standing.CONDITIONAL: "if", Standing.UNKNOWN: "?"}


@dataclass(frozen=True, slots=True)
class Names:
    """The first names of a group, and how many there are."""

    shown: tuple[str, ...]
    count: int

    @property
    def rest(self) -> int:
        """How many are not shown."""
        return self.count - len(self.shown)


@dataclass(frozen=True, slots=True)
class Cell:
    """What a group can do: `kind` is a standing, `mark` the word for it."""

    kind: str
    mark: str


@dataclass(frozen=True, slots=True)
class Condition:
    """Under which conditions, in words, a group can do something: one of the `alternatives` must hold, each with all its parts.

    `rest` alternatives are not shown.
    """

    capabilities: tuple[str, ...]
    alternatives: tuple[tuple[str, ...], ...]
    rest: int


@dataclass(frozen=True, slots=True)
class Line:
    """One group of principals and tables."""

    principals: Names
    tables: Names
    cells: tuple[Cell, ...]
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AccessView:
    """The matrix. `missing` names operations that were not asked for, without which there is no matrix; `left_out` groups are not shown."""

    missing: tuple[str, ...]
    capabilities: tuple[str, ...] = tuple(Capability)
    lines: tuple[Line, ...] = ()
    left_out: int = 0
    tables: int = 0
    caveats: tuple[str, ...] = ()


def access_view(report: Report) -> AccessView:
    """Return the matrix of the sensitive tables, or what stands in its way."""
    snapshot = report.snapshot
    missing = tuple(sorted(READS - set(snapshot.reads)))
    if missing:
        return AccessView(missing)
    context = Context(snapshot, report.settings)
    sensitive = {table.arn for table in snapshot.tables() if _is_sensitive(context, table)}
    access = Access(snapshot)
    groups = access.terms(lambda table: table.arn in sensitive) if sensitive else ()
    several = len({table.region for table in snapshot.tables() if table.arn in sensitive}) > 1
    lines = tuple(_line(group, snapshot.account.id, several=several) for group in groups[:MOST_GROUPS])
    return AccessView((), tuple(Capability), lines, len(groups) - len(lines), len(sensitive), access.caveats)


def _is_sensitive(context: Context, table: Table) -> bool:
    """Whether a table is sensitive, or may be."""
    try:
        return context.is_sensitive(table)
    except Unknown:
        return True


def _line(group: TermsGroup, account: str, *, several: bool) -> Line:
    principals = tuple(_short(one, account) for one in group.principals[:MOST_NAMES])
    tables = tuple(
        _told(group.tables[:MOST_NAMES]) if several else (one.name for one in group.tables[:MOST_NAMES])
    )
    return Line(
        Names(principals, len(group.principals)),
        Names(tables, len(group.tables)),
        tuple(_cell(group.terms.get(capability)) for capability in Capability),
        tuple(_conditions(group)),
    )


def _told(tables: Iterable[Table]) -> Iterator[str]:
    """Yield names, the first of each Region with the Region."""
    region = ""
    for table in tables:
        yield table.name if table.region == region else f"{table.region}: {table.name}"
        region = table.region


def _cell(terms: Terms | None) -> Cell:
    return Cell("denied", "–") if terms is None else Cell(terms.standing.value, _MARKS[terms.standing])


def _conditions(group: TermsGroup) -> Iterator[Condition]:
    """Yield conditions, each once with all capabilities that they are for."""
    found: dict[tuple[tuple[str, ...], ...], list[str]] = {}
    for capability, terms in group.terms.items():
        if terms.standing is not Standing.ALLOWED and any(terms.alternatives):
            found.setdefault(terms.alternatives, []).append(capability)
    for alternatives, capabilities in found.items():
        shown = alternatives[:_MOST_ALTERNATIVES]
        yield Condition(tuple(capabilities), shown, len(alternatives) - len(shown))


def _short(principal: str, account: str) -> str:
    """Return the account's own root, roles and users by kind and name, anything else as it is."""
    head, own, rest = principal.partition(f":iam::{account}:")
    kind, _, name = rest.partition("/")
    if not own or not head.startswith("arn:") or kind not in {"root", "role", "user"}:
        return principal
    return f"{kind} {name.rpartition('/')[2]}" if name else kind
