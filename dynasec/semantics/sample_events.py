"""Sample events as Amazon EventBridge delivers them, to try rules' patterns on.

GuardDuty findings arrive directly, calls of the DynamoDB API by way of CloudTrail. Shapes follow
https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html,
https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-dynamodb.html and
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/understanding-ddb-log-entries.html. Account ids, names
and addresses are those of documentation. Every call returns a fresh dict.
"""

from __future__ import annotations

from typing import Any, Final

__all__ = [
    "FINDING_SEVERITIES",
    "READ_CALLS",
    "WRITE_CALLS",
    "dynamodb_call",
    "dynamodb_calls",
    "guardduty_finding",
    "guardduty_findings",
]

FINDING_SEVERITIES: Final[dict[str, float]] = {
    "Discovery:IAMUser/AnomalousBehavior": 2.0,
    "Policy:IAMUser/RootCredentialUsage": 2.0,
    "CredentialAccess:IAMUser/AnomalousBehavior": 5.0,
    "UnauthorizedAccess:IAMUser/MaliciousIPCaller": 5.0,
    "UnauthorizedAccess:IAMUser/MaliciousIPCaller.Custom": 5.0,
    "Exfiltration:IAMUser/AnomalousBehavior": 8.0,
    "Impact:IAMUser/AnomalousBehavior": 8.0,
    "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS": 8.0,
}
"""Finding types that stolen credentials for a table raise → GuardDuty's severity: 1 to 3.9 low, 4 to 6.9 medium, 7 to 8.9 high."""

WRITE_CALLS: Final = ("UpdateTable", "DeleteTable", "PutResourcePolicy")
READ_CALLS: Final = ("DescribeTable",)

_ACCOUNT: Final = "111122223333"
_REGION: Final = "us-east-1"
_TIME: Final = "2026-01-15T10:32:07Z"


def guardduty_finding(
    finding_type: str, *, severity: float | None = None, account: str = _ACCOUNT, region: str = _REGION
) -> dict[str, Any]:
    """Return the event of one GuardDuty finding about an IAM user's access key.

    Severity is GuardDuty's own for the types in `FINDING_SEVERITIES`, 5.0 (medium) for any other, unless given.
    """
    finding_id = "16afba5c5c43e07c9e3e5e2e544e95df"
    detector = "12abc34d567e8fa901bc2d34e56789f0"
    detail = {
        "schemaVersion": "2.0",
        "accountId": account,
        "region": region,
        "partition": _partition(region),
        "id": finding_id,
        "arn": f"arn:{_partition(region)}:guardduty:{region}:{account}:detector/{detector}/finding/{finding_id}",
        "type": finding_type,
        "resource": {
            "resourceType": "AccessKey",
            "accessKeyDetails": {
                "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
                "principalId": "AIDACKCEVSQ6C2EXAMPLE",
                "userType": "IAMUser",
                "userName": "orders-service",
            },
        },
        "service": _service(detector),
        "severity": FINDING_SEVERITIES.get(finding_type, 5.0) if severity is None else severity,
        "createdAt": _TIME,
        "updatedAt": _TIME,
        "title": "API Scan was invoked from an IP address on a threat list.",
        "description": "API Scan was invoked from an IP address on a threat list.",
    }
    return _envelope("aws.guardduty", "GuardDuty Finding", account, region, detail)


def guardduty_findings(*, account: str = _ACCOUNT, region: str = _REGION) -> list[dict[str, Any]]:
    """Return one event of every type in `FINDING_SEVERITIES`."""
    return [guardduty_finding(name, account=account, region=region) for name in FINDING_SEVERITIES]


def dynamodb_call(
    event_name: str, *, account: str = _ACCOUNT, region: str = _REGION, table: str = "Orders"
) -> dict[str, Any]:
    """Return the event of one management call of the DynamoDB API; it is read-only where its name says so.

    EventBridge delivers a read-only one only to rules in the state
    `ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS`, whatever their pattern. AWS documents no `resources` list in the
    records of these calls, so the event has none to match on.
    """
    principal = f"arn:{_partition(region)}:iam::{account}:user/orders-service"
    arn = f"arn:{_partition(region)}:dynamodb:{region}:{account}:table/{table}"
    on_arn = "ResourcePolicy" in event_name
    detail = {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDACKCEVSQ6C2EXAMPLE",
            "arn": principal,
            "accountId": account,
            "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
            "userName": "orders-service",
        },
        "eventTime": _TIME,
        "eventSource": "dynamodb.amazonaws.com",
        "eventName": event_name,
        "awsRegion": region,
        "sourceIPAddress": "192.0.2.17",
        "userAgent": "aws-cli/2.31.0",
        "requestParameters": {"resourceArn": arn} if on_arn else {"tableName": table},
        "responseElements": None,
        "requestID": "4KBNVRGD25RG1KEO9UT4V3FQDJVV4KQNSO5AEMVJF66Q9EXAMPLE",
        "eventID": "a954451c-c2fc-4561-8aea-7a30ba1fdf52",
        "readOnly": event_name.startswith(("Describe", "Get", "List")),
        "eventType": "AwsApiCall",
        "apiVersion": "2012-08-10",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
    }
    return _envelope("aws.dynamodb", "AWS API Call via CloudTrail", account, region, detail)


def dynamodb_calls(*, account: str = _ACCOUNT, region: str = _REGION) -> list[dict[str, Any]]:
    """Return one event of every call in `WRITE_CALLS`: what a rule that watches changes of tables must see."""
    return [dynamodb_call(name, account=account, region=region) for name in WRITE_CALLS]


def _envelope(
    source: str, detail_type: str, account: str, region: str, detail: dict[str, Any]
) -> dict[str, Any]:
    return {
        "version": "0",
        "id": "cd2d702e-ab31-411b-9344-793ce56b1bc7",
        "detail-type": detail_type,
        "source": source,
        "account": account,
        "time": _TIME,
        "region": region,
        "resources": list[str](),
        "detail": detail,
    }


def _service(detector: str) -> dict[str, Any]:
    return {
        "serviceName": "guardduty",
        "detectorId": detector,
        "action": {
            "actionType": "AWS_API_CALL",
            "awsApiCallAction": {
                "api": "Scan",
                "serviceName": "dynamodb.amazonaws.com",
                "callerType": "Remote IP",
                "remoteIpDetails": {"ipAddressV4": "198.51.100.24"},
            },
        },
        "resourceRole": "TARGET",
        "additionalInfo": {"threatListName": "Customer Threat Intel"},
        "eventFirstSeen": _TIME,
        "eventLastSeen": _TIME,
        "archived": False,
        "count": 1,
    }


def _partition(region: str) -> str:
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rsplit("-", 2)[0], "aws")
