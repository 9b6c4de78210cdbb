"""Over the published rates a service refuses, in its own words; under them it never does."""

from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any

import pytest
from botocore.exceptions import ClientError
from simulated_aws.process import Simulated
from simulated_aws.rates import Bucket, Limit, Throttle, admit
from simulated_aws.services import tables
from simulated_aws.size import Behaviour, Call

from .conftest import LATENCY_MS, Clients, error_of


def _call(label: str, region: str = "us-east-1", **params: object) -> Call:
    service, operation = label.split(":")
    return Call(service, operation, region, params)


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    buckets = (Bucket(Limit(rate=10, burst=10)),)
    assert sum(admit(buckets, now=100.0) for _ in range(15)) == 10
    assert sum(admit(buckets, now=100.55) for _ in range(15)) == 5
    assert sum(admit(buckets, now=1000.0) for _ in range(15)) == 10


def test_a_call_refused_by_one_bucket_takes_from_none() -> None:
    wide, narrow = Bucket(Limit(100, 100)), Bucket(Limit(1, 1))
    assert [admit((wide, narrow), now=1.0) for _ in range(3)] == [True, False, False]
    assert wide.tokens == 99


def test_regions_and_operations_have_their_own_buckets_and_families_share_one() -> None:
    throttle = Throttle(Behaviour(published_rates=True))
    backups = "dynamodb:DescribeContinuousBackups"
    assert throttle.buckets(_call(backups)) == throttle.buckets(_call(backups, TableName="t"))
    assert throttle.buckets(_call(backups))[0] is not throttle.buckets(_call(backups, "us-west-2"))[0]
    shared = throttle.buckets(_call("dynamodb:DescribeTable"))
    assert shared[0] is throttle.buckets(_call("dynamodb:ListTables"))[0]
    assert shared[0] is throttle.buckets(_call("dynamodb:GetResourcePolicy"))[0]


@pytest.mark.parametrize(
    ("call", "rates"),
    [
        (_call("dynamodb:DescribeContinuousBackups"), [(10, 10)]),
        (_call("dynamodb:GetResourcePolicy"), [(2500, 2500), (100, 100)]),
        (_call("ec2:DescribeSubnets"), [(10, 50), (20, 100)]),
        (_call("ec2:DescribeSubnets", Filters=[]), [(20, 100)]),
        (_call("ec2:DescribeSubnets", SubnetIds=["subnet-1"]), [(20, 100)]),
        (_call("cloudtrail:LookupEvents"), [(2, 2)]),
        (_call("cloudtrail:GetTrailStatus"), [(10, 10)]),
        (_call("cloudtrail:PutEventSelectors"), [(1, 1)]),
        (_call("organizations:ListPolicies"), [(5, 8)]),
        (_call("sns:ListSubscriptionsByTopic"), [(30, 30)]),
        (_call("events:ListRules"), [(50, 50)]),
        (_call("kms:ListGrants"), [(100, 100)]),
        (_call("resourcegroupstaggingapi:GetResources"), [(15, 15)]),
        (_call("iam:GetAccountAuthorizationDetails"), []),
    ],
)
def test_published_rates(call: Call, rates: list[tuple[float, float]]) -> None:
    buckets = Throttle(Behaviour(published_rates=True)).buckets(call)
    assert [(bucket.limit.rate, bucket.limit.burst) for bucket in buckets] == rates
    assert Throttle(Behaviour()).buckets(call) == ()


def test_continuous_backups_are_refused_after_the_burst(throttling: Simulated, clients: Clients) -> None:
    throttling.reset()
    dynamodb = clients(throttling, "dynamodb")

    def code(number: int) -> str:
        try:
            dynamodb.describe_continuous_backups(TableName=tables.name(number))
        except ClientError as error:
            return error_of(error)[0]
        return "answered"

    with ThreadPoolExecutor(20) as pool:
        codes = list(pool.map(code, range(40)))
    assert set(codes) == {"answered", "ThrottlingException"}
    assert 10 <= codes.count("answered") < 30
    stats = throttling.stats()
    assert stats["calls"] == {"dynamodb:DescribeContinuousBackups": 40}
    assert stats["throttled"] == {"dynamodb:DescribeContinuousBackups": codes.count("ThrottlingException")}


@pytest.mark.parametrize(
    ("service", "operation", "code", "status"),
    [
        ("ec2", "describe_vpcs", "RequestLimitExceeded", 503),
        ("iam", "list_account_aliases", "Throttling", 400),
        ("s3", "list_buckets", "SlowDown", 503),
        ("resourcegroupstaggingapi", "get_resources", "ThrottledException", 400),
        ("lambda", "list_event_source_mappings", "TooManyRequestsException", 429),
    ],
)
def test_each_protocol_carries_its_services_throttling_error(
    service: str, operation: str, code: str, status: int, throttling: Simulated, clients: Clients
) -> None:
    throttling.reset()
    method: Any = getattr(clients(throttling, service), operation)
    method()
    with pytest.raises(ClientError) as caught:
        method()
    assert error_of(caught.value)[::2] == (code, status)


def test_latency_is_added_to_each_call_and_holds_up_no_other(throttling: Simulated, clients: Clients) -> None:
    dynamodb = clients(throttling, "dynamodb")
    dynamodb.describe_table(TableName=tables.name(0))
    start = perf_counter()

    def describe(number: int) -> None:
        dynamodb.describe_table(TableName=tables.name(number))

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(describe, range(20)))
    seconds = perf_counter() - start
    assert LATENCY_MS / 1000 <= seconds < 20 * LATENCY_MS / 1000
