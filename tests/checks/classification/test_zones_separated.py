import pytest

from dynasec.check import Status
from tests.support.accounts import denied_listing, snapshot, verdict
from tests.support.network import endpoint, interface_endpoint, network, networked, routes, vpc
from tests.support.zones import acl, placed

CONTROL = "zones-separated"
SUBNETS = [placed("subnet-1", zone="data"), placed("subnet-2", zone="app"), placed("subnet-3")]
TABLES = [
    routes(subnet_id="subnet-1", name="rtb-1"),
    routes(subnet_id="subnet-2", name="rtb-2"),
    routes(name="rtb-main"),
]
ACLS = [acl(subnets=("subnet-1",)), acl(name="acl-2", subnets=("subnet-2", "subnet-3"))]
APART = [endpoint("vpce-1", "rtb-1"), endpoint("vpce-2", "rtb-2")]


def finding(**kinds):
    found = {"subnets": SUBNETS, "route_tables": TABLES, "network_acls": ACLS, "endpoints": APART, **kinds}
    return verdict(CONTROL, snapshot(networked(network(**found))))


def test_zones_that_share_nothing():
    found = finding()
    assert (found.status, found.evidence) == (Status.PASS, {"zones": ["app", "data"]})


@pytest.mark.parametrize(
    ("kinds", "shared"),
    [
        ({"route_tables": TABLES[2:], "endpoints": []}, [("route table", "rtb-main")]),
        ({"network_acls": [acl(subnets=("subnet-1", "subnet-2", "subnet-3"))]}, [("network ACL", "acl-1")]),
        ({"endpoints": [endpoint("vpce-1", "rtb-1", "rtb-2")]}, [("endpoint", "vpce-1")]),
        ({"endpoints": [interface_endpoint(SubnetIds=["subnet-1", "subnet-2"])]}, [("endpoint", "vpce-2")]),
    ],
)
def test_what_is_shared_is_told_once(kinds, shared):
    found = finding(**kinds)
    assert found.status is Status.FAIL
    assert [(one["kind"], one["id"]) for one in found.evidence["shared"]] == shared
    assert found.evidence["shared"][0]["zones"] == {"data": ["subnet-1"], "app": ["subnet-2"]}
    assert f"{shared[0][0]} {shared[0][1]} serves app (subnet-2) and data (subnet-1)" in found.reason


def test_many_subnets_of_two_zones_still_share_one_thing():
    subnets = [placed(f"subnet-{n}", zone="data" if n % 2 else "app") for n in range(1, 9)]
    names = tuple(one.subnet_id for one in subnets)
    found = finding(
        subnets=subnets,
        route_tables=[routes(name="rtb-main")],
        network_acls=[acl(subnets=names)],
        endpoints=[],
    )
    assert [one["id"] for one in found.evidence["shared"]] == ["acl-1", "rtb-main"]


def test_an_endpoint_that_is_gone_or_of_another_service_is_not_shared():
    gone = endpoint("vpce-1", "rtb-1", "rtb-2", State="deleted")
    other = endpoint("vpce-2", "rtb-1", "rtb-2", service="com.amazonaws.us-east-1.s3")
    assert finding(endpoints=[gone, other]).status is Status.PASS


def test_one_zone_is_separated_from_none():
    assert finding(subnets=SUBNETS[1:], route_tables=TABLES[2:]).status is Status.PASS


def test_the_vpcs_zone_is_that_of_its_subnets():
    tagged = vpc(Tags=[{"Key": "zone", "Value": "app"}])
    found = finding(vpcs=[tagged], subnets=[SUBNETS[0], placed("subnet-2")], route_tables=TABLES[2:])
    assert found.status is Status.FAIL


def test_without_zones_it_is_not_judged():
    found = finding(subnets=[placed("subnet-1"), placed("subnet-2")])
    assert (found.status, "`zone`" in found.reason) == (Status.NOT_APPLICABLE, True)


@pytest.mark.parametrize(
    ("kind", "operation"),
    [
        ("route_tables", "ec2:DescribeRouteTables"),
        ("network_acls", "ec2:DescribeNetworkAcls"),
        ("endpoints", "ec2:DescribeVpcEndpoints"),
        ("subnets", "ec2:DescribeSubnets"),
    ],
)
def test_a_denied_listing_is_unknown(kind, operation):
    found = finding(**{kind: denied_listing(operation)})
    assert (found.status, found.gaps[0].operation) == (Status.UNKNOWN, operation)


def test_a_shared_thing_that_was_read_fails_although_others_were_not():
    found = finding(route_tables=TABLES[2:], network_acls=denied_listing("ec2:DescribeNetworkAcls"))
    assert found.status is Status.FAIL
