"""Turns deletion protection on.

## What it does
`UpdateTable` with `DeletionProtectionEnabled: true`; nothing else of the table is touched.

## Safety
Clients notice nothing: reads and writes go on. What deletes the table on purpose (a stack that is torn down, a test that cleans up) is
refused until protection is off again.

## Undo
Exact: protection is turned off again.
"""

from collections.abc import Iterator

from dynasec.check import Context
from dynasec.drafting.tables import same_table, table_is
from dynasec.model.fact import Fact
from dynasec.model.table import Table
from dynasec.remediation import Call, Draft, Identity, Remediation, Risk, UndoClass

remediation = Remediation(
    subject=Table,
    title="Turn deletion protection on",
    controls=("deletion-protection",),
    risk=Risk.ADDITIVE,
    undo=UndoClass.EXACT,
)


@remediation.each
def plan(table: Table, _: Context) -> Iterator[Draft]:
    """Draft the one call."""
    description = table.description.known()
    protected = description.model_copy(update={"deletion_protection_enabled": True})
    yield Draft(
        resource=table.arn,
        region=table.region,
        summary=f"turn deletion protection of {table.name} on",
        before={"DeletionProtectionEnabled": False},
        after={"DeletionProtectionEnabled": True},
        expect=(same_table(table), table_is(table, DeletionProtectionEnabled=False)),
        calls=(_switch(table, on=True, undo=(_switch(table, on=False),)),),
        verify=(table_is(table, TableStatus="ACTIVE", DeletionProtectionEnabled=True),),
        replaces=((table.description, Fact(protected)),),
    )


def _switch(table: Table, *, on: bool, undo: tuple[Call, ...] = ()) -> Call:
    return Call(
        operation="dynamodb:UpdateTable",
        params={"TableName": table.name, "DeletionProtectionEnabled": on},
        identity=Identity.SET_STATE,
        done=table_is(table, DeletionProtectionEnabled=on),
        settled=table_is(table, TableStatus="ACTIVE"),
        undo=undo,
    )
