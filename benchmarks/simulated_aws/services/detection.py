"""GuardDuty, EventBridge, SNS and Shield: findings and API calls that reach a subscribed topic."""

import json
from collections.abc import Mapping
from typing import Any

from simulated_aws.errors import ServiceError
from simulated_aws.services import tables
from simulated_aws.services.handler import Handler, fixed
from simulated_aws.size import ACCOUNT_ID, CREATED, HOME_REGION, Call, Size

_DETECTOR = "12abc34d567e8fa901bc2d34e56789f0"
_DETECTOR_ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty"
_TOPIC = f"arn:aws:sns:{HOME_REGION}:{ACCOUNT_ID}:security-alerts"
_SUBSCRIPTION = f"{_TOPIC}:6b0e71bd-7e97-4d97-80ce-4a0994e55286"
_PATTERNS: Mapping[str, Mapping[str, object]] = {
    "guardduty-findings": {
        "source": ["aws.guardduty"],
        "detail-type": ["GuardDuty Finding"],
        "detail": {"severity": [{"numeric": [">=", 4]}]},
    },
    "dynamodb-api-calls": {
        "source": ["aws.dynamodb"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {"eventSource": ["dynamodb.amazonaws.com"]},
    },
}
_FEATURES = ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS", "S3_DATA_EVENTS", "LAMBDA_NETWORK_LOGS")
_TOPIC_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Events",
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": _TOPIC,
        }
    ],
}


def _detector(call: Call) -> None:
    if not call.at_home or call.text("DetectorId") != _DETECTOR:
        code = "BadRequestException"
        message = "The request is rejected because the input detectorId is not owned by the current account."
        raise ServiceError(code, message)


def _get_detector(_: Size, call: Call) -> Mapping[str, Any]:
    _detector(call)
    return {
        "CreatedAt": "2024-03-01T12:00:00.000Z",
        "UpdatedAt": "2024-03-01T12:00:00.000Z",
        "FindingPublishingFrequency": "FIFTEEN_MINUTES",
        "ServiceRole": _DETECTOR_ROLE,
        "Status": "ENABLED",
        "Features": [{"Name": name, "Status": "ENABLED", "UpdatedAt": CREATED} for name in _FEATURES],
        "Tags": {},
    }


def _get_administrator_account(_: Size, call: Call) -> Mapping[str, Any]:
    _detector(call)
    return {}


def _list_rules(_: Size, call: Call) -> Mapping[str, Any]:
    default_bus = call.text("EventBusName") in ("", "default")
    rules = [_rule(name) for name in _PATTERNS if call.at_home and default_bus]
    return {"Rules": [rule for rule in rules if rule["Name"].startswith(call.text("NamePrefix"))]}


def _rule(name: str) -> dict[str, str]:
    return {
        "Name": name,
        "Arn": f"arn:aws:events:{HOME_REGION}:{ACCOUNT_ID}:rule/{name}",
        "EventPattern": json.dumps(_PATTERNS[name]),
        "State": "ENABLED",
        "EventBusName": "default",
    }


def _list_targets_by_rule(_: Size, call: Call) -> Mapping[str, Any]:
    if not call.at_home or call.text("Rule") not in _PATTERNS:
        code = "ResourceNotFoundException"
        raise ServiceError(code, f"Rule {call.text('Rule')} does not exist on EventBus default.")
    return {"Targets": [{"Id": "topic", "Arn": _TOPIC}]}


def _topic(call: Call) -> None:
    if not call.at_home or call.text("TopicArn") != _TOPIC:
        code = "NotFound"
        raise ServiceError(code, "Topic does not exist", 404)


def _get_topic_attributes(_: Size, call: Call) -> Mapping[str, Any]:
    _topic(call)
    return {
        "Attributes": {
            "TopicArn": _TOPIC,
            "Owner": ACCOUNT_ID,
            "Policy": json.dumps(_TOPIC_POLICY),
            "KmsMasterKeyId": tables.key_arn(1),
            "SubscriptionsConfirmed": "1",
            "SubscriptionsPending": "0",
        }
    }


def _list_subscriptions_by_topic(_: Size, call: Call) -> Mapping[str, Any]:
    _topic(call)
    subscription = {
        "SubscriptionArn": _SUBSCRIPTION,
        "Owner": ACCOUNT_ID,
        "Protocol": "email",
        "Endpoint": "security@example.com",
        "TopicArn": _TOPIC,
    }
    return {"Subscriptions": [subscription]}


def _get_subscription_attributes(_: Size, call: Call) -> Mapping[str, Any]:
    if not call.at_home or call.text("SubscriptionArn") != _SUBSCRIPTION:
        code = "NotFound"
        raise ServiceError(code, "Subscription does not exist", 404)
    attributes = {
        "SubscriptionArn": _SUBSCRIPTION,
        "TopicArn": _TOPIC,
        "Protocol": "email",
        "Owner": ACCOUNT_ID,
    }
    return {"Attributes": attributes | {"PendingConfirmation": "false", "Endpoint": "security@example.com"}}


_BUS = {"Name": "default", "Arn": f"arn:aws:events:{HOME_REGION}:{ACCOUNT_ID}:event-bus/default"}

HANDLERS: Mapping[str, Handler] = {
    "guardduty:ListDetectors": fixed({"DetectorIds": [_DETECTOR]}, {"DetectorIds": []}),
    "guardduty:GetDetector": _get_detector,
    "guardduty:GetAdministratorAccount": _get_administrator_account,
    "events:ListEventBuses": fixed({"EventBuses": [_BUS]}),
    "events:ListRules": _list_rules,
    "events:ListTargetsByRule": _list_targets_by_rule,
    "sns:ListTopics": fixed({"Topics": [{"TopicArn": _TOPIC}]}, {"Topics": []}),
    "sns:GetTopicAttributes": _get_topic_attributes,
    "sns:ListSubscriptionsByTopic": _list_subscriptions_by_topic,
    "sns:GetSubscriptionAttributes": _get_subscription_attributes,
    "shield:GetSubscriptionState": fixed({"SubscriptionState": "INACTIVE"}),
}
