"""The one plan of AWS Backup that dynasec makes in a Region: its vault, its schedule, its selections.

Rests on `CreateBackupVault`, `CreateBackupPlan` and `CreateBackupSelection` of the AWS Backup service model.
"""

from __future__ import annotations

from typing import Final

from dynasec.change import CHANGE_TAG_KEY, Call, Identity, Json, State, change_tag, result, token
from dynasec.model.backup import BackupPlan, BackupSelection, SelectionBody
from dynasec.model.fact import Fact, Listing
from dynasec.model.region import Region

NAME: Final = "dynasec-tables"
"""The name of the vault and of the plan."""
DAYS: Final = 35
"""How long a backup is kept."""
LARGEST_SELECTION: Final = 500
"""How many ARNs a selection may name."""


def make_vault() -> Call:
    """Return the call that makes the vault, under the key that AWS Backup takes by default."""
    facts = {f"length(BackupVaultList[?BackupVaultName=='{NAME}'])": 1}
    return Call(
        operation="backup:CreateBackupVault",
        params={
            "BackupVaultName": NAME,
            "BackupVaultTags": {CHANGE_TAG_KEY: change_tag()},
            "CreatorRequestId": token("vault"),
        },
        identity=Identity.TOKEN,
        done=State(operation="backup:ListBackupVaults", params={}, facts=facts),
        permissions=("backup:TagResource", "backup-storage:MountCapsule", "kms:CreateGrant"),
    )


def make_plan() -> Call:
    """Return the call that makes the plan, daily at 05:00 UTC, and its undo; it is called "plan"."""
    rule = {
        "RuleName": "daily",
        "TargetBackupVaultName": NAME,
        "ScheduleExpression": "cron(0 5 ? * * *)",
        "Lifecycle": {"DeleteAfterDays": DAYS},
    }
    back = Call(
        operation="backup:DeleteBackupPlan",
        params={"BackupPlanId": result("plan", "BackupPlanId")},
        identity=Identity.SET_STATE,
        done=plan_there(0),
    )
    return Call(
        operation="backup:CreateBackupPlan",
        name="plan",
        params={
            "BackupPlan": {"BackupPlanName": NAME, "Rules": [rule]},
            "BackupPlanTags": {CHANGE_TAG_KEY: change_tag()},
            "CreatorRequestId": token("plan"),
        },
        identity=Identity.TOKEN,
        done=plan_there(1),
        adopt={"BackupPlanId": f"BackupPlansList[?BackupPlanName=='{NAME}'].BackupPlanId | [0]"},
        undo=(back,),
        permissions=("backup:TagResource",),
    )


def select(plan_id: str | Json, selection: Json) -> Call:
    """Return the call that adds a selection to the plan, and its undo; it is called "selection"."""
    name = selection["SelectionName"]
    back = Call(
        operation="backup:DeleteBackupSelection",
        params={"BackupPlanId": plan_id, "SelectionId": result("selection", "SelectionId")},
        identity=Identity.SET_STATE,
        done=selected(plan_id, name, 0),
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
        done=selected(plan_id, name, 1),
        adopt={"SelectionId": f"BackupSelectionsList[?SelectionName=='{name}'].SelectionId | [0]"},
        undo=(back,),
        permissions=("iam:PassRole",),
    )


def plan_there(number: int) -> State:
    """Return the state in which there are so many plans of the name."""
    facts = {f"length(BackupPlansList[?BackupPlanName=='{NAME}'])": number}
    return State(operation="backup:ListBackupPlans", params={}, facts=facts)


def selected(plan_id: str | Json, name: str, number: int) -> State:
    """Return the state in which the plan has so many selections of a name; a plan that is gone has none."""
    return State(
        operation="backup:ListBackupSelections",
        params={"BackupPlanId": plan_id},
        facts={f"length(BackupSelectionsList[?SelectionName=='{name}'] || `[]`)": number},
        absent=("ResourceNotFoundException",),
    )


def role_is(role: str) -> State:
    """Return the state in which the role that AWS Backup is to assume exists."""
    params = {"RoleName": role.rpartition("/")[2]}
    return State(operation="iam:GetRole", params=params, facts={"Role.Arn": role}, always=True)


def plans_after(region: Region, known: BackupPlan | None, selection: Json) -> Listing[BackupPlan]:
    """Return the Region's plans with the new selection, under ids that nothing has."""
    plan = known or BackupPlan(id=NAME, arn=NAME, name=NAME, selections=Listing(()))
    body = Fact(SelectionBody.model_validate(selection))
    one = BackupSelection(id=selection["SelectionName"], name=selection["SelectionName"], body=body)
    listed = Listing((*plan.selections.items, one), plan.selections.gap)
    after = plan.model_copy(update={"selections": listed})
    others = (each for each in region.backup.plans.items if each is not known)
    return Listing((*others, after), region.backup.plans.gap)
