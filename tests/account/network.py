"""Network of the compliant account.

`vpc-1` has two zones, each a lane of its own with route table, network ACL and gateway endpoint: `app` (lane shop) and `vault` (lane
vault). `vpc-2` is the zone `admin`, whose interface endpoint serves the control plane.
"""

from __future__ import annotations

from typing import Any

from dynasec.model.fact import Fact, Listing
from dynasec.model.network import Endpoint, Network, Subnet
from dynasec.model.packet_filter import NetworkAcl, SecurityGroup
from tests.account.tables import arn
from tests.support.accounts import ACCOUNT
from tests.support.identity import allow, document
from tests.support.network import (
    LIST,
    endpoint,
    flow_log,
    interface,
    interface_endpoint,
    network,
    route,
    routes,
    subnet,
    vpc,
)
from tests.support.zones import acl, entry

APP, VAULT, ADMIN = "10.0.1.0/24", "10.0.2.0/24", "10.1.1.0/24"
OWN = {"StringEquals": {"aws:PrincipalAccount": ACCOUNT, "aws:ResourceAccount": ACCOUNT}}


def tags(**pairs: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


def own(*actions: str, tables: tuple[str, ...] = ()) -> dict[str, Any]:
    """A statement that lets the account's principals do something to its own tables, with their indexes."""
    resources = [one for name in tables for one in (arn(name), f"{arn(name)}/index/*")]
    return {**allow(*actions, resource=resources or "*", Condition=OWN), "Principal": "*"}


DISCOVER = {**allow("dynamodb:DescribeEndpoints"), "Principal": "*"}


def items(*names: str) -> str:
    actions = ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem")
    return document({"Sid": "Items", **own(*actions, tables=names)}, {"Sid": "Discover", **DISCOVER})


def changes() -> str:
    changing = own("dynamodb:DescribeTable", "dynamodb:UpdateTable", tables=("orders", "invoices"))
    return document({"Sid": "Changes", **changing}, {"Sid": "Discover", **DISCOVER})


def _subnet(name: str, cidr: str, vpc_id: str = "vpc-1", **own_tags: str) -> Subnet:
    return subnet(name, vpc_id, CidrBlock=cidr, AvailableIpAddressCount=200, Tags=tags(**own_tags))


def _endpoints() -> tuple[Endpoint, ...]:
    return (
        endpoint(
            "vpce-app",
            "rtb-app",
            PolicyDocument=items("orders", "invoices"),
            Tags=tags(tier="app", lane="shop"),
        ),
        endpoint(
            "vpce-vault", "rtb-vault", PolicyDocument=items("tokens"), Tags=tags(tier="app", lane="vault")
        ),
        interface_endpoint(
            "vpce-admin",
            VpcId="vpc-2",
            SubnetIds=("subnet-admin",),
            Groups=[{"GroupId": "sg-endpoint"}],
            PolicyDocument=changes(),
            Tags=tags(tier="control"),
        ),
    )


def group(name: str, port: int, *ranges: str, vpc_id: str = "vpc-1") -> SecurityGroup:
    rule = {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "IpRanges": [{"CidrIp": one} for one in ranges],
    }
    return SecurityGroup.model_validate({"GroupId": name, "VpcId": vpc_id, "IpPermissions": [rule]})


def guard(name: str, *sources: str, subnets: tuple[str, ...]) -> NetworkAcl:
    """A network ACL that admits these ranges, and answers to everybody else."""
    lets_in = [entry(100 + number, one, protocol="-1") for number, one in enumerate(sources)]
    answers = entry(200, "0.0.0.0/0", ports=(1024, 65535))
    return acl(*lets_in, answers, name=name, subnets=subnets)


def _inside(cidr: str) -> dict[str, Any]:
    return route(cidr, GatewayId="local")


def compliant() -> Network:
    to_app, to_vault = route(LIST, GatewayId="vpce-app"), route(LIST, GatewayId="vpce-vault")
    main = {"Main": True, "AssociationState": {"State": "associated"}}
    both = [
        {"Main": False, "SubnetId": one, "AssociationState": {"State": "associated"}}
        for one in ("subnet-app", "subnet-batch")
    ]
    supported = {"dns_support": Fact(True), "dns_hostnames": Fact(True)}  # noqa: FBT003 - the fact is the value
    return network(
        vpcs=(
            vpc("vpc-1").model_copy(update=supported),
            vpc("vpc-2", "10.1.0.0/16").model_copy(update=supported),
        ),
        subnets=(
            _subnet("subnet-app", APP, zone="app", lane="shop"),
            _subnet("subnet-batch", "10.0.3.0/24", lane="shop", zone="app"),
            _subnet("subnet-vault", VAULT, zone="vault", lane="vault"),
            _subnet("subnet-admin", ADMIN, "vpc-2", zone="admin"),
        ),
        interfaces=(
            interface("subnet-app", "eni-app"),
            interface("subnet-vault", "eni-vault"),
            interface("subnet-admin", "eni-admin", "vpc-2"),
        ),
        route_tables=(
            routes(to_app, name="rtb-app", Associations=both),
            routes(to_vault, subnet_id="subnet-vault", name="rtb-vault"),
            routes(name="rtb-main"),
            routes(name="rtb-admin", VpcId="vpc-2", Routes=[_inside("10.1.0.0/16")], Associations=[main]),
        ),
        endpoints=_endpoints(),
        network_acls=Listing(
            (
                guard("acl-app", APP, "10.0.3.0/24", VAULT, subnets=("subnet-app", "subnet-batch")),
                guard("acl-vault", APP, "10.0.3.0/24", VAULT, subnets=("subnet-vault",)),
                guard("acl-admin", ADMIN, subnets=("subnet-admin",)),
            )
        ),
        security_groups=Listing(
            (group("sg-dax", 9111, APP), group("sg-endpoint", 443, "10.1.0.0/16", vpc_id="vpc-2"))
        ),
        flow_logs=(flow_log("vpc-1"), flow_log("vpc-2", name="fl-2")),
    )
