import pytest

from dynasec.check import Status
from dynasec.model.fact import Gap, Listing
from dynasec.settings import Network, Rule, Settings, Zones
from tests.support.accounts import denied_listing, judge, snapshot
from tests.support.network import network, networked, subnet, vpc
from tests.support.zones import EVERYTHING, acl, entry, placed

CONTROL = "zone-network-acl"
APP_MAY = Settings(zones=Zones(neighbours={"data": ("app",)}))
DATA, APP, WEB = "10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24"
RETURNS = entry(900, "0.0.0.0/0", ports=(1024, 65535))
SUBNETS = (
    placed("subnet-1", DATA, zone="data"),
    placed("subnet-2", APP, zone="App"),
    placed("subnet-3", WEB, zone="web"),
)


def finding(*entries, settings=APP_MAY, subnets=SUBNETS, **kinds):
    acls = [acl(*entries), acl(EVERYTHING, name="acl-2", subnets=("subnet-2", "subnet-3"))]
    found = {"subnets": subnets, "network_acls": acls, **kinds}
    findings = judge(CONTROL, snapshot(networked(network(**found))), settings)
    return next(one for one in findings if one.resource.endswith("subnet-1") or "subnet" not in one.resource)


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [RETURNS],
        [entry(100, APP, ports=(443, 443)), RETURNS],
        [entry(100, APP, protocol="-1"), entry(110, DATA, protocol="-1")],
        [entry(100, "10.0.2.128/25", ports=(443, 443)), entry(110, APP, ports=(22, 22))],
        [entry(90, "0.0.0.0/0", "deny", "-1"), EVERYTHING],
        [entry(90, WEB, "deny", "-1"), entry(91, "10.0.0.0/24", "deny", "-1"), entry(100, "10.0.0.0/22")],
        [entry(100, "0.0.0.0/0", protocol="1")],
        [{**EVERYTHING, "Egress": True}],
    ],
)
def test_only_neighbours(entries):
    found = finding(*entries)
    assert (found.status, found.reason) == (Status.PASS, "network ACL acl-1 admits data and app only")


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([EVERYTHING], "rule 100 admits all traffic from 0.0.0.0/0"),
        ([entry(100, "0.0.0.0/0", ports=(443, 443))], "rule 100 admits TCP port 443 from 0.0.0.0/0"),
        ([entry(100, "0.0.0.0/0", protocol="17", ports=(53, 60))], "UDP ports 53-60"),
        ([entry(100, "0.0.0.0/0", ports=(1000, 65535))], "TCP ports 1000-65535"),
        ([entry(100, "0.0.0.0/0")], "rule 100 admits TCP from"),
        ([entry(100, "0.0.0.0/0", protocol="47")], "protocol 47"),
        ([entry(100, WEB, ports=(22, 22))], f"from {WEB}"),
        ([entry(100, "10.0.2.0/23", ports=(22, 22))], "rule 100"),
        ([EVERYTHING, entry(110, "0.0.0.0/0", "deny", "-1")], "rule 100"),
        ([entry(90, WEB, "deny", "-1"), EVERYTHING], "rule 100"),
        ([entry(90, "0.0.0.0/0", "deny", ports=(0, 1023)), EVERYTHING], "rule 100 admits all traffic"),
    ],
)
def test_others_are_admitted(entries, words):
    found = finding(*entries)
    assert found.status is Status.FAIL
    assert words in found.reason
    assert "neighbours of zone data: app" in found.reason


def test_ipv6_is_judged_where_the_subnet_has_it():
    six = entry(101, "::/0", protocol="-1")
    assert finding(six).status is Status.PASS
    both = subnet(
        "subnet-1",
        CidrBlock=DATA,
        Tags=[{"Key": "zone", "Value": "data"}],
        Ipv6CidrBlockAssociationSet=[
            {"Ipv6CidrBlock": "2001:db8::/64", "Ipv6CidrBlockState": {"State": "associated"}}
        ],
    )
    found = finding(six, subnets=[both, *SUBNETS[1:]])
    assert (found.status, "rule 101" in found.reason) == (Status.FAIL, True)


def test_nobody_is_a_neighbour_undeclared():
    found = finding(entry(100, APP, ports=(443, 443)), settings=Settings())
    assert (found.status, "neighbours of zone data: none" in found.reason) == (Status.FAIL, True)


def test_the_internet_and_on_premises_can_be_neighbours():
    internet = Settings(zones=Zones(neighbours={"DATA": ("internet",)}))
    assert finding(EVERYTHING, settings=internet).status is Status.PASS
    near = Settings(
        zones=Zones(neighbours={"data": ("on-premises",)}), network=Network(on_premises=("192.168.0.0/16",))
    )
    assert finding(entry(100, "192.168.7.0/24"), settings=near).status is Status.PASS
    assert finding(entry(100, "192.169.0.0/24"), settings=near).status is Status.FAIL


def test_a_zone_called_internet_is_not_every_address():
    named = placed("subnet-2", APP, zone="internet")
    settings = Settings(zones=Zones(neighbours={"data": ("internet",)}))
    assert finding(EVERYTHING, settings=settings, subnets=[SUBNETS[0], named]).status is Status.FAIL


def test_zones_of_vpcs_and_rules_count():
    tagged = vpc(Tags=[{"Key": "zone", "Value": "data"}])
    plain = [placed("subnet-1", DATA)]
    assert finding(EVERYTHING, subnets=plain, vpcs=[tagged]).status is Status.FAIL
    settings = Settings(rules=(Rule(match="subnet-1", zone="data"),))
    assert finding(EVERYTHING, subnets=plain, settings=settings).status is Status.FAIL


def test_without_a_zone_it_is_not_judged():
    found = finding(EVERYTHING, subnets=[placed("subnet-1", DATA)])
    assert (found.status, "`zone`" in found.reason) == (Status.NOT_APPLICABLE, True)


@pytest.mark.parametrize(
    ("kinds", "operation"),
    [
        ({"network_acls": denied_listing("ec2:DescribeNetworkAcls")}, "ec2:DescribeNetworkAcls"),
        (
            {"vpcs": denied_listing("ec2:DescribeVpcs"), "subnets": [placed("subnet-1", DATA)]},
            "ec2:DescribeVpcs",
        ),
        ({"network_acls": [acl(subnets=())]}, "ec2:DescribeNetworkAcls"),
        ({"subnets": [subnet("subnet-1", Tags=[{"Key": "zone", "Value": "data"}])]}, "ec2:DescribeSubnets"),
    ],
)
def test_what_cannot_be_read_is_unknown(kinds, operation):
    found = finding(**kinds)
    assert (found.status, found.gaps[0].operation) == (Status.UNKNOWN, operation)


def test_an_unread_subnet_may_be_a_neighbours():
    some = Listing(SUBNETS, Gap("ec2:DescribeSubnets", "Throttled"))
    assert finding(entry(100, "10.9.0.0/24"), subnets=some).status is Status.UNKNOWN
    assert finding(entry(100, APP), subnets=some).status is Status.PASS
