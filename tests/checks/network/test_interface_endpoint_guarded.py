import pytest

from dynasec.check import Status
from dynasec.model.packet_filter import SecurityGroup
from dynasec.settings import Network as NetworkSettings
from dynasec.settings import Settings
from tests.support.accounts import ACCOUNT, denied_listing, snapshot, verdict
from tests.support.network import VPC, endpoint, interface_endpoint, network, networked, vpc

CONTROL = "interface-endpoint-guarded"
GROUPS = [{"GroupId": "sg-1"}]


def rule(protocol="tcp", ports=(443, 443), **sources):
    return {"IpProtocol": protocol, "FromPort": ports[0], "ToPort": ports[1], **sources}


def ranges(*cidrs):
    return {"IpRanges": [{"CidrIp": one} for one in cidrs]}


def group(*rules, name="sg-1", **members):
    fields = {"GroupId": name, "VpcId": VPC, "OwnerId": ACCOUNT, "IpPermissions": rules, **members}
    return SecurityGroup.model_validate(fields)


def finding(*rules, groups=(), settings=None, one=None, **kinds):
    found = {
        "endpoints": [one or interface_endpoint(Groups=GROUPS)],
        "security_groups": [group(*rules), *groups],
        **kinds,
    }
    return verdict(CONTROL, snapshot(networked(network(**found))), settings)


@pytest.mark.parametrize(
    "rules",
    [
        [],
        [rule(**ranges("10.0.0.0/16"))],
        [rule(**ranges("10.0.3.7/32", "10.0.8.0/24"))],
        [rule(UserIdGroupPairs=[{"GroupId": "sg-1", "UserId": ACCOUNT}])],
        [rule(UserIdGroupPairs=[{"GroupId": "sg-2", "UserId": ACCOUNT}])],
        [rule(ports=(22, 22), **ranges("0.0.0.0/0"))],
        [rule("udp", **ranges("0.0.0.0/0"))],
    ],
)
def test_its_own_network(rules):
    assert finding(*rules, groups=[group(name="sg-2")]).status is Status.PASS


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (rule(**ranges("0.0.0.0/0")), "sg-1 admits port 443 from 0.0.0.0/0"),
        (rule("-1", (None, None), **ranges("0.0.0.0/0")), "0.0.0.0/0"),
        (rule("6", (0, 65535), **ranges("10.0.0.0/8")), "10.0.0.0/8"),
        (rule(Ipv6Ranges=[{"CidrIpv6": "::/0"}]), "::/0"),
        (rule(UserIdGroupPairs=[{"GroupId": "sg-9", "UserId": "210987654321"}]), "of account 210987654321"),
        (rule(UserIdGroupPairs=[{"GroupId": "sg-3", "UserId": ACCOUNT}]), "group sg-3 of vpc-9"),
        (rule(PrefixListIds=[{"PrefixListId": "pl-dynamodb"}]), "prefix list pl-dynamodb"),
    ],
)
def test_somewhere_else(one, words):
    found = finding(rule(**ranges("10.0.0.0/16")), one, groups=[group(name="sg-3", VpcId="vpc-9")])
    assert found.status is Status.FAIL
    assert words in found.reason


def test_secondary_ranges_are_the_vpcs_own():
    wide = vpc(VPC, "10.0.0.0/16", "10.1.0.0/16", "2001:db8::/56")
    rules = [rule(**ranges("10.0.0.0/15")), rule(Ipv6Ranges=[{"CidrIpv6": "2001:db8::/64"}])]
    assert finding(*rules, vpcs=[wide]).status is Status.PASS


def test_declared_ranges_on_premises_are_admitted():
    settings = Settings(network=NetworkSettings(on_premises=("192.168.0.0/16",)))
    assert finding(rule(**ranges("192.168.4.0/24")), settings=settings).status is Status.PASS
    assert finding(rule(**ranges("192.168.4.0/24"))).status is Status.FAIL


def test_every_group_counts():
    both = interface_endpoint(Groups=[{"GroupId": "sg-1"}, {"GroupId": "sg-2"}])
    found = finding(one=both, groups=[group(rule(**ranges("0.0.0.0/0")), name="sg-2")])
    assert (found.status, found.evidence) == (Status.FAIL, {"admitted": {"sg-2": ["0.0.0.0/0"]}})


def test_a_prefix_list_that_was_not_read_is_unknown():
    found = finding(rule(PrefixListIds=[{"PrefixListId": "pl-own"}]))
    assert (found.status, found.gaps[0].operation) == (Status.UNKNOWN, "ec2:GetManagedPrefixListEntries")


@pytest.mark.parametrize(
    ("kind", "operation"),
    [("security_groups", "ec2:DescribeSecurityGroups"), ("vpcs", "ec2:DescribeVpcs")],
)
def test_a_denied_listing_is_unknown(kind, operation):
    found = finding(**{kind: denied_listing(operation)})
    assert (found.status, [gap.operation for gap in found.gaps]) == (Status.UNKNOWN, [operation])


def test_an_endpoint_that_shows_no_group_is_unknown():
    assert finding(one=interface_endpoint()).status is Status.UNKNOWN


def test_gateways_and_endpoints_that_are_gone_are_not_judged():
    assert finding(one=endpoint()).status is Status.NOT_APPLICABLE
    assert finding(one=interface_endpoint(Groups=GROUPS, State="deleted")).status is Status.NOT_APPLICABLE
