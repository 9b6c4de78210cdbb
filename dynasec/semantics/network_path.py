"""Which way packets from a subnet to DynamoDB take, by the routes in force.

DynamoDB's addresses are those of the prefix list com.amazonaws.<region>.dynamodb. A gateway endpoint puts a route for that list into each
of its route tables, and nobody can remove it but by ending the association; so an association without its route is read as the route
being there (a table read a moment before), while a route whose endpoint denies the association is a contradiction and UNKNOWN.
Interface endpoints are reached by names of their own, not by routes: one is the path only where no route leads out.

Rests on https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html, https://docs.aws.amazon.com/vpc/latest/userguide/
subnet-route-tables.html and, for what wins, `longest_prefix`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Final

from dynasec.model.ec2 import Cidr
from dynasec.model.fact import NOT_COLLECTED, Gap, Unknown, malformed
from dynasec.model.network import ASSOCIATED, Network, Route, RouteTable, Subnet
from dynasec.semantics.longest_prefix import Entry, Rank, slices
from dynasec.semantics.route_target import PathKind, Target, target_of

_TABLES: Final = "ec2:DescribeRouteTables"
_LISTS: Final = "ec2:DescribePrefixLists"
_ENTRIES: Final = "ec2:GetManagedPrefixListEntries"
_PROPAGATED: Final = frozenset({"EnableVgwRoutePropagation", "Advertisement"})
_PRIVATE: Final = tuple(
    IPv4Network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16")
)
_SOME_PUBLIC: Final = IPv4Network("192.0.2.0/24")
"""Stands for DynamoDB's ranges where the prefix list does not tell them."""


@dataclass(frozen=True, slots=True)
class Hop:
    """Where some of DynamoDB's ranges go."""

    target: Target
    cidrs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Path:
    """The way to DynamoDB: the worst of its hops gives the kind.

    `route_table` is the id of the table that decides, `endpoint` the id of the endpoint where the path is one, `reason` a sentence for
    people.
    """

    kind: PathKind
    route_table: str
    endpoint: str | None
    reason: str
    hops: tuple[Hop, ...]

    @property
    def is_private(self) -> bool:
        """Whether all packets to DynamoDB pass an endpoint."""
        return self.kind in {PathKind.GATEWAY_ENDPOINT, PathKind.INTERFACE_ENDPOINT}


def route_table_of(network: Network, subnet: Subnet) -> RouteTable:
    """Return the route table in force for a subnet: its own, else the Main one of its VPC.

    Raises:
        Unknown: it was not read, or is just being changed.

    """
    tables = network.route_tables
    for table in tables.items:
        if _is_associated(table, subnet):
            return table
    tables.complete()  # an unread table may be the subnet's own
    for table in tables.items:
        if table.vpc_id == subnet.vpc_id and any(one.main for one in table.associations):
            return table
    raise Unknown(malformed(_TABLES, f"no route table for {subnet.subnet_id}", subnet.region))


def _is_associated(table: RouteTable, subnet: Subnet) -> bool:
    for one in table.associations:
        if one.subnet_id != subnet.subnet_id or one.main:
            continue
        state = ASSOCIATED if one.association_state is None else one.association_state.state
        if state in {"associating", "disassociating"}:
            what = f"{subnet.subnet_id} is {state} with {table.route_table_id}"
            raise Unknown(malformed(_TABLES, what, subnet.region))
        if state == ASSOCIATED:
            return True
    return False


def path_to_dynamodb(network: Network, subnet: Subnet) -> Path:
    """Return the way that packets from a subnet to DynamoDB's addresses take.

    Raises:
        Unknown: something that decides it was not read.

    """
    table = route_table_of(network, subnet)
    routes = (*table.routes, *_implied(network, table, subnet.region))
    lists, cidrs = _dynamodb(network, subnet.region)
    found = [entry for route in routes for entry in _entries(network, route, subnet.region)]
    if not cidrs:
        # An answer that holds for every public address holds for DynamoDB's, whichever they are.
        found = [
            *(entry for entry in found if _is_default_or_private(entry.cidr, subnet.region)),
            *(
                Entry(_SOME_PUBLIC, Rank.PREFIX_LIST, route)
                for route in routes
                if route.destination_prefix_list_id in lists
            ),
        ]
    hops = _hops(network, table, subnet.region, cidrs or (_SOME_PUBLIC,), found)
    return _path(network, subnet, table, hops if cidrs else tuple(Hop(hop.target, ()) for hop in hops))


def _dynamodb(network: Network, region: str) -> tuple[frozenset[str], tuple[Cidr, ...]]:
    """Return ids and ranges of DynamoDB's prefix lists."""
    lists = [one for one in network.prefix_lists.complete() if one.prefix_list_name in _names(region)]
    if not lists:
        raise Unknown(malformed(_LISTS, "no prefix list of DynamoDB", region))
    return frozenset(one.prefix_list_id for one in lists), tuple(cidr for one in lists for cidr in one.cidrs)


