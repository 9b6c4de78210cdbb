"""VPCs, subnets, routes, endpoints and all else that decides which way packets take in one Region.

Fields rest on the `Describe…` operations of the EC2 service model. EC2 declares no member as required; a field has a default here where the
member is left out for some things of its kind, and none where AWS always sends it.
"""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from typing import ClassVar, Final, Self

from pydantic import Field, model_validator

from dynasec.model.ec2 import Cidr, SecurityGroupIdentifier, Tags, label_of
from dynasec.model.fact import Fact, Listing, unlisted, unread
from dynasec.model.gateway import (
    EgressOnlyInternetGateway,
    InternetGateway,
    NatGateway,
    Peering,
    TransitGatewayAttachment,
)
from dynasec.model.packet_filter import NetworkAcl, SecurityGroup
from dynasec.model.shape import AwsShape, Resource, Shape

ASSOCIATED: Final = "associated"


class CidrState(AwsShape):
    """`VpcCidrBlockState` and its like for subnets and route tables; `state` is "associated" once the association is in force."""

    state: str


class CidrAssociation(AwsShape):
    """One IPv4 range of a VPC, the primary one included."""

    cidr_block: IPv4Network
    cidr_block_state: CidrState


class Ipv6CidrAssociation(AwsShape):
    """One IPv6 range of a VPC or subnet."""

    ipv6_cidr_block: IPv6Network
    ipv6_cidr_block_state: CidrState


class Vpc(AwsShape, Resource):
    """A VPC that the account owns or that is shared with it."""

    aws_type: ClassVar[str] = "AWS::EC2::VPC"

    vpc_id: str
    owner_id: str
    is_default: bool = False
    cidr_block_association_set: tuple[CidrAssociation, ...]
    ipv6_cidr_block_association_set: tuple[Ipv6CidrAssociation, ...] = ()
    tags: Tags
    dns_support: Fact[bool] = unread("ec2:DescribeVpcAttribute")
    dns_hostnames: Fact[bool] = unread("ec2:DescribeVpcAttribute")

    @property
    def label(self) -> str:
        """The id, with the Name tag where there is one."""
        return label_of(self.vpc_id, self.tags)

    @property
    def cidrs(self) -> tuple[Cidr, ...]:
        """All ranges in force, primary and secondary, of both address families."""
        return (
            *(
                one.cidr_block
                for one in self.cidr_block_association_set
                if one.cidr_block_state.state == ASSOCIATED
            ),
            *(
                one.ipv6_cidr_block
                for one in self.ipv6_cidr_block_association_set
                if one.ipv6_cidr_block_state.state == ASSOCIATED
            ),
        )


class Subnet(AwsShape, Resource):
    """A subnet. `CidrBlock` is absent where it has IPv6 only."""

    aws_type: ClassVar[str] = "AWS::EC2::Subnet"

    subnet_id: str
    vpc_id: str
    owner_id: str
    cidr_block: IPv4Network | None = None
    ipv6_cidr_block_association_set: tuple[Ipv6CidrAssociation, ...] = ()
    available_ip_address_count: int | None = None
    availability_zone: str = ""
    map_public_ip_on_launch: bool | None = None
    tags: Tags

    @property
    def label(self) -> str:
        """The id, with the Name tag where there is one."""
        return label_of(self.subnet_id, self.tags)


class RouteTableAssociation(AwsShape):
    """With a subnet, with a gateway, or (`main`) with every subnet of the VPC that has none of its own."""

    main: bool
    subnet_id: str | None = None
    gateway_id: str | None = None
    association_state: CidrState | None = None


class Route(AwsShape):
    """One destination (a range or a prefix list) and one target. `gateway_id` is igw-, vgw-, vpce-, … or "local"."""

    destination_cidr_block: IPv4Network | None = None
    destination_ipv6_cidr_block: IPv6Network | None = None
    destination_prefix_list_id: str | None = None
    gateway_id: str | None = None
    nat_gateway_id: str | None = None
    egress_only_internet_gateway_id: str | None = None
    transit_gateway_id: str | None = None
    vpc_peering_connection_id: str | None = None
    instance_id: str | None = None
    network_interface_id: str | None = None
    local_gateway_id: str | None = None
    carrier_gateway_id: str | None = None
    core_network_arn: str | None = None
    odb_network_arn: str | None = None
    origin: str | None = None
    state: str


class RouteTable(AwsShape):
    """A route table with what it is associated with."""

    route_table_id: str
    vpc_id: str
    owner_id: str = ""
    associations: tuple[RouteTableAssociation, ...] = ()
    routes: tuple[Route, ...]
    tags: Tags


