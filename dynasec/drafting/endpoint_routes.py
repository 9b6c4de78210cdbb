"""The network as it would be once a gateway endpoint is in more route tables.

Each table gets a route to DynamoDB's prefix list; it can have one only, and cannot take a second:
https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dynasec.model.fact import Listing, Unknown, malformed
from dynasec.model.network import Endpoint, Network, Route, RouteTable, Subnet
from dynasec.remediation import Piece
from dynasec.semantics.network_path import path_to_dynamodb, route_table_of
from dynasec.semantics.placement import Placement

_LISTS = "ec2:DescribePrefixLists"


def prefix_list(network: Network, region: str) -> str:
    """Return the id of DynamoDB's prefix list in a Region.

    Raises:
        Unknown: the lists were not read, or it is not among them.

    """
    wanted = f"com.amazonaws.{region}.dynamodb"
    found = [one for one in network.prefix_lists.complete() if one.prefix_list_name == wanted]
    if not found:
        raise Unknown(malformed(_LISTS, "no prefix list of DynamoDB", region))
    return found[0].prefix_list_id


def leads_to(table: RouteTable, list_id: str) -> bool:
    """Whether a route table has a route to a prefix list already, wherever it leads."""
    return any(route.destination_prefix_list_id == list_id for route in table.routes)


@dataclass(frozen=True, slots=True)
class Rerouted:
    """A network before and after an endpoint, planned or there, joins route tables. `old` is the endpoint as it is, None for none."""

    network: Network
    old: Endpoint | None
    endpoint: Endpoint
    tables: tuple[RouteTable, ...]
    list_id: str

    @property
    def replaces(self) -> tuple[tuple[Piece, Piece], ...]:
        """The pieces of the snapshot that change, and what they become."""
        first: tuple[Piece, Piece] = (self.network.endpoints, self._endpoints())
        if self.old is not None:
            first = (self.old, self.endpoint)
        return (first, *((table, self._with_route(table)) for table in self.tables))

    @property
    def after(self) -> Network:
        """The network as it would be."""
        changed = {table.route_table_id: self._with_route(table) for table in self.tables}
        tables = self.network.route_tables
        routed = tuple(changed.get(one.route_table_id, one) for one in tables.items)
        return self.network.model_copy(
            update={"route_tables": Listing(routed, tables.gap), "endpoints": self._endpoints()}
        )

    def is_private(self, subnet: Subnet) -> bool:
        """Whether all packets from a subnet to DynamoDB would pass an endpoint.

        Raises:
            Unknown: something that decides it was not read.

        """
        return path_to_dynamodb(self.after, subnet).is_private

    def makes_private(self, subnet: Subnet) -> bool:
        """Whether packets from a subnet would pass an endpoint that do not now; not where one of it cannot be told."""
        try:
            return not path_to_dynamodb(self.network, subnet).is_private and self.is_private(subnet)
        except Unknown:
            return False

    def _endpoints(self) -> Listing[Endpoint]:
        listed = self.network.endpoints
        others = tuple(one for one in listed.items if one is not self.old)
        return Listing((*others, self.endpoint), listed.gap)

    def _with_route(self, table: RouteTable) -> RouteTable:
        route = Route(
            destination_prefix_list_id=self.list_id,
            gateway_id=self.endpoint.vpc_endpoint_id,
            state="active",
        )
        return table.model_copy(update={"routes": (*table.routes, route)})


def tables_of(network: Network, subnets: Sequence[Subnet]) -> tuple[RouteTable, ...]:
    """Return the route tables in force for subnets, each once, in the order of their ids.

    Raises:
        Unknown: one was not read.

    """
    found = {table.route_table_id: table for table in (route_table_of(network, one) for one in subnets)}
    return tuple(found[name] for name in sorted(found))


def sharing(network: Network, tables: Sequence[RouteTable], placement: Placement) -> tuple[str, ...]:
    """Say of which route tables others are affected too: subnets of several tiers or lanes, or all that have no table of their own.

    Raises:
        Unknown: the subnets or their route tables were not read.

    """
    told: list[str] = []
    for table in tables:
        name = table.route_table_id
        places: dict[str, list[str]] = {}
        for subnet in network.subnets.complete():
            if subnet.vpc_id == table.vpc_id and route_table_of(network, subnet).route_table_id == name:
                place = placement.tier(subnet) or placement.lane(subnet) or "none"
                places.setdefault(place, []).append(subnet.subnet_id)
        if len(places) > 1:
            whose = " and ".join(f"{place} ({', '.join(ids)})" for place, ids in sorted(places.items()))
            told.append(f"{name} is shared between tiers or lanes: {whose} come through the endpoint")
        if any(one.main for one in table.associations):
            told.append(f"{name} is the main route table: subnets to come use it too")
    return tuple(told)
