"""Trails, rules, detectors and alerts as resources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from dynasec.change import Json
from dynasec.remedy.export.form import Document, Form, under

_TRAIL: Final = {
    "Name": ("TrailName", "name"),
    "S3BucketName": ("S3BucketName", "s3_bucket_name"),
    "S3KeyPrefix": ("S3KeyPrefix", "s3_key_prefix"),
    "IsMultiRegionTrail": ("IsMultiRegionTrail", "is_multi_region_trail"),
    "IncludeGlobalServiceEvents": ("IncludeGlobalServiceEvents", "include_global_service_events"),
    "EnableLogFileValidation": ("EnableLogFileValidation", "enable_log_file_validation"),
    "KmsKeyId": ("KMSKeyId", "kms_key_id"),
    "CloudWatchLogsLogGroupArn": ("CloudWatchLogsLogGroupArn", "cloud_watch_logs_group_arn"),
    "CloudWatchLogsRoleArn": ("CloudWatchLogsRoleArn", "cloud_watch_logs_role_arn"),
}


def _trail(params: Json, *, exists: bool) -> Form | None:
    properties = {_TRAIL[name][0]: value for name, value in params.items() if name in _TRAIL}
    arguments = {_TRAIL[name][1]: value for name, value in params.items() if name in _TRAIL}
    if not exists:
        properties["IsLogging"] = arguments["enable_logging"] = True
    return Form(
        "AWS::CloudTrail::Trail", "aws_cloudtrail", params["Name"], properties, arguments, exists=exists
    )


def _selectors(params: Json) -> Form | None:
    wanted: list[Any] = params.get("AdvancedEventSelectors") or []
    if not wanted:
        return None
    blocks = [
        {
            **({"name": one["Name"]} if one.get("Name") else {}),
            "field_selector": [_lowered(selector) for selector in one["FieldSelectors"]],
        }
        for one in wanted
    ]
    return Form(
        "AWS::CloudTrail::Trail",
        "aws_cloudtrail",
        params["TrailName"],
        {"AdvancedEventSelectors": wanted},
        {"advanced_event_selector": blocks},
        exists=True,
    )


def _lowered(selector: Json) -> dict[str, Any]:
    names = {
        "Field": "field",
        "Equals": "equals",
        "NotEquals": "not_equals",
        "StartsWith": "starts_with",
        "NotStartsWith": "not_starts_with",
        "EndsWith": "ends_with",
        "NotEndsWith": "not_ends_with",
    }
    return under(selector, names)


def _config_rule(params: Json) -> Form | None:
    rule: Mapping[str, Any] = params["ConfigRule"]
    properties = {
        name: value
        for name, value in rule.items()
        if name in {"ConfigRuleName", "Description", "Scope", "Source"}
    }
    if rule.get("InputParameters"):
        properties["InputParameters"] = Document(rule["InputParameters"])
    source: Mapping[str, Any] = rule["Source"]
    arguments: dict[str, Any] = {
        "name": rule["ConfigRuleName"],
        "source": [{"owner": source["Owner"], "source_identifier": source["SourceIdentifier"]}],
    }
    if rule.get("InputParameters"):
        arguments["input_parameters"] = rule["InputParameters"]
    return Form(
        "AWS::Config::ConfigRule", "aws_config_config_rule", rule["ConfigRuleName"], properties, arguments
    )


def _detector(params: Json) -> Form | None:
    properties = {
        name: params[name] for name in ("Enable", "FindingPublishingFrequency", "Features") if name in params
    }
    arguments = under(
        params, {"Enable": "enable", "FindingPublishingFrequency": "finding_publishing_frequency"}
    )
    return Form(
        "AWS::GuardDuty::Detector",
        "aws_guardduty_detector",
        params.get("DetectorId", "detector"),
        properties,
        arguments,
        exists="DetectorId" in params,
    )


def _topic(params: Json) -> Form | None:
    attributes: Json = params.get("Attributes") or {}
    key = attributes.get("KmsMasterKeyId")
    return Form(
        "AWS::SNS::Topic",
        "aws_sns_topic",
        params["Name"],
        {"TopicName": params["Name"], **({} if key is None else {"KmsMasterKeyId": key})},
        {"name": params["Name"], **({} if key is None else {"kms_master_key_id": key})},
    )


def _topic_attribute(params: Json) -> Form | None:
    if params.get("AttributeName") != "Policy":
        return None
    document = Document(params["AttributeValue"])
    return Form(
        "AWS::SNS::TopicPolicy",
        "aws_sns_topic_policy",
        params["TopicArn"],
        {"Topics": [params["TopicArn"]], "PolicyDocument": document},
        {"arn": params["TopicArn"], "policy": document},
    )


def _subscription(params: Json) -> Form | None:
    return Form(
        "AWS::SNS::Subscription",
        "aws_sns_topic_subscription",
        params.get("Endpoint", "subscription"),
        {name: params[name] for name in ("TopicArn", "Protocol", "Endpoint") if name in params},
        under(params, {"TopicArn": "topic_arn", "Protocol": "protocol", "Endpoint": "endpoint"}),
    )


def _event_rule(params: Json) -> Form | None:
    return Form(
        "AWS::Events::Rule",
        "aws_cloudwatch_event_rule",
        params["Name"],
        {
            "Name": params["Name"],
            "EventPattern": Document(params.get("EventPattern", "{}")),
            "State": params.get("State", "ENABLED"),
        },
        {"name": params["Name"], "event_pattern": Document(params.get("EventPattern", "{}"))},
    )


def _targets(params: Json) -> Form | None:
    targets: list[Any] = params["Targets"]
    if len(targets) != 1:
        return None
    return Form(
        "AWS::Events::Rule",
        "aws_cloudwatch_event_target",
        params["Rule"],
        {"Name": params["Rule"], "Targets": targets},
        {"rule": params["Rule"], "target_id": targets[0]["Id"], "arn": targets[0]["Arn"]},
        exists=True,
    )


FORMS: Final[Mapping[str, Callable[[Json], Form | None]]] = {
    "cloudtrail:CreateTrail": lambda params: _trail(params, exists=False),
    "cloudtrail:UpdateTrail": lambda params: _trail(params, exists=True),
    "cloudtrail:PutEventSelectors": _selectors,
    "config:PutConfigRule": _config_rule,
    "guardduty:CreateDetector": _detector,
    "guardduty:UpdateDetector": _detector,
    "sns:CreateTopic": _topic,
    "sns:SetTopicAttributes": _topic_attribute,
    "sns:Subscribe": _subscription,
    "events:PutRule": _event_rule,
    "events:PutTargets": _targets,
}
