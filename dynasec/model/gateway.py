"""The ways out of a VPC beside its endpoints: NAT and internet gateways, peering, transit gateways."""

from __future__ import annotations

from dynasec.model.ec2 import Tags
from dynasec.model.shape import AwsShape


class NatGateway(AwsShape):
    """A NAT gateway; `connectivity_type` is public or private."""

    nat_gateway_id: str
    vpc_id: str
    subnet_id: str | None = None
    state: str
    connectivity_type: str | None = None
    tags: Tags


class GatewayAttachment(AwsShape):
    """The VPC that an internet gateway is attached to."""

    vpc_id: str
    state: str | None = None


class InternetGateway(AwsShape):
    """An internet gateway."""

    internet_gateway_id: str
    attachments: tuple[GatewayAttachment, ...] = ()
    tags: Tags


class EgressOnlyInternetGateway(AwsShape):
    """An internet gateway for IPv6 that lets nothing in."""

    egress_only_internet_gateway_id: str
    attachments: tuple[GatewayAttachment, ...] = ()
    tags: Tags


class PeeringStatus(AwsShape):
    """`VpcPeeringConnectionStateReason`; "active" while packets pass."""

    code: str


class PeeredVpc(AwsShape):
    """One side of a peering connection."""

    vpc_id: str
    owner_id: str = ""
    region: str = ""


class Peering(AwsShape):
    """A VPC peering connection."""

    vpc_peering_connection_id: str
    requester_vpc_info: PeeredVpc
    accepter_vpc_info: PeeredVpc
    status: PeeringStatus
    tags: Tags


class TransitGatewayAttachment(AwsShape):
    """Something attached to a transit gateway: a VPC, a VPN, a peering, ….

    `resource_id` is the VPC's id where `resource_type` is "vpc".
    """

    transit_gateway_attachment_id: str
    transit_gateway_id: str
    resource_type: str | None = None
    resource_id: str | None = None
    resource_owner_id: str | None = None
    state: str | None = None
    tags: Tags
