import pytest
from botocore.session import get_session

from dynasec.collect import rates
from dynasec.collect.operations import client_and_method
from dynasec.collect.rates import rates_of


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("dynamodb:DescribeTable", [(2500, 2500)]),
        ("dynamodb:GetResourcePolicy", [(100, 100), (2500, 2500)]),
        ("dynamodb:DescribeContinuousBackups", [(10, 10)]),
        ("organizations:ListPolicies", [(5, 8)]),
        ("organizations:DescribeOrganization", [(1, 1)]),
        ("ec2:DescribeVpcs", [(20, 100)]),
        ("dax:DescribeClusters", []),
    ],
)
def test_published_rates(operation, expected):
    assert [(rate.per_second, rate.burst) for rate in rates_of(operation)] == expected


def test_operations_that_share_a_rate_share_its_bucket():
    names = ("DescribeTable", "ListTables", "GetResourcePolicy")
    assert len({rates_of(f"dynamodb:{name}")[-1].bucket for name in names}) == 1


def test_operations_of_a_service_have_buckets_of_their_own():
    assert rates_of("ec2:DescribeVpcs")[0].bucket != rates_of("ec2:DescribeSubnets")[0].bucket


def test_every_rate_names_its_source_and_an_operation_that_exists():
    for operation in (*rates._PER_OPERATION, *rates._SHARED):
        for rate in rates_of(operation):
            assert rate.source.startswith("https://docs.aws.amazon.com/")
            assert rate.per_second > 0
            assert rate.burst > 0
        service, name = client_and_method(operation)
        # the streams of DynamoDB have a client of their own
        services = [service, "dynamodbstreams"] if service == "dynamodb" else [service]
        assert any(name in get_session().get_service_model(one).operation_names for one in services), (
            operation
        )
    assert all(
        source.startswith("https://docs.aws.amazon.com/") for *_, source in rates._PER_SERVICE.values()
    )


def test_some_of_each_rate_is_left_to_others():
    assert 0.5 < rates.HEADROOM < 1
