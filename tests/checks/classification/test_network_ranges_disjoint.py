from ipaddress import ip_network

import pytest

from dynasec.check import Status
from dynasec.model.fact import Gap, Listing
from dynasec.model.gateway import Peering
from dynasec.settings import Network as NetworkSettings
from dynasec.settings import Settings
from tests.support.accounts import denied_listing, judge, snapshot
from tests.support.network import interface, network, networked, vpc

CONTROL = "network-ranges-disjoint"
BOTH = (interface(), interface("subnet-2", "eni-2", "vpc-2"))


def _findings(*regions, settings=None):
    return judge(CONTROL, snapshot(*regions), settings)


def _first(*vpcs, settings=None, **kinds):
    kinds.setdefault("interfaces", BOTH)
    return _findings(networked(network(vpcs=vpcs, **kinds)), settings=settings)[0]


def _elsewhere(*vpcs, **kinds):
    kinds.setdefault("interfaces", BOTH)
    return networked(network(vpcs=vpcs, **kinds), "eu-west-1")


def test_ranges_of_its_own():
    finding = _first(vpc("vpc-1", "10.0.0.0/16", "fd00::/56"), vpc("vpc-2", "10.1.0.0/16", "fd01::/56"))
    assert finding.status is Status.PASS


@pytest.mark.parametrize(
    ("own", "other", "words"),
    [
        (["10.0.0.0/16"], ["10.0.0.0/16"], "10.0.0.0/16 overlaps 10.0.0.0/16 of vpc-2 in us-east-1"),
        (["10.0.0.0/16"], ["10.0.128.0/20"], "10.0.0.0/16 overlaps 10.0.128.0/20"),
        (["10.0.0.0/24"], ["10.0.0.0/8"], "10.0.0.0/24 overlaps 10.0.0.0/8"),
        (["10.0.0.0/16", "10.9.0.0/16"], ["10.1.0.0/16", "10.9.0.0/20"], "10.9.0.0/16 overlaps 10.9.0.0/20"),
        (["10.0.0.0/16", "fd00::/56"], ["10.1.0.0/16", "fd00::/60"], "fd00::/56 overlaps fd00::/60"),
    ],
)
def test_shared_addresses(own, other, words):
    finding = _first(vpc("vpc-1", *own), vpc("vpc-2", *other))
    assert finding.status is Status.FAIL
    assert words in finding.reason
    assert "peered" not in finding.reason


def test_both_sides_are_told():
    findings = _findings(networked(network(vpcs=[vpc(), vpc("vpc-2")], interfaces=BOTH)))
    assert [finding.status for finding in findings] == [Status.FAIL, Status.FAIL]


def test_a_vpc_of_another_region_counts():
    here, there = _findings(networked(network()), _elsewhere(vpc("vpc-2", where="eu-west-1")))
    assert here.status is there.status is Status.FAIL
    assert "vpc-2 in eu-west-1" in here.reason


def test_peering_is_told():
    peering = Peering.model_validate(
        {
            "VpcPeeringConnectionId": "pcx-1",
            "RequesterVpcInfo": {"VpcId": "vpc-2"},
            "AccepterVpcInfo": {"VpcId": "vpc-1"},
            "Status": {"Code": "active"},
        }
    )
    assert "with which the VPC is peered" in _first(vpc(), vpc("vpc-2"), peerings=[peering]).reason


def test_peerings_that_cannot_be_read_change_no_verdict():
    hidden = denied_listing("ec2:DescribeVpcPeeringConnections")
    assert _first(vpc(), vpc("vpc-2"), peerings=hidden).status is Status.FAIL
    assert _first(vpc(), peerings=hidden).status is Status.PASS


def test_a_range_that_is_no_longer_in_force_does_not_count():
    old = {"CidrBlock": "10.0.0.0/16", "CidrBlockState": {"State": "disassociated"}}
    other = vpc("vpc-2", CidrBlockAssociationSet=[old])
    assert _first(vpc(), other).status is Status.PASS


def test_default_vpcs_without_interfaces_are_noise():
    default = vpc("vpc-2", "10.0.0.0/16", IsDefault=True)
    findings = _findings(networked(network(vpcs=[vpc(), default])))
    assert [finding.status for finding in findings] == [Status.PASS, Status.NOT_APPLICABLE]


def test_a_used_default_vpc_is_not():
    assert _first(vpc(), vpc("vpc-2", IsDefault=True)).status is Status.FAIL


def test_on_premises_ranges():
    settings = Settings(
        network=NetworkSettings(on_premises=(ip_network("10.0.4.0/22"), ip_network("fd00::/8")))
    )
    finding = _first(vpc(), settings=settings)
    assert finding.status is Status.FAIL
    assert "10.0.0.0/16 overlaps 10.0.4.0/22 on premises" in finding.reason
    assert _first(vpc("vpc-1", "192.168.0.0/16"), settings=settings).status is Status.PASS


def test_a_region_whose_vpcs_cannot_be_listed_may_hold_an_overlap():
    hidden = _elsewhere(*()).model_copy(update={"network": network(vpcs=denied_listing("ec2:DescribeVpcs"))})
    here = _findings(networked(network()), hidden)[0]
    assert here.status is Status.UNKNOWN
    assert [gap.operation for gap in here.gaps] == ["ec2:DescribeVpcs"]


def test_an_overlap_found_is_one_although_other_vpcs_are_unread():
    some = Listing((vpc(), vpc("vpc-2")), Gap("ec2:DescribeVpcs", "Throttled"))
    assert _findings(networked(network(vpcs=some, interfaces=BOTH)))[0].status is Status.FAIL


def test_unread_interfaces_leave_open_whether_anything_runs():
    hidden = denied_listing("ec2:DescribeNetworkInterfaces")
    assert _first(vpc(), interfaces=hidden).status is Status.UNKNOWN
    half = Listing((interface(),), Gap("ec2:DescribeNetworkInterfaces", "Throttled"))
    assert _first(vpc(), vpc("vpc-2"), interfaces=half).status is Status.UNKNOWN
    assert _first(vpc(), vpc("vpc-2", "10.9.0.0/16"), interfaces=half).status is Status.PASS
