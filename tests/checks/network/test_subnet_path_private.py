import pytest

from dynasec.check import Status
from dynasec.settings import Network as NetworkSettings
from dynasec.settings import Settings
from tests.support.accounts import denied_listing, judge, snapshot, verdict
from tests.support.network import (
    TO_ENDPOINT,
    TO_INTERNET,
    TO_NAT,
    endpoint,
    interface,
    interface_endpoint,
    network,
    networked,
    route,
    routes,
    subnet,
)

CONTROL = "subnet-path-private"


def _finding(*entries, settings=None, **kinds):
    kinds.setdefault("route_tables", [routes(*entries)])
    return verdict(CONTROL, snapshot(networked(network(**kinds))), settings)


def test_through_the_gateway_endpoint():
    finding = _finding(TO_ENDPOINT, TO_NAT, endpoints=[endpoint()])
    assert finding.status is Status.PASS
    assert finding.reason == "route table rtb-1 sends packets to DynamoDB through gateway endpoint vpce-1"
    assert finding.evidence["endpoint"] == "vpce-1"


@pytest.mark.parametrize(("way", "name"), [(TO_NAT, "nat-1"), (TO_INTERNET, "igw-1")])
def test_out_of_the_vpc(way, name):
    finding = _finding(way)
    assert finding.status is Status.FAIL
    assert name in finding.reason
    assert "rtb-1" in finding.reason


@pytest.mark.parametrize(
    "target", [{"TransitGatewayId": "tgw-1"}, {"VpcPeeringConnectionId": "pcx-1"}, {"GatewayId": "vgw-1"}]
)
def test_a_gateway_endpoint_elsewhere_cannot_be_used_from_here(target):
    assert _finding(route("0.0.0.0/0", **target)).status is Status.FAIL


def test_an_endpoint_in_the_vpc_does_not_help_a_subnet_on_the_main_table():
    tables = [routes(TO_ENDPOINT, subnet_id="subnet-2", name="rtb-2"), routes(TO_NAT, name="rtb-main")]
    subnets = [subnet(), subnet("subnet-2")]
    interfaces = [interface(), interface("subnet-2", "eni-2")]
    account = snapshot(
        networked(
            network(
                route_tables=tables,
                subnets=subnets,
                interfaces=interfaces,
                endpoints=[endpoint("vpce-1", "rtb-2")],
            )
        )
    )
    main, own = judge(CONTROL, account)
    assert (main.status, own.status) == (Status.FAIL, Status.PASS)
    assert "rtb-main" in main.reason


def test_a_more_specific_route_beside_the_endpoints():
    finding = _finding(TO_ENDPOINT, route("3.218.180.0/24", NatGatewayId="nat-1"), endpoints=[endpoint()])
    assert finding.status is Status.FAIL
    assert "3.218.180.0/24" in finding.reason


def test_an_interface_endpoint_beside_nat_proves_nothing():
    finding = _finding(TO_NAT, endpoints=[interface_endpoint()])
    assert finding.status is Status.FAIL
    assert "vpce-2 cannot be proven" in finding.reason


def test_an_interface_endpoint_is_the_only_way():
    finding = _finding(endpoints=[interface_endpoint()])
    assert finding.status is Status.PASS
    assert "vpce-2 is the only way" in finding.reason


def test_nothing_reaches_dynamodb_from_here():
    assert _finding().status is Status.NOT_APPLICABLE


def test_a_subnet_without_workload_is_not_judged():
    assert _finding(TO_NAT, interfaces=[]).status is Status.NOT_APPLICABLE
    settings = Settings(network=NetworkSettings(workload_subnets=("subnet-1",)))
    assert _finding(TO_NAT, interfaces=[], settings=settings).status is Status.FAIL


@pytest.mark.parametrize(
    ("kind", "operation"),
    [
        ("route_tables", "ec2:DescribeRouteTables"),
        ("interfaces", "ec2:DescribeNetworkInterfaces"),
        ("prefix_lists", "ec2:DescribePrefixLists"),
        ("endpoints", "ec2:DescribeVpcEndpoints"),
    ],
)
def test_a_denied_listing_is_unknown(kind, operation):
    finding = _finding(TO_ENDPOINT, **{"endpoints": [endpoint()], kind: denied_listing(operation)})
    assert finding.status is Status.UNKNOWN
    assert [gap.operation for gap in finding.gaps] == [operation]
