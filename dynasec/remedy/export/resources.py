"""Which resources a call is about, as far as IAM lets a policy name them and the parameters tell.

Rests on the resource types of the service authorization reference, https://docs.aws.amazon.com/service-authorization/latest/reference/.
An operation that is not here gets `*`: it lists, or makes what has no name yet, or its resources do not follow from its parameters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final, cast

from dynasec.arn import Arn
from dynasec.change import Json

ANY: Final = "*"
_FIELD: Final = re.compile(r"\{(\w+)\}")

_TABLE: Final = ("dynamodb:{region}:{account}:table/{TableName}",)
_TABLE_ARN: Final = ("{ResourceArn}",)
_KEY: Final = ("kms:{region}:{account}:key/{KeyId}",)
_TOPIC: Final = ("{TopicArn}",)
_RULE: Final = ("events:{region}:{account}:rule/{Rule}",)
_NAMED_RULE: Final = ("events:{region}:{account}:rule/{Name}",)
_TRAIL: Final = ("cloudtrail:{region}:{account}:trail/{TrailName}",)
_NAMED_TRAIL: Final = ("cloudtrail:{region}:{account}:trail/{Name}",)
_BUCKET: Final = ("s3:::{Bucket}",)
_GROUP: Final = (
    "logs:{region}:{account}:log-group:{logGroupName}",
    "logs:{region}:{account}:log-group:{logGroupName}:*",
)
_DETECTOR: Final = ("guardduty:{region}:{account}:detector/{DetectorId}",)
_WEB_ACL: Final = ("wafv2:{region}:{account}:*/webacl/{Name}/{Id}",)
_RULES_OF_WEB_ACL: Final = tuple(
    f"wafv2:{{region}}:{{account}}:*/{kind}/*/*"
    for kind in ("ipset", "managedruleset", "regexpatternset", "rulegroup")
)
_VAULT: Final = ("backup:{region}:{account}:backup-vault:{BackupVaultName}",)

_TEMPLATES: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(
        (
            "dynamodb:CreateBackup",
            "dynamodb:DescribeContinuousBackups",
            "dynamodb:DescribeContributorInsights",
            "dynamodb:DescribeTable",
            "dynamodb:UpdateContinuousBackups",
            "dynamodb:UpdateContributorInsights",
            "dynamodb:UpdateTable",
        ),
        _TABLE,
    ),
    **dict.fromkeys(
        (
            "dynamodb:DeleteResourcePolicy",
            "dynamodb:GetResourcePolicy",
            "dynamodb:ListTagsOfResource",
            "dynamodb:PutResourcePolicy",
            "dynamodb:TagResource",
            "dynamodb:UntagResource",
        ),
        _TABLE_ARN,
    ),
    **dict.fromkeys(("dynamodb:DeleteBackup", "dynamodb:DescribeBackup"), ("{BackupArn}",)),
    **dict.fromkeys(
        (
            "kms:CancelKeyDeletion",
            "kms:DescribeKey",
            "kms:DisableKey",
            "kms:DisableKeyRotation",
            "kms:EnableKey",
            "kms:EnableKeyRotation",
            "kms:GetKeyPolicy",
            "kms:GetKeyRotationStatus",
            "kms:PutKeyPolicy",
            "kms:ScheduleKeyDeletion",
        ),
        _KEY,
    ),
    **dict.fromkeys(
        ("sns:GetTopicAttributes", "sns:SetTopicAttributes", "sns:Subscribe", "sns:DeleteTopic"), _TOPIC
    ),
    **dict.fromkeys(("events:PutTargets", "events:RemoveTargets", "events:ListTargetsByRule"), _RULE),
    **dict.fromkeys(("events:PutRule", "events:DeleteRule", "events:DescribeRule"), _NAMED_RULE),
    **dict.fromkeys(("cloudtrail:GetEventSelectors", "cloudtrail:PutEventSelectors"), _TRAIL),
    **dict.fromkeys(
        (
            "cloudtrail:GetTrail",
            "cloudtrail:GetTrailStatus",
            "cloudtrail:StartLogging",
            "cloudtrail:StopLogging",
            "cloudtrail:UpdateTrail",
        ),
        _NAMED_TRAIL,
    ),
    **dict.fromkeys(
        (
            "s3:CreateBucket",
            "s3:DeleteBucketPolicy",
            "s3:GetBucketPolicy",
            "s3:GetBucketVersioning",
            "s3:PutBucketPolicy",
            "s3:PutBucketVersioning",
        ),
        _BUCKET,
    ),
    **dict.fromkeys(("logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:PutRetentionPolicy"), _GROUP),
    **dict.fromkeys(
        ("guardduty:GetDetector", "guardduty:UpdateDetector", "guardduty:DeleteDetector"), _DETECTOR
    ),
    **dict.fromkeys(("backup:DescribeBackupVault", "backup:DeleteBackupVault"), _VAULT),
    "apigateway:GetStage": ("apigateway:{region}::/restapis/{restApiId}/stages/{stageName}",),
    "appsync:GetGraphqlApi": ("appsync:{region}:{account}:apis/{apiId}",),
    "cognito-idp:DescribeUserPool": ("cognito-idp:{region}:{account}:userpool/{UserPoolId}",),
    "ec2:ModifyVpcAttribute": ("ec2:{region}:{account}:vpc/{VpcId}",),
    "iam:CreatePolicyVersion": ("{PolicyArn}",),
    "iam:DeletePolicyVersion": ("{PolicyArn}",),
    "iam:GetPolicy": ("{PolicyArn}",),
    "iam:GetPolicyVersion": ("{PolicyArn}",),
    "iam:SetDefaultPolicyVersion": ("{PolicyArn}",),
    "wafv2:AssociateWebACL": ("{WebACLArn}", "{ResourceArn}"),
    "wafv2:DisassociateWebACL": ("{ResourceArn}",),
    "wafv2:GetWebACL": _WEB_ACL,
    "wafv2:GetWebACLForResource": ("{ResourceArn}", "wafv2:{region}:{account}:*/webacl/*/*"),
    "wafv2:UpdateWebACL": (*_WEB_ACL, *_RULES_OF_WEB_ACL),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call goes."""

    partition: str
    account: str
    region: str


