import boto3
import pytest

from dynasec.model.snapshot import Snapshot
from tests.support.emulated import collect_emulated
from tests.support.scripted import AwsError

READS = (
    "ec2:DescribeVpcs",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeSubnets",
    "ec2:DescribeRouteTables",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribePrefixLists",
    "ec2:GetManagedPrefixListEntries",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeNatGateways",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeEgressOnlyInternetGateways",
    "ec2:DescribeVpcPeeringConnections",
    "ec2:DescribeTransitGatewayAttachments",
    "ec2:DescribeFlowLogs",
)
DYNAMODB = "com.amazonaws.us-east-1.dynamodb"


def _vpc(ec2, cidr="10.0.0.0/16"):
    vpc = ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=cidr.replace("/16", "/24"))["Subnet"]["SubnetId"]
    return vpc, subnet


def _network(**options):
    found, made = collect_emulated(READS, **options)
    assert Snapshot.model_validate_json(found.model_dump_json()) == found
    return found.regions[0].network, made


def _by(items, field, value):
    return next(item for item in items if getattr(item, field) == value)


@pytest.mark.usefixtures("aws")
def test_a_vpc_is_read_with_all_its_ranges_and_attributes():
    ec2 = boto3.client("ec2")
    vpc_id, subnet_id = _vpc(ec2)
    ec2.associate_vpc_cidr_block(VpcId=vpc_id, CidrBlock="10.1.0.0/16")
    ec2.associate_vpc_cidr_block(VpcId=vpc_id, AmazonProvidedIpv6CidrBlock=True)
    gone = ec2.associate_vpc_cidr_block(VpcId=vpc_id, CidrBlock="10.2.0.0/16")["CidrBlockAssociation"]
    ec2.disassociate_vpc_cidr_block(AssociationId=gone["AssociationId"])
    ec2.create_tags(Resources=[vpc_id, subnet_id], Tags=[{"Key": "zone", "Value": "app"}])
    network, _ = _network()
    vpc = _by(network.vpcs.complete(), "vpc_id", vpc_id)
    assert {str(cidr) for cidr in vpc.cidrs if cidr.version == 4} == {"10.0.0.0/16", "10.1.0.0/16"}
    assert [cidr.version for cidr in vpc.cidrs].count(6) == 1
    assert vpc.arn == f"arn:aws:ec2:us-east-1:123456789012:vpc/{vpc_id}"
    assert vpc.label == vpc_id
    assert vpc.tags == {"zone": "app"}
    assert (vpc.dns_support.known(), vpc.dns_hostnames.known()) == (True, False)
    subnet = _by(network.subnets.complete(), "subnet_id", subnet_id)
    assert subnet.tags == {"zone": "app"}
    assert subnet.available_ip_address_count == 251
    assert subnet.arn.endswith(f":subnet/{subnet_id}")


@pytest.mark.usefixtures("aws")
def test_routes_endpoints_and_the_rest_are_read():
    ec2 = boto3.client("ec2")
    vpc_id, subnet_id = _vpc(ec2)
    other_id, _ = _vpc(ec2, "10.9.0.0/16")
    table_id = ec2.create_route_table(VpcId=vpc_id)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table_id, SubnetId=subnet_id)
    gateway_id = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway_id, VpcId=vpc_id)
    ec2.create_route(RouteTableId=table_id, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway_id)
    endpoint_id = ec2.create_vpc_endpoint(VpcId=vpc_id, ServiceName=DYNAMODB, RouteTableIds=[table_id])[
        "VpcEndpoint"
    ]["VpcEndpointId"]
    ec2.create_vpc_endpoint(VpcId=vpc_id, ServiceName="com.amazonaws.us-east-1.s3", RouteTableIds=[table_id])
    nat_id = ec2.create_nat_gateway(SubnetId=subnet_id, AllocationId=ec2.allocate_address()["AllocationId"])[
        "NatGateway"
    ]["NatGatewayId"]
    peering_id = ec2.create_vpc_peering_connection(VpcId=vpc_id, PeerVpcId=other_id)["VpcPeeringConnection"][
        "VpcPeeringConnectionId"
    ]
    ec2.create_egress_only_internet_gateway(VpcId=vpc_id)
    hub_id = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    ec2.create_transit_gateway_vpc_attachment(TransitGatewayId=hub_id, VpcId=vpc_id, SubnetIds=[subnet_id])
    ec2.create_network_interface(SubnetId=subnet_id, TagSpecifications=[])
    network, _ = _network()
    table = _by(network.route_tables.complete(), "route_table_id", table_id)
    assert [one.subnet_id for one in table.associations] == [subnet_id]
    assert {route.gateway_id for route in table.routes} >= {"local", gateway_id, endpoint_id}
    assert all(route.state == "active" for route in table.routes)
    assert sum(one.main for each in network.route_tables.items for one in each.associations) == 3
    assert [one.vpc_endpoint_id for one in network.dynamodb_endpoints.complete()] == [endpoint_id]
    assert len(network.endpoints.complete()) == 2
    assert network.dynamodb_endpoints.items[0].reaches_tables
    assert "Statement" in (network.dynamodb_endpoints.items[0].policy_document or "")
    assert DYNAMODB in {one.prefix_list_name for one in network.prefix_lists.complete()}
    assert network.nat_gateways.complete()[0].nat_gateway_id == nat_id
    assert network.internet_gateways.complete()[0].attachments[0].vpc_id == vpc_id
    assert network.egress_only_internet_gateways.complete()[0].attachments[0].vpc_id == vpc_id
    peering = network.peerings.complete()[0]
    assert (peering.vpc_peering_connection_id, peering.accepter_vpc_info.vpc_id) == (peering_id, other_id)
    assert network.transit_gateway_attachments.complete()[0].resource_id == vpc_id
    assert {one.interface_type for one in network.interfaces.complete()} == {"interface"}
    assert any(entry.rule_number == 100 for acl in network.network_acls.complete() for entry in acl.entries)
    assert all(group.ip_permissions_egress for group in network.security_groups.complete())
    assert network.flow_logs.complete() == ()


