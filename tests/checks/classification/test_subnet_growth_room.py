import pytest

from dynasec.check import Status
from dynasec.settings import Settings, Thresholds
from tests.support.accounts import denied_listing, snapshot, verdict
from tests.support.network import network, networked, subnet

CONTROL = "subnet-growth-room"


def finding(free, cidr="10.0.0.0/24", settings=None, members=None, **kinds):
    fields = {"CidrBlock": cidr, "AvailableIpAddressCount": free, **(members or {})}
    one = subnet(**fields)
    return verdict(CONTROL, snapshot(networked(network(subnets=[one], **kinds))), settings)


@pytest.mark.parametrize(
    ("free", "cidr", "status"),
    [
        (251, "10.0.0.0/24", Status.PASS),
        (51, "10.0.0.0/24", Status.PASS),
        (50, "10.0.0.0/24", Status.FAIL),
        (0, "10.0.0.0/24", Status.FAIL),
        (3, "10.0.0.0/28", Status.PASS),
        (2, "10.0.0.0/28", Status.FAIL),
    ],
)
def test_a_fifth_of_what_aws_leaves_is_free(free, cidr, status):
    assert finding(free, cidr).status is status


def test_the_numbers_are_told():
    found = finding(10)
    assert found.reason == "10 of 251 addresses of 10.0.0.0/24 are free (3 %), less than 20 %"
    assert found.evidence == {"free": 10, "usable": 251}


def test_the_threshold_is_configured():
    assert (
        finding(10, settings=Settings(thresholds=Thresholds(free_addresses_percent=3))).status is Status.PASS
    )


def test_a_subnet_without_workloads_is_not_judged():
    assert finding(0, interfaces=[]).status is Status.NOT_APPLICABLE


def test_ipv6_only_is_not_judged():
    six = [{"Ipv6CidrBlock": "2001:db8::/64", "Ipv6CidrBlockState": {"State": "associated"}}]
    assert finding(0, None, members={"Ipv6CidrBlockAssociationSet": six}).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(("free", "cidr"), [(None, "10.0.0.0/24"), (5, None)])
def test_what_is_not_told_is_unknown(free, cidr):
    assert finding(free, cidr).status is Status.UNKNOWN


def test_a_denied_listing_is_unknown():
    assert finding(200, interfaces=denied_listing("ec2:DescribeNetworkInterfaces")).status is Status.UNKNOWN
