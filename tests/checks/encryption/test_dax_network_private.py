import pytest

from dynasec.check import Status
from dynasec.model.fact import Listing
from dynasec.model.packet_filter import SecurityGroup
from tests.support.accounts import denied, denied_listing, snapshot, verdict
from tests.support.dax import cluster, with_clusters
from tests.support.network import TO_INTERNET, TO_NAT, network, route, routes

CONTROL = "dax-network-private"


def group(*rules, name="sg-1"):
    permissions = [{"IpProtocol": "tcp", "FromPort": 8111, "ToPort": 9111, **rule} for rule in rules]
    return SecurityGroup.model_validate({"GroupId": name, "IpPermissions": permissions})


def ranges(*texts):
    return {
        "IpRanges": [{"CidrIp": one} for one in texts if ":" not in one],
        "Ipv6Ranges": [{"CidrIpv6": one} for one in texts if ":" in one],
    }


INSIDE = group(ranges("10.0.0.0/8"), {"UserIdGroupPairs": [{"GroupId": "sg-2"}]})


def judged(*entries, groups=(INSIDE,), one=None, **kinds):
    found = network(**{"route_tables": (routes(*entries),), "security_groups": groups, **kinds})
    return verdict(CONTROL, snapshot(with_clusters(one or cluster(), network=found)))


@pytest.mark.parametrize(
    ("entries", "status"),
    [
        ((), Status.PASS),
        ((TO_NAT,), Status.PASS),
        ((TO_INTERNET,), Status.FAIL),
        ((route("::/0", GatewayId="igw-1"),), Status.FAIL),
        ((route("198.51.100.0/24", GatewayId="igw-1"),), Status.FAIL),
    ],
)
def test_routes(entries, status):
    assert judged(*entries).status is status


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        (ranges("10.0.0.0/8"), Status.PASS),
        (ranges("203.0.113.7/32"), Status.PASS),
        ({**ranges("0.0.0.0/0"), "FromPort": 443, "ToPort": 443}, Status.PASS),
        ({**ranges("0.0.0.0/0"), "IpProtocol": "udp"}, Status.PASS),
        (ranges("0.0.0.0/0"), Status.FAIL),
        (ranges("0.0.0.0/1"), Status.FAIL),
        (ranges("::/0"), Status.FAIL),
        ({**ranges("0.0.0.0/0"), "IpProtocol": "-1", "FromPort": None, "ToPort": None}, Status.FAIL),
        ({**ranges("0.0.0.0/0"), "FromPort": 9111, "ToPort": 9111}, Status.FAIL),
        ({"PrefixListIds": [{"PrefixListId": "pl-1"}]}, Status.UNKNOWN),
    ],
)
def test_rules(rule, status):
    assert judged(groups=(group(rule),)).status is status


def test_a_failure_names_subnet_gateway_and_group():
    finding = judged(TO_INTERNET, groups=(group(ranges("0.0.0.0/0")),))
    assert "subnet subnet-1 has a route to internet gateway igw-1" in finding.reason
    assert "security group sg-1 admits 0.0.0.0/0" in finding.reason


@pytest.mark.parametrize(
    "kinds",
    [
        {"subnets": denied_listing("ec2:DescribeSubnets")},
        {"subnets": ()},
        {"route_tables": denied_listing("ec2:DescribeRouteTables")},
        {"security_groups": denied_listing("ec2:DescribeSecurityGroups")},
        {"security_groups": Listing(())},
    ],
)
def test_what_was_not_read_is_unknown(kinds):
    assert judged(**kinds).status is Status.UNKNOWN


def test_a_cluster_that_does_not_tell_its_network_is_unknown():
    assert judged(one=cluster(group=denied("dax:DescribeSubnetGroups"))).status is Status.UNKNOWN
    assert judged(one=cluster(SecurityGroups=None)).status is Status.UNKNOWN
