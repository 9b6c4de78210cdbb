"""Puts tables into a backup plan of AWS Backup.

## What it does
In each Region: `CreateBackupVault` and `CreateBackupPlan` named `dynasec-tables` (daily at 05:00 UTC, kept for 35 days) where they are not
there yet, then `CreateBackupSelection` that names the tables, with the role from `remedy.backup_role`. Other plans are not touched: which
of them a table should be in is for their owner to say.

## Safety
Reads, writes and capacity of tables are untouched. Backups cost by the gigabyte, every day one more until the oldest expires. The role is
one that AWS Backup may assume and that may back up tables; AWS refuses the selection where the caller may not pass it.

## Undo
Limited: the selection is deleted, and a plan that was made. A vault that was made stays, since it may hold backups by then.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence

from dynasec.arn import Arn
from dynasec.check import Context
from dynasec.drafting.backup_plan import (
    DAYS,
    LARGEST_SELECTION,
    NAME,
    make_plan,
    make_vault,
    plan_there,
    plans_after,
    role_is,
    select,
    selected,
)
from dynasec.drafting.prices import BACKUP, monthly, of_copy
from dynasec.model.fact import Unknown
from dynasec.model.region import Region
from dynasec.model.table import Table
from dynasec.remediation import (
    Advice,
    Cost,
    Draft,
    Failure,
    Json,
    Proposal,
    Remediation,
    Risk,
    UndoClass,
    result,
)
from dynasec.semantics.wording import counted

remediation = Remediation(
    subject=Table,
    title="Put the table into a backup plan",
    controls=("backup-plan",),
    risk=Risk.ADDITIVE,
    undo=UndoClass.LIMITED,
    reads=("backup:ListBackupVaults", "dynamodb:DescribeTable"),
)


@remediation.planner
def plan(failures: Sequence[Failure[Table]], context: Context) -> Iterator[Proposal]:
    """Draft one change for each Region and each 500 of its tables."""
    role = context.settings.remedy.backup_role
    if not role:
        for failure in failures:
            yield Advice(
                failure.subject.arn,
                "`remedy.backup_role` names no role for AWS Backup to assume",
                "name one there, or put the table into a plan of yours",
            )
        return
    regions: defaultdict[str, list[Table]] = defaultdict(list)
    for failure in failures:
        regions[failure.subject.region].append(failure.subject)
    for name, tables in sorted(regions.items()):
        region = context.snapshot.region(name)
        tables.sort(key=lambda one: one.arn)
        for start in range(0, len(tables), LARGEST_SELECTION):
            chunk = tables[start : start + LARGEST_SELECTION]
            try:
                yield _draft(region, chunk, role, first=start == 0)
            except Unknown as missing:
                how = "let dynasec read it, then plan again"
                yield from (Advice(one.arn, f"cannot be planned: {missing}", how) for one in chunk)


def _draft(region: Region, tables: Sequence[Table], role: str, *, first: bool) -> Draft:
    known = next((one for one in region.backup.plans.complete() if one.name == NAME), None)
    vaults = {one.name for one in region.backup.vaults.complete()}
    place = Arn.parse(tables[0].arn)
    vault = f"arn:{place.partition}:backup:{region.region}:{place.account}:backup-vault:{NAME}"
    own = f"add-to-backup-plan:{region.region}"
    plan_id: str | Json = known.id if known else result("plan", "BackupPlanId", of="" if first else own)
    arns = [one.arn for one in tables]
    name = f"dynasec-{hashlib.sha256(' '.join(arns).encode()).hexdigest()[:12]}"
    makes_plan = known is None and first
    made = [make_vault()] if first and NAME not in vaults else []
    made += [make_plan()] if makes_plan else []
    selection = {"SelectionName": name, "IamRoleArn": role, "Resources": arns}
    return Draft(
        resource=vault,
        region=region.region,
        summary=f"back up {counted(len(arns), 'table')} daily by the plan {NAME}: {_few([one.name for one in tables])}",
        before={"Resources": []},
        after={"Resources": arns},
        expect=(
            role_is(role),
            *((plan_there(0),) if makes_plan else ()),
            *((selected(known.id, name, 0),) if known else ()),
        ),
        calls=(*made, select(plan_id, selection)),
        verify=(selected(plan_id, name, 1),),
        replaces=((region.backup.plans, plans_after(region, known, selection)),),
        closes=tuple(arns),
        key=own if first else f"{own}:{name}",
        depends_on=() if first else (own,),
        loses="a vault that was made, and the backups in it, stay",
        cost=_cost(tables),
    )


def _cost(tables: Sequence[Table]) -> Cost | None:
    sizes = [of_copy(one, BACKUP) for one in tables]
    if any(one is None for one in sizes):
        return None
    low = sum(one.low for one in sizes if one is not None)
    high = sum(one.high for one in sizes if one is not None)
    return monthly(low, high * DAYS, BACKUP, basis=f"one copy at first, {DAYS} in the end")


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")  # noqa: PLR2004 - enough to see what it is about
