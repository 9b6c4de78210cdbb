"""Tables, their keys and their backups as resources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from dynasec.change import Json
from dynasec.remedy.export.form import Document, Form, Map, under


def _table(params: Json) -> Form | None:
    properties: dict[str, Any] = {}
    arguments: dict[str, Any] = {}
    for name, value in params.items():
        match name:
            case "TableName":
                continue
            case "DeletionProtectionEnabled":
                properties[name] = value
                arguments["deletion_protection_enabled"] = value
            case "SSESpecification":
                properties[name] = _renamed(value, {"Enabled": "SSEEnabled"})
                arguments["server_side_encryption"] = [
                    under(value, {"Enabled": "enabled", "KMSMasterKeyId": "kms_key_arn"})
                ]
            case "StreamSpecification":
                properties[name] = under(value, {"StreamViewType": "StreamViewType"})
                arguments |= under(
                    value, {"StreamEnabled": "stream_enabled", "StreamViewType": "stream_view_type"}
                )
            case _:
                return None
    return _of_table(params["TableName"], properties, arguments)


def _of_table(name: Any, properties: Json, arguments: Json) -> Form:  # noqa: ANN401 - a text or a placeholder
    return Form(
        "AWS::DynamoDB::Table",
        "aws_dynamodb_table",
        name,
        {"TableName": name, **properties},
        {"name": name, **arguments},
        exists=True,
    )


def _recovery(params: Json) -> Form | None:
    wanted: Mapping[str, Any] = params["PointInTimeRecoverySpecification"]
    arguments = under(
        wanted, {"PointInTimeRecoveryEnabled": "enabled", "RecoveryPeriodInDays": "recovery_period_in_days"}
    )
    return _of_table(
        params["TableName"],
        {"PointInTimeRecoverySpecification": wanted},
        {"point_in_time_recovery": [arguments]},
    )


def _table_policy(params: Json) -> Form | None:
    arn = params["ResourceArn"]
    if not isinstance(arn, str) or arn.count("/") != 1:  # of a stream
        return None
    name = arn.partition("/")[2]
    document = Document(params["Policy"])
    return Form(
        "AWS::DynamoDB::Table",
        "aws_dynamodb_resource_policy",
        name,
        {"TableName": name, "ResourcePolicy": {"PolicyDocument": document}},
        {"resource_arn": arn, "policy": document},
        exists=True,
    )


def _insights(params: Json) -> Form | None:
    on = params["ContributorInsightsAction"] == "ENABLE"
    name = params["TableName"]
    properties = {"TableName": name, "ContributorInsightsSpecification": {"Enabled": on}}
    return Form(
        "AWS::DynamoDB::Table", "", name, properties, exists=True
    )  # Terraform removes a resource instead


def _key(params: Json) -> Form | None:
    tags = params.get("Tags", ())
    return Form(
        "AWS::KMS::Key",
        "aws_kms_key",
        params.get("Description", "key"),
        {
            "Description": params.get("Description", ""),
            "KeyPolicy": Document(params.get("Policy", "{}")),
            "EnableKeyRotation": True,
            "Tags": [{"Key": tag["TagKey"], "Value": tag["TagValue"]} for tag in tags],
        },
        {
            "description": params.get("Description", ""),
            "policy": Document(params.get("Policy", "{}")),
            "enable_key_rotation": True,
            "tags": Map({tag["TagKey"]: tag["TagValue"] for tag in tags}),
        },
    )


def _alias(params: Json) -> Form | None:
    return Form(
        "AWS::KMS::Alias",
        "aws_kms_alias",
        params["AliasName"],
        {"AliasName": params["AliasName"], "TargetKeyId": params["TargetKeyId"]},
        {"name": params["AliasName"], "target_key_id": params["TargetKeyId"]},
    )


def _rotation(params: Json) -> Form | None:
    if isinstance(params["KeyId"], Mapping):  # of a key that is made beside it, with rotation on
        return None
    days = params.get("RotationPeriodInDays")
    return Form(
        "AWS::KMS::Key",
        "aws_kms_key",
        params["KeyId"],
        {"EnableKeyRotation": True, **({} if days is None else {"RotationPeriodInDays": days})},
        {"enable_key_rotation": True, **({} if days is None else {"rotation_period_in_days": days})},
        exists=True,
    )


def _vault(params: Json) -> Form | None:
    name = params["BackupVaultName"]
    key = params.get("EncryptionKeyArn")
    return Form(
        "AWS::Backup::BackupVault",
        "aws_backup_vault",
        name,
        {"BackupVaultName": name, **({} if key is None else {"EncryptionKeyArn": key})},
        {"name": name, **({} if key is None else {"kms_key_arn": key})},
    )


def _renamed(value: Json, names: Mapping[str, str]) -> dict[str, Any]:
    return {names.get(name, name): one for name, one in value.items()}


FORMS: Final[Mapping[str, Callable[[Json], Form | None]]] = {
    "dynamodb:UpdateTable": _table,
    "dynamodb:UpdateContinuousBackups": _recovery,
    "dynamodb:PutResourcePolicy": _table_policy,
    "dynamodb:UpdateContributorInsights": _insights,
    "kms:CreateKey": _key,
    "kms:CreateAlias": _alias,
    "kms:EnableKeyRotation": _rotation,
    "backup:CreateBackupVault": _vault,
}
