"""DynamoDB: tables and what belongs to each."""

import json
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from simulated_aws.errors import ServiceError
from simulated_aws.paging import page, paged
from simulated_aws.services import tables
from simulated_aws.services.handler import Handler
from simulated_aws.size import ACCOUNT_ID, CREATED, HOME_REGION, KMS_KEYS, Call, Size

_TABLES_A_PAGE = 100
_RETENTION_DAYS = 35
_BACKUP = f"arn:aws:dynamodb:{HOME_REGION}:{ACCOUNT_ID}:table/{{name}}/backup/01709294400000-00000000"


def _table(size: Size, call: Call, name: str) -> int:
    number = tables.number_of(size, call, call.text(name))
    if number is None:
        code = "ResourceNotFoundException"
        raise ServiceError(code, f"Requested resource not found: Table: {call.text(name)} not found")
    return number


def _list_tables(size: Size, call: Call) -> Mapping[str, Any]:
    names = [tables.name(number) for number in tables.numbers(size, call)]
    last = call.text("ExclusiveStartTableName")
    start = str(names.index(last) + 1) if last in names else ""
    found, following = page(names, start, min(call.number("Limit", _TABLES_A_PAGE), _TABLES_A_PAGE))
    return {"TableNames": found} | ({"LastEvaluatedTableName": found[-1]} if following else {})


def _describe_table(size: Size, call: Call) -> Mapping[str, Any]:
    return {"Table": tables.description(_table(size, call, "TableName"), KMS_KEYS)}


def _describe_continuous_backups(size: Size, call: Call) -> Mapping[str, Any]:
    number = _table(size, call, "TableName")
    recovery: dict[str, object] = {"PointInTimeRecoveryStatus": "DISABLED"}
    if number % 4:
        recovery = {
            "PointInTimeRecoveryStatus": "ENABLED",
            "RecoveryPeriodInDays": _RETENTION_DAYS,
            "EarliestRestorableDateTime": CREATED,
            "LatestRestorableDateTime": CREATED + timedelta(days=_RETENTION_DAYS),
        }
    return {
        "ContinuousBackupsDescription": {
            "ContinuousBackupsStatus": "ENABLED",
            "PointInTimeRecoveryDescription": recovery,
        }
    }


