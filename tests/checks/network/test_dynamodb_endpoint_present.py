import pytest

from dynasec.check import Status
from dynasec.model.fact import Gap, Listing
from dynasec.settings import Network as NetworkSettings
from dynasec.settings import Settings
from tests.support.accounts import denied_listing, region, snapshot, verdict
from tests.support.network import (
    SERVICE,
    endpoint,
    interface,
    interface_endpoint,
    network,
    networked,
    vpc,
)

CONTROL = "dynamodb-endpoint-present"


def _finding(settings=None, **kinds):
    return verdict(CONTROL, snapshot(networked(network(**kinds))), settings)


@pytest.mark.parametrize(
    "one", [endpoint(), interface_endpoint(), interface_endpoint(ServiceName=f"{SERVICE}-fips")]
)
def test_an_available_endpoint_passes(one):
    finding = _finding(endpoints=[one])
    assert finding.status is Status.PASS
    assert one.vpc_endpoint_id in finding.reason


@pytest.mark.parametrize(
    ("endpoints", "words"),
    [
        ([], "has no DynamoDB endpoint"),
        ([endpoint(service="com.amazonaws.us-east-1.s3")], "has no DynamoDB endpoint"),
        ([endpoint(service=f"{SERVICE}-streams", VpcEndpointType="Interface")], "has no DynamoDB endpoint"),
        ([endpoint(service="com.amazonaws.eu-west-1.dynamodb")], "has no DynamoDB endpoint"),
        ([endpoint(VpcId="vpc-2")], "has no DynamoDB endpoint"),
        ([endpoint(State="pending")], "vpce-1 is pending"),
        ([interface_endpoint(State="pendingAcceptance")], "vpce-2 is pendingAcceptance"),
    ],
)
def test_what_is_no_endpoint_fails(endpoints, words):
    finding = _finding(endpoints=endpoints)
    assert (finding.status, finding.evidence) == (Status.FAIL, {"workload_subnets": ["subnet-1"]})
    assert words in finding.reason


def test_a_gateway_in_no_route_table_serves_nobody():
    finding = _finding(endpoints=[endpoint(RouteTableIds=[])])
    assert finding.status is Status.FAIL
    assert "vpce-1 is in no route table" in finding.reason


def test_one_good_endpoint_is_enough():
    assert _finding(endpoints=[endpoint(State="failed"), interface_endpoint()]).status is Status.PASS


def test_a_vpc_without_workloads_is_not_judged():
    idle = [interface(InterfaceType="nat_gateway"), interface(Status="available")]
    assert _finding(interfaces=idle).status is Status.NOT_APPLICABLE
    assert _finding(interfaces=[]).status is Status.NOT_APPLICABLE


def test_a_configured_workload_subnet_counts_while_it_is_empty():
    settings = Settings(network=NetworkSettings(workload_subnets=("subnet-1",)))
    assert _finding(settings, interfaces=[]).status is Status.FAIL


@pytest.mark.parametrize(
    ("kind", "operation"),
    [
        ("endpoints", "ec2:DescribeVpcEndpoints"),
        ("interfaces", "ec2:DescribeNetworkInterfaces"),
        ("subnets", "ec2:DescribeSubnets"),
    ],
)
def test_a_denied_listing_is_unknown(kind, operation):
    finding = _finding(**{kind: denied_listing(operation)})
    assert finding.status is Status.UNKNOWN
    assert [gap.operation for gap in finding.gaps] == [operation]


def test_an_endpoint_found_passes_although_others_are_unread():
    some = Listing((endpoint(),), Gap("ec2:DescribeVpcEndpoints", "Throttled"))
    assert _finding(endpoints=some).status is Status.PASS


def test_endpoints_of_a_vpc_that_another_account_shares_are_not_seen():
    assert _finding(vpcs=[vpc(OwnerId="210987654321")]).status is Status.UNKNOWN


def test_a_region_without_tables_is_not_judged():
    finding = verdict(CONTROL, snapshot(region(network=network())))
    assert finding.status is Status.NOT_APPLICABLE
