"""What is handed to whoever shows it: the lines of one table, or the whole account's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dynasec.access.row import Row, Standing
from dynasec.iam.actions import Capability
from dynasec.model.snapshot import Snapshot
from dynasec.model.table import Table


@dataclass(frozen=True, slots=True)
class TableAnswer:
    """Who can do what to one table. `caveats` are what may make the lines wrong, in sentences."""

    snapshot: Snapshot
    table: Table
    rows: tuple[Row, ...]
    caveats: tuple[str, ...]

    @property
    def granted(self) -> TableAnswer:
        """The same without the lines of what is denied."""
        rows = tuple(row for row in self.rows if row.decision is not Standing.DENIED)
        return TableAnswer(self.snapshot, self.table, rows, self.caveats)

    @property
    def incomplete(self) -> bool:
        """Whether some answer is open because something could not be read."""
        return any(row.decision is Standing.UNKNOWN for row in self.rows)


@dataclass(frozen=True, slots=True)
class Group:
    """Principals that can do the same to each of some tables; what is not among `standings` is denied."""

    principals: tuple[str, ...]
    tables: tuple[Table, ...]
    standings: Mapping[Capability, Standing]


@dataclass(frozen=True, slots=True)
class MatrixAnswer:
    """Who can do what to which table, in the whole account; pairs of which everything is denied are left out."""

    snapshot: Snapshot
    groups: tuple[Group, ...]
    caveats: tuple[str, ...]
    principals: int
    tables: int

    @property
    def incomplete(self) -> bool:
        """Whether some answer is open because something could not be read."""
        return any(Standing.UNKNOWN in group.standings.values() for group in self.groups)


@dataclass(frozen=True, slots=True)
class Terms:
    """The surest answer for a capability. Where it is open, `alternatives` are the sets of conditions, in words, of which one must hold."""

    standing: Standing
    alternatives: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class TermsGroup:
    """Principals that can do the same to each of some tables on the same terms; what is not among `terms` is denied."""

    principals: tuple[str, ...]
    tables: tuple[Table, ...]
    terms: Mapping[Capability, Terms]
