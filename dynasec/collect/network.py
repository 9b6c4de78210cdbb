"""Collects EC2's networking of one Region: one listing for each kind of thing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any, Final, TypeVar

from dynasec.collect.reader import RegionReader
from dynasec.model.ec2 import Cidr
from dynasec.model.fact import Fact, Listing
from dynasec.model.gateway import (
    EgressOnlyInternetGateway,
    InternetGateway,
    NatGateway,
    Peering,
    TransitGatewayAttachment,
)
from dynasec.model.network import (
    Endpoint,
    FlowLog,
    Network,
    NetworkInterface,
    PrefixList,
    RoutedPrefixList,
    RouteTable,
    Subnet,
    Vpc,
)
from dynasec.model.packet_filter import NetworkAcl, SecurityGroup
from dynasec.model.shape import AwsShape, JsonObject, Resource, Shape

S = TypeVar("S", bound=Shape)
R = TypeVar("R", bound=Resource)

_ENTRIES: Final = "ec2:GetManagedPrefixListEntries"
_ATTRIBUTE: Final = "ec2:DescribeVpcAttribute"


class _Entry(AwsShape):
    """`PrefixListEntry`."""

    cidr: Cidr


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one kind of thing is listed: the operation, the list's member, the model and the field to sort by."""

    operation: str
    key: str
    shape: type[AwsShape]
    order: str


_PLAIN: Final[dict[str, _Kind]] = {
    "route_tables": _Kind("ec2:DescribeRouteTables", "RouteTables", RouteTable, "route_table_id"),
    "prefix_lists": _Kind("ec2:DescribePrefixLists", "PrefixLists", PrefixList, "prefix_list_id"),
    "network_acls": _Kind("ec2:DescribeNetworkAcls", "NetworkAcls", NetworkAcl, "network_acl_id"),
    "security_groups": _Kind("ec2:DescribeSecurityGroups", "SecurityGroups", SecurityGroup, "group_id"),
    "interfaces": _Kind(
        "ec2:DescribeNetworkInterfaces", "NetworkInterfaces", NetworkInterface, "network_interface_id"
    ),
    "nat_gateways": _Kind("ec2:DescribeNatGateways", "NatGateways", NatGateway, "nat_gateway_id"),
    "internet_gateways": _Kind(
        "ec2:DescribeInternetGateways", "InternetGateways", InternetGateway, "internet_gateway_id"
    ),
    "egress_only_internet_gateways": _Kind(
        "ec2:DescribeEgressOnlyInternetGateways",
        "EgressOnlyInternetGateways",
        EgressOnlyInternetGateway,
        "egress_only_internet_gateway_id",
    ),
    "peerings": _Kind(
        "ec2:DescribeVpcPeeringConnections", "VpcPeeringConnections", Peering, "vpc_peering_connection_id"
    ),
    "transit_gateway_attachments": _Kind(
        "ec2:DescribeTransitGatewayAttachments",
        "TransitGatewayAttachments",
        TransitGatewayAttachment,
        "transit_gateway_attachment_id",
    ),
    "flow_logs": _Kind("ec2:DescribeFlowLogs", "FlowLogs", FlowLog, "flow_log_id"),
}


async def collect(reader: RegionReader) -> Network:
    """Read the networks of a Region, and the entries of those customer prefix lists that some route names."""
    vpcs, subnets, endpoints, *plain = await asyncio.gather(
        _vpcs(reader),
        _resources(reader, Subnet, "ec2:DescribeSubnets", "Subnets", "SubnetId", "subnet"),
        _resources(
            reader, Endpoint, "ec2:DescribeVpcEndpoints", "VpcEndpoints", "VpcEndpointId", "vpc-endpoint"
        ),
        *(_plain(reader, kind) for kind in _PLAIN.values()),
    )
    network = Network.model_validate(
        {"vpcs": vpcs, "subnets": subnets, "endpoints": endpoints, **dict(zip(_PLAIN, plain, strict=True))}
    )
    routed = await asyncio.gather(*(_routed(reader, list_id) for list_id in _foreign_lists(network)))
    return network.model_copy(update={"routed_prefix_lists": tuple(routed)})


async def _plain(reader: RegionReader, kind: _Kind) -> Listing[Any]:
    listing = await reader.items(kind.operation, kind.key, kind.shape.model_validate)
    return replace(listing, items=tuple(sorted(listing.items, key=attrgetter(kind.order))))


async def _resources(
    reader: RegionReader, kind: type[R], operation: str, key: str, id_key: str, noun: str
) -> Listing[R]:
    listing = await reader.items(operation, key, _with_arn(reader, kind, id_key, noun))
    return replace(listing, items=tuple(sorted(listing.items, key=attrgetter("arn"))))


def _with_arn(
    reader: RegionReader, kind: type[R], id_key: str, noun: str, **more: object
) -> Callable[[JsonObject], R]:
    """Return the parser of a resource that is named by `arn:…:<owner>:<noun>/<id>`."""

    def parse(raw: JsonObject) -> R:
        owner = raw.get("OwnerId") or reader.account
        arn = f"arn:{reader.partition}:ec2:{reader.region}:{owner}:{noun}/{raw[id_key]}"
        return kind.model_validate({**raw, **more, "arn": arn, "region": reader.region})

    return parse


async def _vpcs(reader: RegionReader) -> Listing[Vpc]:
    async def follow(raw: JsonObject) -> Vpc:
        support, hostnames = await asyncio.gather(
            _attribute(reader, raw["VpcId"], "enableDnsSupport"),
            _attribute(reader, raw["VpcId"], "enableDnsHostnames"),
        )
        return _with_arn(reader, Vpc, "VpcId", "vpc", dns_support=support, dns_hostnames=hostnames)(raw)

    listing = await reader.each("ec2:DescribeVpcs", "Vpcs", follow)
    return replace(listing, items=tuple(sorted(listing.items, key=attrgetter("arn"))))


async def _attribute(reader: RegionReader, vpc_id: str, name: str) -> Fact[bool]:
    answer = await reader.read(_ATTRIBUTE, VpcId=vpc_id, Attribute=name)
    member = name[0].upper() + name[1:]
    return answer.map(lambda response: {True: True, False: False}[response[member]["Value"]], _ATTRIBUTE)


def _foreign_lists(network: Network) -> list[str]:
    """Return the prefix lists that routes name and that no AWS service owns."""
    known = {one.prefix_list_id for one in network.prefix_lists.items}
    named = {
        route.destination_prefix_list_id for table in network.route_tables.items for route in table.routes
    }
    return sorted(one for one in named - known if one is not None)


async def _routed(reader: RegionReader, list_id: str) -> RoutedPrefixList:
    listing = await reader.items(_ENTRIES, "Entries", _Entry.model_validate, PrefixListId=list_id)
    return RoutedPrefixList(
        prefix_list_id=list_id, cidrs=Fact(tuple(entry.cidr for entry in listing.items), listing.gap)
    )
