import pytest

from dynasec.check import Status
from dynasec.model.fact import Fact, Gap, Listing
from tests.support.accounts import denied, denied_listing, snapshot, verdict
from tests.support.network import endpoint, interface_endpoint, network, networked, vpc

CONTROL = "endpoint-dns-support"
ON, OFF = Fact(value=True), Fact(value=False)


def finding(support, endpoints):
    return verdict(
        CONTROL, snapshot(networked(network(vpcs=[vpc(dns_support=support)], endpoints=endpoints)))
    )


def test_on():
    assert finding(ON, [endpoint()]).status is Status.PASS


def test_off():
    found = finding(OFF, [endpoint()])
    assert (found.status, found.reason) == (
        Status.FAIL,
        "DNS support is off, which gateway endpoint vpce-1 needs",
    )


@pytest.mark.parametrize(
    "endpoints",
    [
        [],
        [interface_endpoint()],
        [endpoint(State="deleted")],
        [endpoint(service="com.amazonaws.us-east-1.s3")],
    ],
)
def test_without_a_gateway_endpoint_it_is_not_judged(endpoints):
    assert finding(OFF, endpoints).status is Status.NOT_APPLICABLE


def test_a_denied_attribute_is_unknown():
    assert finding(denied("ec2:DescribeVpcAttribute"), [endpoint()]).status is Status.UNKNOWN


def test_unread_endpoints_are_unknown_unless_one_is_there():
    assert finding(OFF, denied_listing("ec2:DescribeVpcEndpoints")).status is Status.UNKNOWN
    some = Listing((endpoint(),), Gap("ec2:DescribeVpcEndpoints", "Throttled"))
    assert finding(OFF, some).status is Status.FAIL
