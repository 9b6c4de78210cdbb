"""AWS Backup: one plan that selects tables by tag, its vault, and what it has backed up."""

import json
from collections.abc import Mapping
from typing import Any

from simulated_aws.errors import ServiceError
from simulated_aws.paging import paged
from simulated_aws.services import tables
from simulated_aws.services.handler import Handler, fixed
from simulated_aws.size import ACCOUNT_ID, CREATED, HOME_REGION, Call, Size

_PREFIX = f"arn:aws:backup:{HOME_REGION}:{ACCOUNT_ID}"
_PLAN_ID = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
_SELECTION_ID = "1b2c3d4e-5f6a-4b7c-8d9e-0f1a2b3c4d5e"
_VERSION_ID = "N2M0ZDU5"
_ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/service-role/AWSBackupDefaultServiceRole"
_VAULT = {
    "BackupVaultName": "tables",
    "BackupVaultArn": f"{_PREFIX}:backup-vault:tables",
    "VaultType": "BACKUP_VAULT",
    "EncryptionKeyArn": tables.key_arn(2),
    "CreationDate": CREATED,
    "NumberOfRecoveryPoints": 100,
    "Locked": False,
}
_PLAN = {
    "BackupPlanArn": f"{_PREFIX}:backup-plan:{_PLAN_ID}",
    "BackupPlanId": _PLAN_ID,
    "CreationDate": CREATED,
    "VersionId": _VERSION_ID,
}
_RULE = {
    "RuleName": "daily",
    "TargetBackupVaultName": "tables",
    "ScheduleExpression": "cron(0 5 ? * * *)",
    "StartWindowMinutes": 60,
    "CompletionWindowMinutes": 180,
    "Lifecycle": {"DeleteAfterDays": 35},
    "RuleId": "2c3d4e5f-6a7b-4c8d-9e0f-1a2b3c4d5e6f",
}
_SELECTION = {
    "SelectionName": "production",
    "IamRoleArn": _ROLE,
    "Resources": ["arn:aws:dynamodb:*:*:table/*"],
    "ListOfTags": [],
    "NotResources": [],
    "Conditions": {
        "StringEquals": [{"ConditionKey": "aws:ResourceTag/environment", "ConditionValue": "production"}],
        "StringNotEquals": [],
        "StringLike": [],
        "StringNotLike": [],
    },
}
_SELECTION_SUMMARY = {
    "SelectionId": _SELECTION_ID,
    "SelectionName": "production",
    "BackupPlanId": _PLAN_ID,
    "CreationDate": CREATED,
    "IamRoleArn": _ROLE,
}


def _require(call: Call, parameter: str, value: str) -> None:
    if not call.at_home or call.text(parameter) != value:
        code = "ResourceNotFoundException"
        raise ServiceError(code, f"Cannot find {parameter} {call.text(parameter)}")


def _list_backup_selections(_: Size, call: Call) -> Mapping[str, Any]:
    _require(call, "BackupPlanId", _PLAN_ID)
    return {"BackupSelectionsList": [_SELECTION_SUMMARY]}


def _get_backup_plan(_: Size, call: Call) -> Mapping[str, Any]:
    _require(call, "BackupPlanId", _PLAN_ID)
    return {"BackupPlan": {"BackupPlanName": "daily", "Rules": [_RULE]}, **_PLAN}


def _get_backup_selection(_: Size, call: Call) -> Mapping[str, Any]:
    _require(call, "BackupPlanId", _PLAN_ID)
    _require(call, "SelectionId", _SELECTION_ID)
    identity = {"SelectionId": _SELECTION_ID, "BackupPlanId": _PLAN_ID, "CreationDate": CREATED}
    return {"BackupSelection": _SELECTION, **identity}


def _list_protected_resources(size: Size, call: Call) -> Mapping[str, Any]:
    found = [
        {"ResourceArn": tables.arn(number), "ResourceType": "DynamoDB", "LastBackupTime": CREATED}
        for number in tables.numbers(size, call)
        if tables.tags(number)
    ]
    return paged(call, found, "Results", "NextToken", ("MaxResults", 1000))


def _describe_backup_vault(_: Size, call: Call) -> Mapping[str, Any]:
    _require(call, "BackupVaultName", "tables")
    return _VAULT


def _get_vault_access_policy(_: Size, call: Call) -> Mapping[str, Any]:
    _require(call, "BackupVaultName", "tables")
    statement = {
        "Effect": "Deny", "Principal": "*", "Action": "backup:DeleteRecoveryPoint", "Resource": "*",
    }  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return {"BackupVaultName": "tables", "BackupVaultArn": _VAULT["BackupVaultArn"], "Policy": policy}


HANDLERS: Mapping[str, Handler] = {
    "backup:ListBackupPlans": fixed(
        {"BackupPlansList": [_PLAN | {"BackupPlanName": "daily"}]}, {"BackupPlansList": []}
    ),
    "backup:GetBackupPlan": _get_backup_plan,
    "backup:ListBackupSelections": _list_backup_selections,
    "backup:GetBackupSelection": _get_backup_selection,
    "backup:DescribeRegionSettings": fixed(
        {
            "ResourceTypeOptInPreference": {"DynamoDB": True, "S3": False},
            "ResourceTypeManagementPreference": {"DynamoDB": True},
        }
    ),
    "backup:ListProtectedResources": _list_protected_resources,
    "backup:ListBackupVaults": fixed({"BackupVaultList": [_VAULT]}, {"BackupVaultList": []}),
    "backup:DescribeBackupVault": _describe_backup_vault,
    "backup:GetBackupVaultAccessPolicy": _get_vault_access_policy,
}
