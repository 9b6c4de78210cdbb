"""Access as JSON, schema `dynasec.access/v1`: of one table row by row, of the account by groups of principals and tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from dynasec import __version__
from dynasec.access.answer import Group, MatrixAnswer, TableAnswer
from dynasec.access.row import Row
from dynasec.iam.actions import Capability

SCHEMA: Final = "dynasec.access/v1"


def table_pieces(answer: TableAnswer, why: bool) -> Iterator[str]:  # noqa: FBT001 - one signature for all formats
    """Yield the document, a row a line, pure ASCII. The statements that decide are always in it."""
    del why
    head = {**_head(answer), "table": answer.table.arn}
    yield from _document(head, "rows", map(_row, answer.rows))


def matrix_pieces(answer: MatrixAnswer) -> Iterator[str]:
    """Yield the document, a group a line. A pair of principal and table that is in no group has no access."""
    head = {**_head(answer), "principals": answer.principals, "tables": answer.tables}
    yield from _document(head, "groups", map(_group, answer.groups))


def _head(answer: TableAnswer | MatrixAnswer) -> dict[str, Any]:
    snapshot = answer.snapshot
    return {
        "schema": SCHEMA,
        "tool": {"name": "dynasec", "version": __version__},
        "account": snapshot.account.id,
        "taken_at": snapshot.taken_at.isoformat().replace("+00:00", "Z"),
        "incomplete": answer.incomplete,
        "caveats": list(answer.caveats),
    }


def _document(head: Mapping[str, Any], name: str, entries: Iterator[dict[str, Any]]) -> Iterator[str]:
    yield "{\n"
    for key, value in head.items():
        yield f' "{key}": {json.dumps(value)},\n'
    yield f' "{name}": ['
    separator = "\n  "
    for entry in entries:
        yield separator + json.dumps(entry)
        separator = ",\n  "
    yield "\n ]\n}\n"


def _row(row: Row) -> dict[str, Any]:
    return {
        "principal": row.principal,
        "principal_type": row.principal_type.value,
        "external": row.external,
        "capability": row.capability.value,
        "actions": list(row.actions),
        "resources": list(row.resources),
        "decision": row.decision.value,
        "conditions": list(row.grant.conditions),
        "via": list(row.grant.via),
        "because": list(row.grant.because),
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "principals": list(group.principals),
        "tables": [table.arn for table in group.tables],
        "capabilities": {
            capability.value: group.standings[capability].value
            for capability in Capability
            if capability in group.standings
        },
    }
