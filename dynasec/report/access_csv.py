"""Access as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dynasec.access.answer import MatrixAnswer, TableAnswer
from dynasec.access.row import Standing
from dynasec.iam.actions import Capability
from dynasec.report.csv_line import line

_COLUMNS: Final = (
    "table",
    "principal",
    "principal_type",
    "external",
    "capability",
    "decision",
    "actions",
    "resources",
    "conditions",
    "via",
    "because",
)


def table_pieces(answer: TableAnswer, why: bool) -> Iterator[str]:  # noqa: FBT001 - one signature for all formats
    """Yield a line per row. The statements that decide are always in it."""
    del why
    yield line(_COLUMNS)
    for row in answer.rows:
        yield line(
            (
                answer.table.arn,
                row.principal,
                row.principal_type,
                "true" if row.external else "false",
                row.capability,
                row.decision,
                " ".join(row.actions),
                " ".join(row.resources),
                "; ".join(row.grant.conditions),
                " > ".join(row.grant.via),
                "; ".join(row.grant.because),
            )
        )


def matrix_pieces(answer: MatrixAnswer) -> Iterator[str]:
    """Yield a line per principal and table, a column per capability; pairs without any access are left out."""
    yield line(("principal", "table", *Capability))
    for group in answer.groups:
        cells = [group.standings.get(capability, Standing.DENIED) for capability in Capability]
        for principal in group.principals:
            for table in group.tables:
                yield line((principal, table.arn, *cells))