def _names(region: str) -> frozenset[str]:
    return frozenset({f"com.amazonaws.{region}.dynamodb", f"com.amazonaws.{region}.ipv6.dynamodb"})


def _implied(network: Network, table: RouteTable, region: str) -> Iterator[Route]:
    """Yield the routes that associations with gateway endpoints stand for where the table does not show them."""
    shown = {route.gateway_id for route in table.routes}
    for endpoint in network.endpoints.items:
        if (
            endpoint.is_gateway
            and endpoint.reaches_tables
            and endpoint.available
            and table.route_table_id in endpoint.route_table_ids
            and endpoint.vpc_endpoint_id not in shown
        ):
            for one in network.prefix_lists.items:
                if one.prefix_list_name in _names(region):
                    yield Route.model_validate(
                        {
                            "DestinationPrefixListId": one.prefix_list_id,
                            "GatewayId": endpoint.vpc_endpoint_id,
                            "State": "active",
                        }
                    )


def _entries(network: Network, route: Route, region: str) -> Iterator[Entry[Route]]:
    static = Rank.PROPAGATED if route.origin in _PROPAGATED else Rank.STATIC
    for cidr in (route.destination_cidr_block, route.destination_ipv6_cidr_block):
        if cidr is not None:
            yield Entry(cidr, static, route)
    if route.destination_prefix_list_id is not None:
        for cidr in _ranges(network, route.destination_prefix_list_id, region):
            yield Entry(cidr, Rank.PREFIX_LIST, route)


def _ranges(network: Network, list_id: str, region: str) -> tuple[Cidr, ...]:
    for service in network.prefix_lists.items:
        if service.prefix_list_id == list_id:
            return service.cidrs
    for own in network.routed_prefix_lists:
        if own.prefix_list_id == list_id:
            return own.cidrs.known()
    raise Unknown(Gap(_ENTRIES, NOT_COLLECTED, f"a route names {list_id}", region))


def _is_default_or_private(cidr: Cidr, region: str) -> bool:
    """Whether a range holds all addresses or only private ones.

    Raises:
        Unknown: it holds some public addresses, and nobody knows whether DynamoDB's are among them.

    """
    if (
        cidr.prefixlen == 0
        or not isinstance(cidr, IPv4Network)
        or any(cidr.subnet_of(one) for one in _PRIVATE)
    ):
        return True
    raise Unknown(malformed(_LISTS, f"DynamoDB's ranges are missing, and {cidr} may hold them", region))


def _hops(
    network: Network, table: RouteTable, region: str, cidrs: Sequence[Cidr], found: Sequence[Entry[Route]]
) -> tuple[Hop, ...]:
    """Return where the ranges go, the worst first."""
    gathered: dict[Target, dict[str, None]] = {}
    for cidr in cidrs:
        for part in slices(cidr, found):
            for route in part.routes or (None,):
                target = target_of(network, table, route, region)
                gathered.setdefault(target, {}).update(dict.fromkeys(str(one) for one in part.cidrs))
    hops = [Hop(target, tuple(ranges)) for target, ranges in gathered.items()]
    return tuple(sorted(hops, key=lambda hop: (-hop.target.kind.badness, hop.target.id)))


def _path(network: Network, subnet: Subnet, table: RouteTable, hops: tuple[Hop, ...]) -> Path:
    worst = hops[0]
    target, name = worst.target, table.route_table_id
    if target.kind is PathKind.NONE:
        interface = interface_endpoint(network, subnet)
        if interface is not None:
            reason = f"route table {name} {target.words}: interface endpoint {interface} is the only way"
            return Path(PathKind.INTERFACE_ENDPOINT, name, interface, reason, hops)
        network.endpoints.complete()  # an unread one may be an interface endpoint
        return Path(PathKind.NONE, name, None, f"route table {name} {target.words}", hops)
    if target.kind is not PathKind.GATEWAY_ENDPOINT:
        network.endpoints.complete()  # an unread one may be associated with this very table
    some = len(hops) > 1 and target.kind is not PathKind.GATEWAY_ENDPOINT
    what = f"some of DynamoDB's ranges ({_few(worst.cidrs)})" if some else "packets to DynamoDB"
    reason = f"route table {name} sends {what} through {target.words}"
    endpoint = target.id if target.kind is PathKind.GATEWAY_ENDPOINT else None
    return Path(target.kind, name, endpoint, reason, hops)


def interface_endpoint(network: Network, subnet: Subnet) -> str | None:
    """Return the id of an available interface endpoint of DynamoDB in the subnet's VPC, as far as endpoints were read."""
    return next(
        (
            one.vpc_endpoint_id
            for one in network.endpoints.items
            if one.is_interface and one.available and one.reaches_tables and one.vpc_id == subnet.vpc_id
        ),
        None,
    )


def _few(cidrs: tuple[str, ...], most: int = 3) -> str:
    return ", ".join(cidrs[:most]) + (f" and {len(cidrs) - most} more" if len(cidrs) > most else "")
