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
from dynasec.drafting.prices import BACKUP, monthly, of_copy
from dynasec.model.backup import BackupPlan, BackupSelection, SelectionBody
from dynasec.model.fact import Fact, Listing, Unknown
from dynasec.model.region import Region
from dynasec.model.table import Table
from dynasec.remediation import (
    CHANGE_TAG_KEY,
    Advice,
    Call,
    Cost,
    Draft,
    Failure,
    Identity,
    Json,
    Proposal,
    Remediation,
    Risk,
    State,
    UndoClass,
    change_tag,
    result,
    token,
)

remediation = Remediation(
    subject=Table,
    title="Put the table into a backup plan",
    controls=("backup-plan",),
    risk=Risk.ADDITIVE,
    undo=UndoClass.LIMITED,
    reads=("backup:ListBackupVaults", "dynamodb:DescribeTable"),
)

_NAME = "dynasec-tables"
_DAYS = 35
_MOST = 500
"""How many ARNs a selection may name."""


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
        for start in range(0, len(tables), _MOST):
            chunk = tables[start : start + _MOST]
            try:
                yield _draft(region, chunk, role, first=start == 0)
            except Unknown as missing:
                how = "let dynasec read it, then plan again"
                yield from (Advice(one.arn, f"cannot be planned: {missing}", how) for one in chunk)


def _draft(region: Region, tables: Sequence[Table], role: str, *, first: bool) -> Draft:
    known = next((one for one in region.backup.plans.complete() if one.name == _NAME), None)
    vaults = {one.name for one in region.backup.vaults.complete()}
    place = Arn.parse(tables[0].arn)
    vault = f"arn:{place.partition}:backup:{region.region}:{place.account}:backup-vault:{_NAME}"
    own = f"add-to-backup-plan:{region.region}"
    plan_id: str | Json = known.id if known else result("plan", "BackupPlanId", of="" if first else own)
    arns = [one.arn for one in tables]
    name = f"dynasec-{hashlib.sha256(' '.join(arns).encode()).hexdigest()[:12]}"
    makes_plan = known is None and first
    made = [_make_vault()] if first and _NAME not in vaults else []
    made += [_make_plan()] if makes_plan else []
    selection = {"SelectionName": name, "IamRoleArn": role, "Resources": arns}
    return Draft(
        resource=vault,
        region=region.region,
        summary=f"back up {len(arns)} tables daily by the plan {_NAME}: {_few([one.name for one in tables])}",
        before={"Resources": []},
        after={"Resources": arns},
        expect=(
            _role(role),
            *((_plan_there(0),) if makes_plan else ()),
            *((_selected(known.id, name, 0),) if known else ()),
        ),
        calls=(*made, _select(plan_id, selection)),
        verify=(_selected(plan_id, name, 1),),
        replaces=((region.backup.plans, _plans_after(region, known, selection)),),
        closes=tuple(arns),
        key=own if first else f"{own}:{name}",
        depends_on=() if first else (own,),
        loses="a vault that was made, and the backups in it, stay",
        cost=_cost(tables),
    )


def _make_vault() -> Call:
    facts = {f"length(BackupVaultList[?BackupVaultName=='{_NAME}'])": 1}
    return Call(
        operation="backup:CreateBackupVault",
        params={
            "BackupVaultName": _NAME,
            "BackupVaultTags": {CHANGE_TAG_KEY: change_tag()},
            "CreatorRequestId": token("vault"),
        },
        identity=Identity.TOKEN,
        done=State(operation="backup:ListBackupVaults", params={}, facts=facts),
        permissions=("backup:TagResource", "backup-storage:MountCapsule", "kms:CreateGrant"),
    )


def _make_plan() -> Call:
    rule = {
        "RuleName": "daily",
        "TargetBackupVaultName": _NAME,
        "ScheduleExpression": "cron(0 5 ? * * *)",
        "Lifecycle": {"DeleteAfterDays": _DAYS},
    }
    back = Call(
        operation="backup:DeleteBackupPlan",
        params={"BackupPlanId": result("plan", "BackupPlanId")},
        identity=Identity.SET_STATE,
        done=_plan_there(0),
    )
    return Call(
        operation="backup:CreateBackupPlan",
        name="plan",
        params={
            "BackupPlan": {"BackupPlanName": _NAME, "Rules": [rule]},
            "BackupPlanTags": {CHANGE_TAG_KEY: change_tag()},
            "CreatorRequestId": token("plan"),
        },
        identity=Identity.TOKEN,
        done=_plan_there(1),
        adopt={"BackupPlanId": f"BackupPlansList[?BackupPlanName=='{_NAME}'].BackupPlanId | [0]"},
        undo=(back,),
        permissions=("backup:TagResource",),
    )


def _select(plan_id: str | Json, selection: Json) -> Call:
    name = selection["SelectionName"]
    back = Call(
        operation="backup:DeleteBackupSelection",
        params={"BackupPlanId": plan_id, "SelectionId": result("selection", "SelectionId")},
        identity=Identity.SET_STATE,
        done=_selected(plan_id, name, 0),
    )
    return Call(
        operation="backup:CreateBackupSelection",
        name="selection",
        params={
            "BackupPlanId": plan_id,
            "BackupSelection": selection,
            "CreatorRequestId": token("selection"),
        },
        identity=Identity.TOKEN,
        done=_selected(plan_id, name, 1),
        adopt={"SelectionId": f"BackupSelectionsList[?SelectionName=='{name}'].SelectionId | [0]"},
        undo=(back,),
        permissions=("iam:PassRole",),
    )


def _plan_there(number: int) -> State:
    facts = {f"length(BackupPlansList[?BackupPlanName=='{_NAME}'])": number}
    return State(operation="backup:ListBackupPlans", params={}, facts=facts)


def _selected(plan_id: str | Json, name: str, number: int) -> State:
    facts = {f"length(BackupSelectionsList[?SelectionName=='{name}'])": number}
    return State(operation="backup:ListBackupSelections", params={"BackupPlanId": plan_id}, facts=facts)


def _role(role: str) -> State:
    params = {"RoleName": role.rpartition("/")[2]}
    return State(operation="iam:GetRole", params=params, facts={"Role.Arn": role}, always=True)


def _plans_after(region: Region, known: BackupPlan | None, selection: Json) -> Listing[BackupPlan]:
    """Return the Region's plans with the new selection, under ids that nothing has."""
    plan = known or BackupPlan(id=_NAME, arn=_NAME, name=_NAME, selections=Listing(()))
    body = Fact(SelectionBody.model_validate(selection))
    one = BackupSelection(id=selection["SelectionName"], name=selection["SelectionName"], body=body)
    listed = Listing((*plan.selections.items, one), plan.selections.gap)
    after = plan.model_copy(update={"selections": listed})
    others = (each for each in region.backup.plans.items if each is not known)
    return Listing((*others, after), region.backup.plans.gap)


def _cost(tables: Sequence[Table]) -> Cost | None:
    sizes = [of_copy(one, BACKUP) for one in tables]
    if any(one is None for one in sizes):
        return None
    low = sum(one.low for one in sizes if one is not None)
    high = sum(one.high for one in sizes if one is not None)
    return monthly(low, high * _DAYS, BACKUP, basis=f"one copy at first, {_DAYS} in the end")


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")  # noqa: PLR2004 - enough to see what it is about