def resources(operation: str, params: Json, place: Place) -> tuple[str, ...]:
    """Return the ARNs that a policy must name for a call; what is known only later is `*` within them."""
    templates = _TEMPLATES.get(operation, ())
    found = tuple(arn for template in templates for arn in _filled(template, params, place))
    return found or (ANY,)


def _filled(template: str, params: Json, place: Place) -> Iterator[str]:
    known = {"region": place.region, "account": place.account}
    fields = [name for name in _FIELD.findall(template) if name not in known]
    values = [list(_texts(params.get(name))) for name in fields]
    for chosen in product(*values):
        text = chosen[0] if chosen else ANY  # what the template says holds for every call
        if text.startswith("arn:"):
            yield text
        elif template.startswith("{") or _is_odd(text):
            yield ANY
        else:
            given = {**known, **dict(zip(fields, chosen, strict=True))}
            yield f"arn:{place.partition}:{template.format_map(given)}"


def _is_odd(text: str) -> bool:
    """Whether a name is not one that stands in an ARN as it is: an alias of a key, or what is no name at all."""
    return text.startswith("alias/") or (
        text != ANY and re.fullmatch(r"[\w+=,.@/\-]+", text, re.ASCII) is None
    )


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Yield the names that a parameter gives; `*` for what is known only later."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for one in cast("Sequence[Any]", value):
            yield from _texts(one)
    elif isinstance(value, Mapping):
        yield ANY


def named_in(value: Any, service: str, kind: str) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Yield the ARNs of one kind that stand as whole values in parameters."""
    if isinstance(value, str):
        try:
            arn = Arn.parse(value)
        except ValueError:
            return
        if (arn.service, arn.kind) == (service, kind):
            yield value
    elif isinstance(value, Mapping):
        for one in cast("Mapping[str, Any]", value).values():
            yield from named_in(one, service, kind)
    elif isinstance(value, list | tuple):
        for one in cast("Sequence[Any]", value):
            yield from named_in(one, service, kind)
