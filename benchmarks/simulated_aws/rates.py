"""Token buckets per API and Region, and the error with which each service says that one is empty.

The rates are the ones AWS publishes: Amazon DynamoDB quotas and the API reference's per-operation limits, AWS
KMS request quotas, Amazon EC2 API throttling, CloudTrail, EventBridge, SNS, STS, Organizations and Resource
Groups Tagging quotas. Services that publish none (IAM, Config, GuardDuty, Backup, Lambda, S3) are not
throttled unless a limit is given by hand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from simulated_aws.errors import ServiceError
from simulated_aws.size import Behaviour, Call


@dataclass(frozen=True, slots=True)
class Limit:
    """A bucket's refill in tokens a second, and how many it holds."""

    rate: float
    burst: float


@dataclass(slots=True)
class Bucket:
    """A token bucket; it starts full."""

    limit: Limit
    tokens: float = field(init=False)
    stamp: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self.tokens = self.limit.burst

    def refill(self, now: float) -> bool:
        """Add what has come in until now, in seconds of any monotonic clock; tell whether a token is there."""
        if self.stamp:
            self.tokens = min(self.limit.burst, self.tokens + (now - self.stamp) * self.limit.rate)
        self.stamp = now
        return self.tokens >= 1


_DYNAMODB_CONTROL_PLANE = 2500.0
_SHARED: Mapping[str, tuple[str, float]] = {
    "dynamodb:DescribeTable": ("dynamodb control plane", _DYNAMODB_CONTROL_PLANE),
    "dynamodb:ListTables": ("dynamodb control plane", _DYNAMODB_CONTROL_PLANE),
    "dynamodb:GetResourcePolicy": ("dynamodb control plane", _DYNAMODB_CONTROL_PLANE),
}
_PER_API: Mapping[str, float] = {
    "dynamodb:GetResourcePolicy": 100,
    "dynamodb:DescribeContinuousBackups": 10,
    "dynamodb:ListTagsOfResource": 10,
    "dynamodb:DescribeTimeToLive": 10,
    "dynamodb:DescribeTableReplicaAutoScaling": 10,
    "dynamodb:DescribeContributorInsights": 5,
    "dynamodb:ListContributorInsights": 5,
    "dynamodb:ListBackups": 5,
    "dynamodb:DescribeBackup": 10,
    "dynamodb:DescribeLimits": 1 / 60,
    "dynamodbstreams:DescribeStream": 10,
    "dynamodbstreams:ListStreams": 5,
    "kms:DescribeKey": 2000,
    "kms:GetKeyPolicy": 1000,
    "kms:GetKeyRotationStatus": 1000,
    "kms:ListKeys": 500,
    "kms:ListAliases": 500,
    "kms:ListGrants": 100,
    "kms:ListKeyPolicies": 100,
    "resourcegroupstaggingapi:GetResources": 15,
    "organizations:DescribePolicy": 2,
    "organizations:ListParents": 5,
    "organizations:DescribeOrganization": 1,
    "cloudtrail:LookupEvents": 2,
    "dax:ListTags": 10,
    "kinesis:DescribeStreamSummary": 20,
}
_BURSTS: Mapping[str, Limit] = {"organizations:ListPolicies": Limit(5, 8)}
_READS = ("Describe", "Get", "List")
_EC2_FILTERED = Limit(20, 100)
_EC2_UNFILTERED = Limit(10, 50)
_NARROWING = ("Filters", "MaxResults")


def published(call: Call) -> Iterator[tuple[str, Limit]]:
    """Yield the buckets a call draws on, as their name and limit; none where AWS publishes no rate."""
    label = call.label
    if label in _SHARED:
        name, rate = _SHARED[label]
        yield name, Limit(rate, rate)
    if label in _PER_API:
        yield label, Limit(_PER_API[label], max(_PER_API[label], 1))
    elif label in _BURSTS:
        yield label, _BURSTS[label]
    else:
        yield from _by_service(call)


def _by_service(call: Call) -> Iterator[tuple[str, Limit]]:
    reads = call.operation.startswith(_READS)
    if call.service == "ec2" and call.operation.startswith("Describe"):
        narrowed = any(name in _NARROWING or name.endswith("Ids") for name in call.params)
        if not narrowed:
            yield f"{call.label} unfiltered", _EC2_UNFILTERED
        yield call.label, _EC2_FILTERED
    elif call.service == "cloudtrail":
        yield call.label, Limit(10, 10) if reads else Limit(1, 1)
    elif call.service == "events" and call.operation != "PutEvents":
        yield call.label, Limit(50, 50)
    elif call.service == "sns" and call.operation.startswith("List"):
        yield call.label, Limit(30, 30)
    elif call.service == "sts":
        yield "sts", Limit(600, 600)


_CODES: Mapping[str, tuple[str, int]] = {
    "ec2": ("RequestLimitExceeded", 503),
    "iam": ("Throttling", 400),
    "sts": ("Throttling", 400),
    "sns": ("Throttling", 400),
    "cloudformation": ("Throttling", 400),
    "elbv2": ("Throttling", 400),
    "s3": ("SlowDown", 503),
    "lambda": ("TooManyRequestsException", 429),
    "organizations": ("TooManyRequestsException", 400),
    "resourcegroupstaggingapi": ("ThrottledException", 400),
    "kinesis": ("LimitExceededException", 400),
}


def throttling_error(service: str) -> ServiceError:
    """Return the error with which a service refuses a call over its rate."""
    code, status = _CODES.get(service, ("ThrottlingException", 400))
    return ServiceError(code, "Rate exceeded", status)


class Throttle:
    """All buckets of an account, by Region."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._published = behaviour.published_rates
        self._limits = {label: Limit(rate, max(rate, 1)) for label, rate in behaviour.limits}
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def buckets(self, call: Call) -> tuple[Bucket, ...]:
        """Return the buckets a call draws on, making them when they are first asked for."""
        own = self._limits.get(call.label)
        named = [(call.label, own)] if own else list(published(call)) if self._published else []
        return tuple(self._buckets.setdefault((call.region, name), Bucket(limit)) for name, limit in named)

    def reset(self) -> None:
        """Fill all buckets."""
        for bucket in self._buckets.values():
            bucket.tokens, bucket.stamp = bucket.limit.burst, 0.0


def admit(buckets: tuple[Bucket, ...], now: float) -> bool:
    """Take a token from each bucket, or none and return False when one of them is empty."""
    if not all(bucket.refill(now) for bucket in buckets):
        return False
    for bucket in buckets:
        bucket.tokens -= 1
    return True
