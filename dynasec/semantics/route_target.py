"""What a route leads to: an endpoint of DynamoDB, a way out of the VPC, or nowhere.

Rests on `Route` and `RouteState` of the EC2 service model and
https://docs.aws.amazon.com/vpc/latest/userguide/route-table-options.html.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dynasec.model.fact import Unknown, malformed
from dynasec.model.network import Endpoint, Network, Route, RouteTable

_TABLES: Final = "ec2:DescribeRouteTables"
_ENDPOINTS: Final = "ec2:DescribeVpcEndpoints"


class PathKind(StrEnum):
    """How packets leave a subnet for DynamoDB, from the best way to the worst."""

    NONE = "none"
    GATEWAY_ENDPOINT = "gateway-endpoint"
    INTERFACE_ENDPOINT = "interface-endpoint"
    PEERING = "peering"
    TRANSIT_GATEWAY = "transit-gateway"
    OTHER = "other"
    NAT = "nat"
    INTERNET_GATEWAY = "internet-gateway"

    @property
    def badness(self) -> int:
        """0 for the best way, more for worse ones."""
        return list(PathKind).index(self)


@dataclass(frozen=True, slots=True)
class Target:
    """Where packets go: `id` of the thing (empty for nowhere).

    `words` name the thing to people; for nowhere they say what the route table does.
    """

    kind: PathKind
    id: str
    words: str


_NOWHERE: Final = Target(PathKind.NONE, "", "has no route to DynamoDB")


def target_of(network: Network, table: RouteTable, route: Route | None, region: str) -> Target:
    """Return what the winning route leads to; None stands for no route at all.

    Raises:
        Unknown: the target is an endpoint that was not read or contradicts the route, or is of no known kind.

    """
    if route is None:
        return _NOWHERE
    if route.state == "blackhole":
        return Target(
            PathKind.NONE, "", f"drops packets to DynamoDB: its target {_any_target(route)} is gone"
        )
    if route.state != "active":
        what = f"a route of {table.route_table_id} is {route.state}"
        raise Unknown(malformed(_TABLES, what, region))
    if route.gateway_id is not None:
        return _gateway(network, table, route.gateway_id, region)
    for field, kind, noun in _OUT:
        target: str | None = getattr(route, field)
        if target is not None:
            return Target(kind, target, f"{noun} {target}")
    what = f"a route of {table.route_table_id} has no target"
    raise Unknown(malformed(_TABLES, what, region))


_OUT: Final = (
    ("nat_gateway_id", PathKind.NAT, "NAT gateway"),
    ("egress_only_internet_gateway_id", PathKind.INTERNET_GATEWAY, "egress-only internet gateway"),
    ("transit_gateway_id", PathKind.TRANSIT_GATEWAY, "transit gateway"),
    ("vpc_peering_connection_id", PathKind.PEERING, "peering connection"),
    ("instance_id", PathKind.OTHER, "instance"),
    ("network_interface_id", PathKind.OTHER, "network interface"),
    ("local_gateway_id", PathKind.OTHER, "local gateway"),
    ("carrier_gateway_id", PathKind.OTHER, "carrier gateway"),
    ("core_network_arn", PathKind.OTHER, "core network"),
    ("odb_network_arn", PathKind.OTHER, "database network"),
)
"""The members of a route that name a target, an instance before the network interface that AWS names beside it."""


def _any_target(route: Route) -> str:
    return next(
        (
            str(found)
            for field in ("gateway_id", *(one[0] for one in _OUT))
            if (found := getattr(route, field))
        ),
        "",
    )


def _gateway(network: Network, table: RouteTable, gateway: str, region: str) -> Target:
    if gateway == "local":
        return Target(
            PathKind.NONE, "", "keeps packets to DynamoDB in the VPC, whose own range holds its addresses"
        )
    if gateway.startswith("igw-"):
        return Target(PathKind.INTERNET_GATEWAY, gateway, f"internet gateway {gateway}")
    if gateway.startswith("eigw-"):
        return Target(PathKind.INTERNET_GATEWAY, gateway, f"egress-only internet gateway {gateway}")
    if gateway.startswith("vpce-"):
        return _endpoint(table, _find(network, gateway, region))
    noun = "virtual private gateway" if gateway.startswith("vgw-") else "gateway"
    return Target(PathKind.OTHER, gateway, f"{noun} {gateway}")


def _find(network: Network, endpoint_id: str, region: str) -> Endpoint:
    found = next((one for one in network.endpoints.items if one.vpc_endpoint_id == endpoint_id), None)
    if found is None:
        network.endpoints.complete()
        # Endpoints of a VPC that another account shares are not shown to the account that only uses it.
        raise Unknown(malformed(_ENDPOINTS, f"{endpoint_id} is not among the account's endpoints", region))
    return found


def _endpoint(table: RouteTable, endpoint: Endpoint) -> Target:
    name = endpoint.vpc_endpoint_id
    if not (endpoint.is_gateway and endpoint.reaches_tables):
        return Target(PathKind.OTHER, name, f"endpoint {name} of {endpoint.service_name}")
    if not endpoint.available:
        return Target(PathKind.OTHER, name, f"gateway endpoint {name}, which is {endpoint.state}")
    if table.route_table_id not in endpoint.route_table_ids:
        what = f"{table.route_table_id} has a route to {name}, which does not know the table"
        raise Unknown(malformed(_ENDPOINTS, what, endpoint.region))
    return Target(PathKind.GATEWAY_ENDPOINT, name, f"gateway endpoint {name}")
