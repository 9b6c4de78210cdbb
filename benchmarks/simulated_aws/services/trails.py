"""CloudTrail: one multi-Region trail that logs management events and the items of all tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from simulated_aws.errors import ServiceError
from simulated_aws.services import tables
from simulated_aws.services.handler import Handler
from simulated_aws.size import ACCOUNT_ID, CREATED, HOME_REGION, Call, Size

BUCKET = f"trail-{ACCOUNT_ID}"
"""The S3 bucket that the trail delivers to."""
_NAME = "account-trail"
_ARN = f"arn:aws:cloudtrail:{HOME_REGION}:{ACCOUNT_ID}:trail/{_NAME}"
_TRAIL: Mapping[str, object] = {
    "Name": _NAME,
    "S3BucketName": BUCKET,
    "IncludeGlobalServiceEvents": True,
    "IsMultiRegionTrail": True,
    "HomeRegion": HOME_REGION,
    "TrailARN": _ARN,
    "LogFileValidationEnabled": True,
    "KmsKeyId": tables.key_arn(0),
    "HasCustomEventSelectors": True,
    "HasInsightSelectors": False,
    "IsOrganizationTrail": False,
}


def _named(call: Call, parameter: str) -> None:
    if call.text(parameter) not in (_NAME, _ARN):
        code = "TrailNotFoundException"
        raise ServiceError(code, f"Unknown trail: {call.text(parameter)}")


def _describe_trails(_: Size, call: Call) -> Mapping[str, Any]:
    wanted = call.texts("trailNameList")
    named = not wanted or _NAME in wanted or _ARN in wanted
    return {"trailList": [_TRAIL] if named else []}


def _list_trails(_: Size, __: Call) -> Mapping[str, Any]:
    return {"Trails": [{"TrailARN": _ARN, "Name": _NAME, "HomeRegion": HOME_REGION}]}


def _get_trail(_: Size, call: Call) -> Mapping[str, Any]:
    _named(call, "Name")
    return {"Trail": _TRAIL}


def _get_trail_status(_: Size, call: Call) -> Mapping[str, Any]:
    _named(call, "Name")
    return {"IsLogging": True, "StartLoggingTime": CREATED, "LatestDeliveryTime": CREATED}


def _get_event_selectors(_: Size, call: Call) -> Mapping[str, Any]:
    _named(call, "TrailName")
    management = _selector("management", eventCategory=["Management"])
    items = _selector("items", **{"eventCategory": ["Data"], "resources.type": ["AWS::DynamoDB::Table"]})
    return {"TrailARN": _ARN, "AdvancedEventSelectors": [management, items]}


def _selector(name: str, **fields: Sequence[str]) -> Mapping[str, object]:
    return {
        "Name": name,
        "FieldSelectors": [{"Field": field, "Equals": equal} for field, equal in fields.items()],
    }


HANDLERS: Mapping[str, Handler] = {
    "cloudtrail:DescribeTrails": _describe_trails,
    "cloudtrail:ListTrails": _list_trails,
    "cloudtrail:GetTrail": _get_trail,
    "cloudtrail:GetTrailStatus": _get_trail_status,
    "cloudtrail:GetEventSelectors": _get_event_selectors,
}