@pytest.mark.usefixtures("aws")
def test_entries_are_read_of_those_customer_prefix_lists_that_routes_name():
    ec2 = boto3.client("ec2")
    vpc_id, _ = _vpc(ec2)
    lists = [
        ec2.create_managed_prefix_list(
            PrefixListName=name, MaxEntries=2, AddressFamily="IPv4", Entries=[{"Cidr": "198.51.100.0/24"}]
        )["PrefixList"]["PrefixListId"]
        for name in ("routed", "idle")
    ]
    gateway_id = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    table_id = ec2.create_route_table(VpcId=vpc_id)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table_id, DestinationPrefixListId=lists[0], GatewayId=gateway_id)
    service_lists = {
        "PrefixLists": [{"PrefixListId": "pl-1", "PrefixListName": DYNAMODB, "Cidrs": ["3.0.0.0/24"]}]
    }
    network, made = _network(script={"ec2:DescribePrefixLists": service_lists})
    assert [one.prefix_list_id for one in network.routed_prefix_lists] == [lists[0]]
    assert [str(cidr) for cidr in network.routed_prefix_lists[0].cidrs.known()] == ["198.51.100.0/24"]
    assert [str(cidr) for cidr in network.prefix_lists.complete()[0].cidrs] == ["3.0.0.0/24"]
    assert made["ec2:GetManagedPrefixListEntries"] == 1


@pytest.mark.usefixtures("aws")
def test_flow_logs_are_read():
    ec2 = boto3.client("ec2")
    vpc_id, _ = _vpc(ec2)
    boto3.client("s3").create_bucket(Bucket="flow-logs")
    ec2.create_flow_logs(
        ResourceIds=[vpc_id],
        ResourceType="VPC",
        TrafficType="ALL",
        LogDestinationType="s3",
        LogDestination="arn:aws:s3:::flow-logs",
    )
    network, _ = _network()
    (log,) = network.flow_logs.complete()
    assert (log.resource_id, log.traffic_type, log.flow_log_status) == (vpc_id, "ALL", "ACTIVE")


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("odd", [0, 1])
def test_a_denied_listing_is_a_gap_of_that_listing_alone(odd):
    denied = [one for one in READS if "Attribute" not in one and "Entries" not in one][odd::2]
    network, _ = _network(script={operation: AwsError("UnauthorizedOperation") for operation in denied})
    gaps = [
        getattr(network, name).gap for name in type(network).model_fields if name != "routed_prefix_lists"
    ]
    assert sorted((gap.operation, gap.code) for gap in gaps if gap is not None) == [
        (operation, "UnauthorizedOperation") for operation in sorted(denied)
    ]


@pytest.mark.usefixtures("aws")
def test_a_denied_attribute_is_a_gap_of_that_fact_alone():
    network, _ = _network(script={"ec2:DescribeVpcAttribute": AwsError("UnauthorizedOperation")})
    (vpc,) = network.vpcs.complete()
    assert vpc.dns_support.gap.code == vpc.dns_hostnames.gap.code == "UnauthorizedOperation"


@pytest.mark.usefixtures("aws")
def test_a_thing_without_what_aws_always_sends_makes_its_listing_incomplete():
    state = {"VpcEndpoints": [{"VpcEndpointId": "vpce-1", "VpcId": "vpc-1", "ServiceName": DYNAMODB}]}
    routes = {
        "RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Routes": [{"GatewayId": "local"}]}]
    }
    network, _ = _network(script={"ec2:DescribeVpcEndpoints": state, "ec2:DescribeRouteTables": routes})
    assert (network.endpoints.items, network.endpoints.gap.code) == ((), "Malformed")
    assert (network.route_tables.items, network.route_tables.gap.code) == ((), "Malformed")


@pytest.mark.usefixtures("aws")
def test_nothing_is_called_that_no_control_reads():
    _, made = collect_emulated(("ec2:DescribeVpcs",))
    assert set(made) == {"sts:GetCallerIdentity", "ec2:DescribeVpcs"}
