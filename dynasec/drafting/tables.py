"""States of a table that remediations expect, wait for and verify."""

from __future__ import annotations

from datetime import UTC

from dynasec.change import State
from dynasec.model.fact import Unknown, malformed
from dynasec.model.table import Table

_DESCRIBE = "dynamodb:DescribeTable"


def table_is(table: Table, **facts: object) -> State:
    """Return the state in which members of `DescribeTable` have these values; names are AWS's, `SSEDescription__Status` is a path."""
    return State(
        operation=_DESCRIBE,
        params={"TableName": table.name},
        facts={f"Table.{name.replace('__', '.')}": value for name, value in facts.items()},
    )


def same_table(table: Table) -> State:
    """Return the state in which the table is the very one that was audited, not another that was made under its name since.

    Raises:
        Unknown: neither its id nor when it was created was read.

    """
    description = table.description.known()
    created = description.creation_date_time
    marks = {
        "TableId": description.table_id,
        "CreationDateTime": None if created is None else created.astimezone(UTC).isoformat(),
    }
    known = {name: mark for name, mark in marks.items() if mark is not None}
    if not known:
        raise Unknown(malformed(_DESCRIBE, "no TableId"))
    return table_is(table, **known).model_copy(update={"always": True})
