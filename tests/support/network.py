"""Builds a Region's network by hand: one VPC, subnets, routes, endpoints, interfaces."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from dynasec.model.fact import Fact, Listing
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
from dynasec.model.region import Region
from tests.support.accounts import ACCOUNT, REGION, region, table

VPC = "vpc-1"
LIST = "pl-dynamodb"
CIDRS = ("3.218.180.0/22", "52.94.0.0/22")
SERVICE = f"com.amazonaws.{REGION}.dynamodb"
FULL_ACCESS = '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}'


def vpc(vpc_id: str = VPC, *cidrs: str, where: str = REGION, **members: Any) -> Vpc:
    """A VPC with these ranges in force."""
    blocks = cidrs or ("10.0.0.0/16",)
    return Vpc.model_validate(
        {
            "arn": f"arn:aws:ec2:{where}:{ACCOUNT}:vpc/{vpc_id}",
            "region": where,
            "VpcId": vpc_id,
            "OwnerId": ACCOUNT,
            "CidrBlockAssociationSet": [
                {"CidrBlock": one, "CidrBlockState": {"State": "associated"}}
                for one in blocks
                if ":" not in one
            ],
            "Ipv6CidrBlockAssociationSet": [
                {"Ipv6CidrBlock": one, "Ipv6CidrBlockState": {"State": "associated"}}
                for one in blocks
                if ":" in one
            ],
            **members,
        }
    )


def subnet(subnet_id: str = "subnet-1", vpc_id: str = VPC, *, where: str = REGION, **members: Any) -> Subnet:
    """A subnet of the VPC."""
    arn = f"arn:aws:ec2:{where}:{ACCOUNT}:subnet/{subnet_id}"
    fields = {"SubnetId": subnet_id, "VpcId": vpc_id, "OwnerId": ACCOUNT, **members}
    return Subnet.model_validate({"arn": arn, "region": where, **fields})


def route(destination: str, state: str = "active", **target: Any) -> dict[str, Any]:
    """A route to a range or a prefix list."""
    key = "DestinationIpv6CidrBlock" if ":" in destination else "DestinationCidrBlock"
    key = "DestinationPrefixListId" if destination.startswith("pl-") else key
    return {key: destination, "State": state, **target}


LOCAL = route("10.0.0.0/16", GatewayId="local")
TO_ENDPOINT = route(LIST, GatewayId="vpce-1")
TO_NAT = route("0.0.0.0/0", NatGatewayId="nat-1")
TO_INTERNET = route("0.0.0.0/0", GatewayId="igw-1")


def routes(
    *entries: dict[str, Any], subnet_id: str | None = None, name: str = "rtb-1", **members: Any
) -> RouteTable:
    """A route table: of one subnet, or without one the Main table of the VPC."""
    association = {
        "Main": subnet_id is None,
        "SubnetId": subnet_id,
        "AssociationState": {"State": "associated"},
    }
    fields = {"RouteTableId": name, "VpcId": VPC, "Routes": [LOCAL, *entries], "Associations": [association]}
    return RouteTable.model_validate({**fields, **members})


def endpoint(
    endpoint_id: str = "vpce-1", *tables: str, service: str = SERVICE, where: str = REGION, **members: Any
) -> Endpoint:
    """An available gateway endpoint of DynamoDB for these route tables (rtb-1 by default)."""
    fields: dict[str, Any] = {
        "arn": f"arn:aws:ec2:{where}:{ACCOUNT}:vpc-endpoint/{endpoint_id}",
        "region": where,
        "VpcEndpointId": endpoint_id,
        "VpcEndpointType": "Gateway",
        "VpcId": VPC,
        "ServiceName": service,
        "State": "available",
        "PolicyDocument": FULL_ACCESS,
        "RouteTableIds": tables or ("rtb-1",),
    }
    return Endpoint.model_validate({**fields, **members})


def interface_endpoint(endpoint_id: str = "vpce-2", **members: Any) -> Endpoint:
    """An available interface endpoint of DynamoDB."""
    fields = {"VpcEndpointType": "Interface", "RouteTableIds": (), "SubnetIds": ("subnet-1",), **members}
    return endpoint(endpoint_id, **fields)


def interface(
    subnet_id: str = "subnet-1", name: str = "eni-1", vpc_id: str = VPC, **members: Any
) -> NetworkInterface:
    """An interface in use, of an instance unless its members say otherwise."""
    fields = {
        "NetworkInterfaceId": name,
        "VpcId": vpc_id,
        "SubnetId": subnet_id,
        "InterfaceType": "interface",
        "Status": "in-use",
        "Description": "",
    }
    return NetworkInterface.model_validate({**fields, **members})


def prefix_list(*cidrs: str) -> PrefixList:
    """DynamoDB's prefix list."""
    return PrefixList.model_validate(
        {"PrefixListId": LIST, "PrefixListName": SERVICE, "Cidrs": cidrs or CIDRS}
    )


def own_list(name: str, *cidrs: str) -> RoutedPrefixList:
    """A customer's prefix list."""
    return RoutedPrefixList(prefix_list_id=name, cidrs=Fact(tuple(ip_network(one) for one in cidrs)))


def flow_log(resource: str = VPC, traffic: str = "ALL", name: str = "fl-1", **members: Any) -> FlowLog:
    """A flow log that is active and delivers."""
    fields = {
        "FlowLogId": name,
        "ResourceId": resource,
        "TrafficType": traffic,
        "FlowLogStatus": "ACTIVE",
        "DeliverLogsStatus": "SUCCESS",
    }
    return FlowLog.model_validate({**fields, **members})


def network(**kinds: Any) -> Network:
    """One VPC with one subnet in which an instance runs, everything read; kinds by field name, as things or as a Listing."""
    found: dict[str, Any] = {
        "vpcs": (vpc(),),
        "subnets": (subnet(),),
        "interfaces": (interface(),),
        "prefix_lists": (prefix_list(),),
        **dict.fromkeys(("route_tables", "endpoints", "peerings", "flow_logs"), ()),
        **kinds,
    }
    return Network.model_validate(
        {
            name: value
            if isinstance(value, Listing) or name == "routed_prefix_lists"
            else Listing(tuple(value))
            for name, value in found.items()
        }
    )


def networked(network_: Network, name: str = REGION) -> Region:
    """A Region with a table and this network."""
    return region(table(region=name), name=name, network=network_)