class Endpoint(AwsShape, Resource):
    """A VPC endpoint. The policy is kept as text. EC2 documents Gateway as the default type.

    Endpoints of VPC Lattice lead to a resource or a service network instead of a service.
    """

    aws_type: ClassVar[str] = "AWS::EC2::VPCEndpoint"

    vpc_endpoint_id: str
    vpc_endpoint_type: str = "Gateway"
    vpc_id: str
    service_name: str = ""
    state: str
    policy_document: str | None = None
    route_table_ids: tuple[str, ...] = ()
    subnet_ids: tuple[str, ...] = ()
    groups: tuple[SecurityGroupIdentifier, ...] = ()
    network_interface_ids: tuple[str, ...] = ()
    private_dns_enabled: bool | None = None
    owner_id: str = ""
    tags: Tags

    @model_validator(mode="after")
    def _leads_to_a_service(self) -> Self:
        if not self.service_name and (self.is_gateway or self.is_interface):
            msg = f"{self.vpc_endpoint_id} names no service"
            raise ValueError(msg)
        return self

    @property
    def label(self) -> str:
        """The id, with the Name tag where there is one."""
        return label_of(self.vpc_endpoint_id, self.tags)

    @property
    def is_gateway(self) -> bool:
        """Whether route tables lead to it."""
        return self.vpc_endpoint_type == "Gateway"

    @property
    def is_interface(self) -> bool:
        """Whether it is a network interface in subnets, reached by a name of its own."""
        return self.vpc_endpoint_type == "Interface"

    @property
    def available(self) -> bool:
        """Whether it carries packets. The service model writes `Available`, the service `available`."""
        return self.state.casefold() == "available"

    @property
    def is_dynamodb(self) -> bool:
        """Whether it leads to DynamoDB or its streams, of whatever Region."""
        return self.service_name.rpartition(".")[2] in {"dynamodb", "dynamodb-fips", "dynamodb-streams"}

    @property
    def reaches_tables(self) -> bool:
        """Whether it leads to the table API of its own Region; `dynamodb-streams` does not."""
        return self.is_dynamodb and self.service_name.endswith(
            (f".{self.region}.dynamodb", f".{self.region}.dynamodb-fips")
        )


class PrefixList(AwsShape):
    """The public ranges of an AWS service in this Region, named com.amazonaws.<region>.<service>."""

    prefix_list_id: str
    prefix_list_name: str
    cidrs: tuple[Cidr, ...] = ()


class RoutedPrefixList(Shape):
    """A prefix list that some route names and that belongs to no AWS service: the customer's own, or shared."""

    prefix_list_id: str
    cidrs: Fact[tuple[Cidr, ...]] = unread("ec2:GetManagedPrefixListEntries")


class InterfaceAttachment(AwsShape):
    """What a network interface is plugged into; `instance_id` is absent for instances that AWS runs."""

    status: str | None = None
    instance_id: str | None = None
    instance_owner_id: str | None = None


class NetworkInterface(AwsShape):
    """A network interface. `status` is "available" while nothing uses it."""

    network_interface_id: str
    vpc_id: str
    subnet_id: str
    interface_type: str
    status: str
    description: str = ""
    requester_id: str | None = None
    requester_managed: bool | None = None
    attachment: InterfaceAttachment | None = None
    groups: tuple[SecurityGroupIdentifier, ...] = ()
    tags: Tags = Field(alias="TagSet")


class FlowLog(AwsShape):
    """A flow log of a VPC, a subnet, a network interface or a transit gateway; the last has no traffic type.

    `deliver_logs_status` is SUCCESS or FAILED, absent while nothing was delivered yet.
    """

    flow_log_id: str
    resource_id: str
    flow_log_status: str | None = None
    deliver_logs_status: str | None = None
    deliver_logs_error_message: str | None = None
    traffic_type: str | None = None
    log_destination_type: str | None = None
    log_destination: str | None = None
    log_group_name: str | None = None
    tags: Tags


class Network(Shape):
    """Everything of EC2's networking that was read in one Region, each kind in the order of its ids."""

    vpcs: Listing[Vpc] = unlisted("ec2:DescribeVpcs")
    subnets: Listing[Subnet] = unlisted("ec2:DescribeSubnets")
    route_tables: Listing[RouteTable] = unlisted("ec2:DescribeRouteTables")
    endpoints: Listing[Endpoint] = unlisted("ec2:DescribeVpcEndpoints")
    prefix_lists: Listing[PrefixList] = unlisted("ec2:DescribePrefixLists")
    routed_prefix_lists: tuple[RoutedPrefixList, ...] = ()
    network_acls: Listing[NetworkAcl] = unlisted("ec2:DescribeNetworkAcls")
    security_groups: Listing[SecurityGroup] = unlisted("ec2:DescribeSecurityGroups")
    interfaces: Listing[NetworkInterface] = unlisted("ec2:DescribeNetworkInterfaces")
    nat_gateways: Listing[NatGateway] = unlisted("ec2:DescribeNatGateways")
    internet_gateways: Listing[InternetGateway] = unlisted("ec2:DescribeInternetGateways")
    egress_only_internet_gateways: Listing[EgressOnlyInternetGateway] = unlisted(
        "ec2:DescribeEgressOnlyInternetGateways"
    )
    peerings: Listing[Peering] = unlisted("ec2:DescribeVpcPeeringConnections")
    transit_gateway_attachments: Listing[TransitGatewayAttachment] = unlisted(
        "ec2:DescribeTransitGatewayAttachments"
    )
    flow_logs: Listing[FlowLog] = unlisted("ec2:DescribeFlowLogs")

    @property
    def dynamodb_endpoints(self) -> Listing[Endpoint]:
        """The endpoints that lead to DynamoDB or its streams."""
        return Listing(
            tuple(endpoint for endpoint in self.endpoints.items if endpoint.is_dynamodb), self.endpoints.gap
        )
