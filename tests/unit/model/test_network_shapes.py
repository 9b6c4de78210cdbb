import pytest
from pydantic import ValidationError

from dynasec.model import ec2, gateway, network, packet_filter
from dynasec.model.network import Network
from tests.support.shapes import assert_shape

RESOURCE = frozenset({"arn", "region"})


@pytest.mark.parametrize(
    ("kind", "shape", "ours"),
    [
        (network.Vpc, "Vpc", RESOURCE | {"dns_support", "dns_hostnames"}),
        (network.Subnet, "Subnet", RESOURCE),
        (network.Endpoint, "VpcEndpoint", RESOURCE),
        (network.RouteTable, "RouteTable", frozenset()),
        (network.PrefixList, "PrefixList", frozenset()),
        (network.NetworkInterface, "NetworkInterface", frozenset()),
        (network.FlowLog, "FlowLog", frozenset()),
        (packet_filter.NetworkAcl, "NetworkAcl", frozenset()),
        (packet_filter.SecurityGroup, "SecurityGroup", frozenset()),
        (gateway.NatGateway, "NatGateway", frozenset()),
        (gateway.InternetGateway, "InternetGateway", frozenset()),
        (gateway.EgressOnlyInternetGateway, "EgressOnlyInternetGateway", frozenset()),
        (gateway.Peering, "VpcPeeringConnection", frozenset()),
        (gateway.TransitGatewayAttachment, "TransitGatewayAttachment", frozenset()),
        (ec2.SecurityGroupIdentifier, "SecurityGroupIdentifier", frozenset()),
    ],
)
def test_fields_are_those_of_ec2(kind, shape, ours):
    assert_shape(kind, "ec2", shape, ours=ours)


def test_an_endpoint_without_type_is_a_gateway():
    raw = {"VpcEndpointId": "vpce-1", "VpcId": "vpc-1", "ServiceName": "x", "State": "Available"}
    endpoint = network.Endpoint.model_validate({**raw, "arn": "arn:aws:ec2:r:1:vpc-endpoint/vpce-1"})
    assert endpoint.is_gateway
    assert endpoint.available
    assert endpoint.tags == {}
    assert endpoint.policy_document is None


@pytest.mark.parametrize(
    ("service", "dynamodb", "tables"),
    [
        ("com.amazonaws.us-east-1.dynamodb", True, True),
        ("com.amazonaws.us-east-1.dynamodb-fips", True, True),
        ("com.amazonaws.us-east-1.dynamodb-streams", True, False),
        ("com.amazonaws.eu-west-1.dynamodb", True, False),
        ("com.amazonaws.us-east-1.s3", False, False),
        ("com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0", False, False),
    ],
)
def test_which_endpoints_lead_to_dynamodb(service, dynamodb, tables):
    raw = {"VpcEndpointId": "vpce-1", "VpcId": "vpc-1", "ServiceName": service, "State": "available"}
    endpoint = network.Endpoint.model_validate(
        {**raw, "arn": "arn:aws:ec2:us-east-1:1:x", "region": "us-east-1"}
    )
    assert (endpoint.is_dynamodb, endpoint.reaches_tables) == (dynamodb, tables)


def test_only_ranges_in_force_count():
    vpc = network.Vpc.model_validate(
        {
            "arn": "arn:aws:ec2:r:1:vpc/vpc-1",
            "VpcId": "vpc-1",
            "OwnerId": "1",
            "CidrBlockAssociationSet": [
                {"CidrBlock": "10.0.0.0/16", "CidrBlockState": {"State": "associated"}},
                {"CidrBlock": "10.1.0.0/16", "CidrBlockState": {"State": "associated"}},
                {"CidrBlock": "10.2.0.0/16", "CidrBlockState": {"State": "disassociated"}},
            ],
            "Ipv6CidrBlockAssociationSet": [
                {"Ipv6CidrBlock": "fd00::/56", "Ipv6CidrBlockState": {"State": "associated"}}
            ],
            "Tags": [{"Key": "Name", "Value": "main"}],
        }
    )
    assert [str(cidr) for cidr in vpc.cidrs] == ["10.0.0.0/16", "10.1.0.0/16", "fd00::/56"]
    assert vpc.tags == {"Name": "main"}
    assert vpc.label == "main (vpc-1)"
    assert vpc.dns_support.gap is not None


def test_nothing_is_listed_until_it_is_read():
    for name in Network.model_fields:
        if name != "routed_prefix_lists":
            assert getattr(Network(), name).gap.code == "NotCollected", name


@pytest.mark.parametrize(
    ("kind", "accepted"), [("Resource", True), ("ServiceNetwork", True), ("Interface", False), (None, False)]
)
def test_only_endpoints_of_lattice_name_no_service(kind, accepted):
    raw = {"VpcEndpointId": "vpce-1", "VpcId": "vpc-1", "State": "available", "arn": "arn:aws:ec2:r:1:x"}
    if kind is not None:
        raw["VpcEndpointType"] = kind
    if accepted:
        assert not network.Endpoint.model_validate(raw).is_dynamodb
    else:
        with pytest.raises(ValidationError, match="names no service"):
            network.Endpoint.model_validate(raw)
