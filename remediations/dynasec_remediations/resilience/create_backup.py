"""Makes an on-demand backup of a table.

## What it does
`CreateBackup`, under a name that tells when the account was read. The backup holds the items and is encrypted with the table's present key.

## Safety
Reads, writes and capacity are untouched. One backup ages: a schedule, or point-in-time recovery, keeps the control satisfied. It costs by
the gigabyte until somebody deletes it.

## Undo
Exact: the backup is deleted.
"""

from collections.abc import Iterator

from dynasec.check import Context
from dynasec.drafting.prices import BACKUP, of_copy
from dynasec.drafting.tables import same_table, table_is
from dynasec.model.fact import Fact, Listing
from dynasec.model.table import Table, TableBackup
from dynasec.remediation import Call, Draft, Identity, Remediation, Risk, State, UndoClass, result

remediation = Remediation(
    subject=Table,
    title="Make an on-demand backup",
    controls=("recent-backup",),
    risk=Risk.ADDITIVE,
    undo=UndoClass.EXACT,
)

_ARN = "BackupDetails.BackupArn"


@remediation.each
def plan(table: Table, context: Context) -> Iterator[Draft]:
    """Draft the one call."""
    name = f"dynasec-{context.now:%Y%m%dT%H%M%SZ}"
    region = context.region(table)
    after = Listing((*region.table_backups.items, _to_be(table, name, context)), region.table_backups.gap)
    yield Draft(
        resource=table.arn,
        region=table.region,
        summary=f"make the backup {name} of {table.name}",
        before={"Backup": None},
        after={"Backup": name},
        expect=(same_table(table), table_is(table, TableStatus="ACTIVE"), _there(table, name, 0)),
        calls=(
            Call(
                operation="dynamodb:CreateBackup",
                name="backup",
                params={"TableName": table.name, "BackupName": name},
                identity=Identity.NAME,
                done=_there(table, name, 1),
                adopt={_ARN: f"{_found(name)}.BackupArn | [0]"},
                settled=_available(table, name),
                undo=(
                    Call(
                        operation="dynamodb:DeleteBackup",
                        params={"BackupArn": result("backup", _ARN)},
                        identity=Identity.SET_STATE,
                        done=_there(table, name, 0),
                    ),
                ),
            ),
        ),
        verify=(_available(table, name),),
        timeout_s=1800,
        replaces=((region.table_backups, after),),
        cost=of_copy(table, BACKUP),
    )


def _found(name: str) -> str:
    return f"BackupSummaries[?BackupName=='{name}' && BackupStatus!='DELETED']"


def _there(table: Table, name: str, number: int) -> State:
    facts = {f"length({_found(name)})": number}
    return State(operation="dynamodb:ListBackups", params={"TableName": table.name}, facts=facts)


def _available(table: Table, name: str) -> State:
    facts = {f"{_found(name)}.BackupStatus | [0]": "AVAILABLE"}
    return State(operation="dynamodb:ListBackups", params={"TableName": table.name}, facts=facts)


def _to_be(table: Table, name: str, context: Context) -> TableBackup:
    return TableBackup(
        table_arn=table.arn,
        backup_arn=f"{table.arn}/backup/{name}",
        backup_name=name,
        backup_status="AVAILABLE",
        backup_type="USER",
        backup_creation_date_time=context.now,
        encryption=Fact(table.description.known().sse),
    )
