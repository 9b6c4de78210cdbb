"""The published request rates that bound an audit: data, each with its source.

Rates are requests per second for one account and Region. Operations that share a bucket name the same `bucket`; an operation may draw on
several. Where AWS publishes nothing, the client's own retries must do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_DYNAMODB = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html"
_DYNAMODB_API = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/"
_KMS = "https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html"
_EC2 = "https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html"
_CLOUDTRAIL = "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html"
_EVENTS = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html"
_TAGGING = "https://docs.aws.amazon.com/general/latest/gr/arg.html"
_ORGANIZATIONS = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html"
_SNS = "https://docs.aws.amazon.com/general/latest/gr/sns.html"
_KINESIS = "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStreamSummary.html"


@dataclass(frozen=True, slots=True)
class Rate:
    """A token bucket: `per_second` tokens flow in, `burst` are held at most."""

    bucket: str
    per_second: float
    burst: float
    source: str


def _rate(bucket: str, per_second: float, source: str, burst: float | None = None) -> Rate:
    return Rate(bucket, per_second, per_second if burst is None else burst, source)


_CONTROL_PLANE: Final = _rate("dynamodb:control-plane reads", 2500, _DYNAMODB)

_SHARED: Final[dict[str, Rate]] = dict.fromkeys(
    ("dynamodb:DescribeTable", "dynamodb:ListTables", "dynamodb:GetResourcePolicy"), _CONTROL_PLANE
)
"""Operations that draw on one bucket together."""

_PER_OPERATION: Final[dict[str, Rate]] = {
    rate.bucket: rate
    for rate in (
        _rate("dynamodb:GetResourcePolicy", 100, _DYNAMODB),
        _rate("dynamodb:DescribeContinuousBackups", 10, _DYNAMODB_API + "API_DescribeContinuousBackups.html"),
        _rate("dynamodb:ListTagsOfResource", 10, _DYNAMODB_API + "API_ListTagsOfResource.html"),
        _rate("dynamodb:DescribeTimeToLive", 10, _DYNAMODB),
        _rate("dynamodb:DescribeStream", 10, _DYNAMODB_API + "API_streams_DescribeStream.html"),
        _rate("dynamodb:ListContributorInsights", 5, _DYNAMODB),
        _rate("dynamodb:ListBackups", 5, _DYNAMODB_API + "API_ListBackups.html"),
        _rate("dynamodb:DescribeBackup", 10, _DYNAMODB_API + "API_DescribeBackup.html"),
        _rate("kms:DescribeKey", 2000, _KMS),
        _rate("kms:GetKeyPolicy", 1000, _KMS),
        _rate("kms:GetKeyRotationStatus", 1000, _KMS),
        _rate("kms:ListAliases", 500, _KMS),
        _rate("kms:ListGrants", 100, _KMS),
        _rate("kms:ListKeyPolicies", 100, _KMS),
        _rate("tag:GetResources", 15, _TAGGING),
        _rate("kinesis:DescribeStreamSummary", 20, _KINESIS),
        _rate("organizations:ListPolicies", 5, _ORGANIZATIONS, burst=8),
        _rate("organizations:ListPoliciesForTarget", 5, _ORGANIZATIONS, burst=8),
        _rate("organizations:DescribePolicy", 2, _ORGANIZATIONS),
        _rate("organizations:ListParents", 5, _ORGANIZATIONS),
        _rate("organizations:DescribeOrganization", 1, _ORGANIZATIONS),
    )
}

_PER_SERVICE: Final[dict[str, tuple[float, float, str]]] = {
    "ec2": (20, 100, _EC2),
    "cloudtrail": (10, 10, _CLOUDTRAIL),
    "events": (50, 50, _EVENTS),
    "sns": (30, 30, _SNS),
}
"""Services that publish one rate for each of their reading operations: (per second, burst, source)."""

HEADROOM: Final = 0.95
"""The share of a published rate that is used: others call too, and clocks differ."""


def rates_of(operation: str) -> tuple[Rate, ...]:
    """Return the published rates that an operation is under; none where AWS publishes none."""
    service = _PER_SERVICE.get(operation.partition(":")[0])
    own = _PER_OPERATION.get(operation) or (None if service is None else Rate(operation, *service))
    return tuple(rate for rate in (own, _SHARED.get(operation)) if rate is not None)
