"""VPCs in the emulator: a subnet that may use DynamoDB, a route table of its own, a way to the internet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import boto3

from dynasec.settings import Network, Settings


@dataclass(frozen=True, slots=True)
class Workload:
    """Ids of a VPC, its route table with a way out, and a subnet of it."""

    vpc: str
    table: str
    subnet: str
    gateway: str

    @property
    def settings(self) -> Settings:
        """Settings by which something runs in the subnet."""
        return Settings(network=Network(workload_subnets=(self.subnet,)))


def workload(cidr: str = "10.0", **tags: str) -> Workload:
    """Make a VPC; the tags are the subnet's."""
    ec2 = boto3.client("ec2")
    vpc: str = ec2.create_vpc(CidrBlock=f"{cidr}.0.0/16")["Vpc"]["VpcId"]
    gateway: str = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = add_table(vpc)
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    return Workload(vpc, table, add_subnet(vpc, table, f"{cidr}.1.0/24", **tags), gateway)


def add_table(vpc: str) -> str:
    """Make a route table."""
    made: str = boto3.client("ec2").create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    return made


def add_subnet(vpc: str, table: str, cidr: str, **tags: str) -> str:
    """Make a subnet that uses a route table."""
    ec2 = boto3.client("ec2")
    specification: Any = [
        {"ResourceType": "subnet", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
    ]
    made: str = ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, TagSpecifications=specification if tags else [])[
        "Subnet"
    ]["SubnetId"]
    ec2.associate_route_table(SubnetId=made, RouteTableId=table)
    return made


def add_endpoint(vpc: str, *tables: str, kind: str = "Gateway", **tags: str) -> str:
    """Make a DynamoDB endpoint in route tables."""
    named: Any = [{"Key": key, "Value": value} for key, value in tags.items()]
    specification: Any = [{"ResourceType": "vpc-endpoint", "Tags": named}] if tags else []
    made = boto3.client("ec2").create_vpc_endpoint(
        VpcId=vpc,
        ServiceName="com.amazonaws.us-east-1.dynamodb",
        VpcEndpointType=kind,
        RouteTableIds=list(tables),
        TagSpecifications=specification,
    )
    return str(made["VpcEndpoint"].get("VpcEndpointId"))


def endpoints() -> list[Any]:
    """All endpoints now."""
    return list(boto3.client("ec2").describe_vpc_endpoints()["VpcEndpoints"])
