import pytest

from dynasec.check import Status
from dynasec.settings import Rule, Settings
from tests.support.accounts import denied_listing, snapshot, verdict
from tests.support.network import endpoint, interface_endpoint, network, networked, routes, vpc
from tests.support.zones import placed

CONTROL = "lane-endpoint-exclusive"
MAIN = routes(name="rtb-1")
OTHER = routes(subnet_id="subnet-2", name="rtb-2")


def finding(*subnets, settings=None, one=None, **kinds):
    found = {"subnets": subnets, "route_tables": [MAIN], "endpoints": [one or endpoint()], **kinds}
    return verdict(CONTROL, snapshot(networked(network(**found))), settings)


def test_one_lane():
    found = finding(placed("subnet-1", lane="orders"), placed("subnet-2", lane="Orders"))
    assert (found.status, found.evidence) == (Status.PASS, {"lanes": {"orders": ["subnet-1", "subnet-2"]}})


def test_two_lanes_are_told_once():
    found = finding(
        placed("subnet-1", lane="orders"),
        placed("subnet-2", lane="billing"),
        placed("subnet-3", lane="billing"),
    )
    assert (found.status, found.reason) == (
        Status.FAIL,
        "serves lanes billing (subnet-2, subnet-3) and orders (subnet-1)",
    )


def test_subnets_of_the_main_table_count():
    found = finding(
        placed("subnet-1", lane="orders"), placed("subnet-2", lane="billing"), route_tables=[MAIN, OTHER]
    )
    assert found.status is Status.PASS
    both = endpoint("vpce-1", "rtb-1", "rtb-2")
    subnets = (placed("subnet-1", lane="orders"), placed("subnet-2", lane="billing"))
    assert finding(*subnets, route_tables=[MAIN, OTHER], one=both).status is Status.FAIL


def test_a_subnet_of_no_lane_does_not_belong():
    found = finding(placed("subnet-1", lane="orders"), placed("subnet-2"))
    assert (found.status, "subnets of no lane (subnet-2)" in found.reason) == (Status.FAIL, True)


def test_vpcs_and_rules_give_lanes():
    tagged = vpc(Tags=[{"Key": "lane", "Value": "orders"}])
    assert finding(placed("subnet-1"), placed("subnet-2"), vpcs=[tagged]).status is Status.PASS
    settings = Settings(rules=(Rule(match="subnet-2", lane="billing"),))
    assert (
        finding(placed("subnet-1"), placed("subnet-2"), vpcs=[tagged], settings=settings).status
        is Status.FAIL
    )


@pytest.mark.parametrize(
    "one", [endpoint(), interface_endpoint(), endpoint(State="deleted"), endpoint("vpce-1", "rtb-9")]
)
def test_not_judged(one):
    assert finding(placed("subnet-1"), one=one).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("kind", "operation"),
    [("route_tables", "ec2:DescribeRouteTables"), ("subnets", "ec2:DescribeSubnets")],
)
def test_a_denied_listing_is_unknown(kind, operation):
    found = finding(placed("subnet-1", lane="orders"), **{kind: denied_listing(operation)})
    assert (found.status, found.gaps[0].operation) == (Status.UNKNOWN, operation)


def test_unread_vpcs_hide_lanes():
    assert finding(placed("subnet-1"), vpcs=denied_listing("ec2:DescribeVpcs")).status is Status.UNKNOWN