def _get_resource_policy(size: Size, call: Call) -> Mapping[str, Any]:
    number = _table(size, call, "ResourceArn")
    if number % 10 or "/stream/" in call.text("ResourceArn"):
        code = "PolicyNotFoundException"
        raise ServiceError(code, f"Resource-based policy not found for {call.text('ResourceArn')}")
    statement = {
        "Sid": "OnlyEncrypted",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "dynamodb:*",
        "Resource": [tables.arn(number), f"{tables.arn(number)}/index/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return {"Policy": policy, "RevisionId": str(CREATED.timestamp())}


def _describe_time_to_live(size: Size, call: Call) -> Mapping[str, Any]:
    if _table(size, call, "TableName") % 4:
        return {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}
    return {"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}}


def _list_tags(size: Size, call: Call) -> Mapping[str, Any]:
    return {"Tags": tables.tags(_table(size, call, "ResourceArn"))}


def _describe_kinesis_destination(size: Size, call: Call) -> Mapping[str, Any]:
    return {"TableName": tables.name(_table(size, call, "TableName")), "KinesisDataStreamDestinations": []}


def _list_contributor_insights(size: Size, call: Call) -> Mapping[str, Any]:
    named = tables.number_of(size, call, call.text("TableName"))
    numbers = tables.numbers(size, call) if named is None else [named]
    found = [
        {
            "TableName": tables.name(number),
            "ContributorInsightsStatus": "ENABLED",
            "ContributorInsightsMode": "THROTTLED_KEYS",
        }
        for number in numbers
        if number % 20 == 0
    ]
    return paged(call, found, "ContributorInsightsSummaries", "NextToken", ("MaxResults", 100))


def _describe_contributor_insights(size: Size, call: Call) -> Mapping[str, Any]:
    number = _table(size, call, "TableName")
    status = "DISABLED" if number % 20 else "ENABLED"
    return {"TableName": tables.name(number), "ContributorInsightsStatus": status}


def _list_backups(size: Size, call: Call) -> Mapping[str, Any]:
    named = tables.number_of(size, call, call.text("TableName"))
    numbers = tables.numbers(size, call) if named is None else [named]
    found = [_backup(number) for number in numbers if number % 8 == 0]
    arns = [str(summary["BackupArn"]) for summary in found]
    last = call.text("ExclusiveStartBackupArn")
    start = str(arns.index(last) + 1) if last in arns else ""
    summaries, following = page(found, start, min(call.number("Limit", 100), 100))
    return {"BackupSummaries": summaries} | (
        {"LastEvaluatedBackupArn": summaries[-1]["BackupArn"]} if following else {}
    )


def _backup(number: int) -> dict[str, object]:
    return {
        "TableName": tables.name(number),
        "TableId": str(uuid.UUID(int=number + 1)),
        "TableArn": tables.arn(number),
        "BackupArn": _BACKUP.format(name=tables.name(number)),
        "BackupName": "before-release",
        "BackupCreationDateTime": CREATED,
        "BackupStatus": "AVAILABLE",
        "BackupType": "USER",
        "BackupSizeBytes": 4096,
    }


def _describe_backup(size: Size, call: Call) -> Mapping[str, Any]:
    number = tables.number_of(size, call, call.text("BackupArn"))
    if number is None:
        code = "BackupNotFoundException"
        raise ServiceError(code, f"Backup not found: {call.text('BackupArn')}")
    summary = _backup(number)
    table = tables.description(number, KMS_KEYS)
    details = (
        "BackupArn",
        "BackupName",
        "BackupSizeBytes",
        "BackupStatus",
        "BackupType",
        "BackupCreationDateTime",
    )
    source = ("TableName", "TableId", "TableArn", "TableSizeBytes", "KeySchema", "ItemCount")
    throughput = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
    features = {"SSEDescription": table["SSEDescription"]} if "SSEDescription" in table else {}
    return {
        "BackupDescription": {
            "BackupDetails": {name: summary[name] for name in details},
            "SourceTableDetails": {name: table[name] for name in source}
            | {"TableCreationDateTime": CREATED, "ProvisionedThroughput": throughput},
            "SourceTableFeatureDetails": features,
        }
    }


def _list_exports(size: Size, call: Call) -> Mapping[str, Any]:
    if not tables.numbers(size, call):
        return {"ExportSummaries": []}
    export = {"ExportArn": _export_arn(0), "ExportStatus": "COMPLETED", "ExportType": "FULL_EXPORT"}
    return {"ExportSummaries": [export]}


def _export_arn(number: int) -> str:
    return f"{tables.arn(number)}/export/01709294400000-00000000"


def _describe_export(size: Size, call: Call) -> Mapping[str, Any]:
    number = tables.number_of(size, call, call.text("ExportArn"))
    if number is None:
        code = "ExportNotFoundException"
        raise ServiceError(code, f"Export not found: {call.text('ExportArn')}")
    return {
        "ExportDescription": {
            "ExportArn": _export_arn(number),
            "ExportStatus": "COMPLETED",
            "StartTime": CREATED,
            "EndTime": CREATED,
            "TableArn": tables.arn(number),
            "ExportTime": CREATED,
            "S3Bucket": "exports-123456789012",
            "S3BucketOwner": ACCOUNT_ID,
            "S3SseAlgorithm": "KMS",
            "S3SseKmsKeyId": tables.key_arn(0),
            "ExportFormat": "DYNAMODB_JSON",
            "ExportType": "FULL_EXPORT",
        }
    }


HANDLERS: Mapping[str, Handler] = {
    "dynamodb:ListTables": _list_tables,
    "dynamodb:DescribeTable": _describe_table,
    "dynamodb:DescribeContinuousBackups": _describe_continuous_backups,
    "dynamodb:GetResourcePolicy": _get_resource_policy,
    "dynamodb:DescribeTimeToLive": _describe_time_to_live,
    "dynamodb:ListTagsOfResource": _list_tags,
    "dynamodb:DescribeKinesisStreamingDestination": _describe_kinesis_destination,
    "dynamodb:ListContributorInsights": _list_contributor_insights,
    "dynamodb:DescribeContributorInsights": _describe_contributor_insights,
    "dynamodb:ListBackups": _list_backups,
    "dynamodb:DescribeBackup": _describe_backup,
    "dynamodb:ListExports": _list_exports,
    "dynamodb:DescribeExport": _describe_export,
}
