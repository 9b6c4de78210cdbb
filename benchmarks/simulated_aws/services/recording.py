"""AWS Config: a recorder, managed rules, and advanced queries on tables."""

import json
from collections.abc import Mapping
from typing import Any

from simulated_aws.paging import page
from simulated_aws.services import tables
from simulated_aws.services.handler import Handler, fixed
from simulated_aws.size import ACCOUNT_ID, CREATED, HOME_REGION, KMS_KEYS, Call, Size

_RECORDER: Mapping[str, object] = {
    "name": "default",
    "roleARN": f"arn:aws:iam::{ACCOUNT_ID}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
    "recordingGroup": {
        "allSupported": True,
        "includeGlobalResourceTypes": True,
        "resourceTypes": [],
        "recordingStrategy": {"useOnly": "ALL_SUPPORTED_RESOURCE_TYPES"},
    },
    "recordingMode": {"recordingFrequency": "CONTINUOUS"},
    "recordingScope": "PAID",
}
_STATUS = {
    "name": "default",
    "lastStartTime": CREATED,
    "recording": True,
    "lastStatus": "SUCCESS",
    "lastStatusChangeTime": CREATED,
}
_CHANNEL = {"name": "default", "s3BucketName": f"config-{ACCOUNT_ID}"}
_DELIVERY = {"lastStatus": "SUCCESS", "lastAttemptTime": CREATED, "lastSuccessfulTime": CREATED}
_STREAM = {"lastStatus": "SUCCESS", "lastStatusChangeTime": CREATED}
_CHANNEL_STATUS = {
    "name": "default",
    "configSnapshotDeliveryInfo": _DELIVERY,
    "configHistoryDeliveryInfo": _DELIVERY,
    "configStreamDeliveryInfo": _STREAM,
}
_RULES = (
    "DYNAMODB_PITR_ENABLED",
    "DYNAMODB_TABLE_ENCRYPTED_KMS",
    "DYNAMODB_TABLE_DELETION_PROTECTION_ENABLED",
)


def _describe_config_rules(_: Size, call: Call) -> Mapping[str, Any]:
    wanted = call.texts("ConfigRuleNames")
    rules = [_rule(place, identifier) for place, identifier in enumerate(_RULES) if call.at_home]
    return {"ConfigRules": [rule for rule in rules if not wanted or rule["ConfigRuleName"] in wanted]}


def _rule(place: int, identifier: str) -> dict[str, object]:
    rule_id = f"config-rule-{place:06d}"
    return {
        "ConfigRuleName": identifier.lower().replace("_", "-"),
        "ConfigRuleArn": f"arn:aws:config:{HOME_REGION}:{ACCOUNT_ID}:config-rule/{rule_id}",
        "ConfigRuleId": rule_id,
        "Scope": {"ComplianceResourceTypes": ["AWS::DynamoDB::Table"]},
        "Source": {"Owner": "AWS", "SourceIdentifier": identifier},
        "ConfigRuleState": "ACTIVE",
        "EvaluationModes": [{"Mode": "DETECTIVE"}],
    }


def _describe_compliance(size: Size, call: Call) -> Mapping[str, Any]:
    wanted = call.texts("ComplianceTypes")
    found: list[dict[str, Any]] = []
    for rule in _describe_config_rules(size, call)["ConfigRules"]:
        name = rule["ConfigRuleName"]
        verdict = "NON_COMPLIANT" if "deletion-protection" in name else "COMPLIANT"
        if not wanted or verdict in wanted:
            found.append({"ConfigRuleName": name, "Compliance": {"ComplianceType": verdict}})
    return {"ComplianceByConfigRules": found}


def _get_compliance_details(size: Size, call: Call) -> Mapping[str, Any]:
    """Answer with the tables that AWS Config finds non-compliant: those without deletion protection."""
    wanted = call.texts("ComplianceTypes")
    rule = call.text("ConfigRuleName")
    asked = "deletion-protection" in rule and (not wanted or "NON_COMPLIANT" in wanted)
    found = [_evaluation(rule, number) for number in tables.numbers(size, call) if asked and number % 2]
    limit = min(call.number("Limit", 10) or 10, 100)
    results, following = page(found, call.text("NextToken"), limit)
    return {"EvaluationResults": results} | ({"NextToken": following} if following else {})


def _evaluation(rule: str, number: int) -> dict[str, object]:
    return {
        "EvaluationResultIdentifier": {
            "EvaluationResultQualifier": {
                "ConfigRuleName": rule,
                "ResourceType": "AWS::DynamoDB::Table",
                "ResourceId": tables.name(number),
            },
            "OrderingTimestamp": CREATED,
        },
        "ComplianceType": "NON_COMPLIANT",
        "ResultRecordedTime": CREATED,
        "ConfigRuleInvokedTime": CREATED,
    }


def _select_resource_config(size: Size, call: Call) -> Mapping[str, Any]:
    """Answer any query on tables with whole configuration items, whatever it selects of them."""
    asked = "AWS::DynamoDB::Table" in call.text("Expression")
    found = [number for number in tables.numbers(size, call) if asked]
    numbers, following = page(found, call.text("NextToken"), min(call.number("Limit", 25) or 25, 100))
    answer: dict[str, Any] = {"Results": [_configuration_item(number) for number in numbers]}
    return answer | ({"NextToken": following} if following else {})


def _configuration_item(number: int) -> str:
    recovery = {"pointInTimeRecoveryStatus": "ENABLED" if number % 4 else "DISABLED"}
    backups = {"continuousBackupsStatus": "ENABLED", "pointInTimeRecoveryDescription": recovery}
    return json.dumps(
        {
            "accountId": ACCOUNT_ID,
            "awsRegion": HOME_REGION,
            "arn": tables.arn(number),
            "resourceId": tables.name(number),
            "resourceName": tables.name(number),
            "resourceType": "AWS::DynamoDB::Table",
            "configurationItemCaptureTime": CREATED.isoformat(),
            "configuration": {"tableId": str(tables.description(number, KMS_KEYS)["TableId"])},
            "supplementaryConfiguration": {"ContinuousBackupsDescription": backups},
        }
    )


HANDLERS: Mapping[str, Handler] = {
    "config:DescribeConfigurationRecorders": fixed(
        {"ConfigurationRecorders": [_RECORDER]}, {"ConfigurationRecorders": []}
    ),
    "config:DescribeConfigurationRecorderStatus": fixed(
        {"ConfigurationRecordersStatus": [_STATUS]}, {"ConfigurationRecordersStatus": []}
    ),
    "config:DescribeDeliveryChannels": fixed({"DeliveryChannels": [_CHANNEL]}, {"DeliveryChannels": []}),
    "config:DescribeDeliveryChannelStatus": fixed(
        {"DeliveryChannelsStatus": [_CHANNEL_STATUS]}, {"DeliveryChannelsStatus": []}
    ),
    "config:DescribeConfigRules": _describe_config_rules,
    "config:DescribeComplianceByConfigRule": _describe_compliance,
    "config:GetComplianceDetailsByConfigRule": _get_compliance_details,
    "config:SelectResourceConfig": _select_resource_config,
}
