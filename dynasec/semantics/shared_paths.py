"""What subnets of different zones or lanes have in common: route tables, network ACLs, endpoints.

A subnet is placed by itself, else by its VPC. Names of zones and lanes are compared without regard to case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from dynasec.model.fact import Gaps, Unknown, malformed
from dynasec.model.network import Endpoint, Network, Subnet, Vpc
from dynasec.model.packet_filter import NetworkAcl
from dynasec.semantics.network_path import route_table_of

Pick = Callable[[Subnet | Vpc], str | None]
"""Tells the zone, or the lane, that somebody gave a subnet or VPC."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A thing of some kind ("route table") and whose it is: zones or lanes, each with its subnets."""

    kind: str
    id: str
    places: Mapping[str, tuple[str, ...]]

    def __str__(self) -> str:
        whose = " and ".join(f"{place} ({', '.join(subnets)})" for place, subnets in self.places.items())
        return f"{self.kind} {self.id} serves {whose}"


def place_of(pick: Pick, network: Network, subnet: Subnet) -> str | None:
    """Return where a subnet belongs, in lower case: by itself, else by its VPC.

    Raises:
        Unknown: it is not placed itself, and its VPC was not read.

    """
    own = pick(subnet)
    if own is None:
        vpc = next((one for one in network.vpcs.items if one.vpc_id == subnet.vpc_id), None)
        if vpc is None:
            network.vpcs.complete()
            return None
        own = pick(vpc)
    return None if own is None else own.casefold()


def network_acl_of(network: Network, subnet: Subnet) -> NetworkAcl:
    """Return the network ACL that guards a subnet; every subnet has one.

    Raises:
        Unknown: it was not read.

    """
    for acl in network.network_acls.items:
        if any(one.subnet_id == subnet.subnet_id for one in acl.associations):
            return acl
    network.network_acls.complete()
    missing = f"no network ACL for {subnet.subnet_id}"
    raise Unknown(malformed("ec2:DescribeNetworkAcls", missing, subnet.region))


def is_served(network: Network, endpoint: Endpoint, subnet: Subnet) -> bool:
    """Whether a gateway endpoint is in the subnet's route table, or an interface endpoint in the subnet itself.

    Raises:
        Unknown: the route table in force was not read.

    """
    if endpoint.vpc_id != subnet.vpc_id:
        return False
    if endpoint.is_gateway:
        return route_table_of(network, subnet).route_table_id in endpoint.route_table_ids
    return subnet.subnet_id in endpoint.subnet_ids


def shared(network: Network, placed: Iterable[tuple[Subnet, str]], gaps: Gaps) -> tuple[Shared, ...]:
    """Return each thing that serves subnets of more than one place, once; what could not be read goes into `gaps`."""
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for subnet, place in placed:
        for key in _things(network, subnet, gaps):
            found.setdefault(key, {}).setdefault(place, []).append(subnet.subnet_id)
    return tuple(
        Shared(kind, name, {place: tuple(ids) for place, ids in sorted(places.items())})
        for (kind, name), places in sorted(found.items())
        if len(places) > 1
    )


def _things(network: Network, subnet: Subnet, gaps: Gaps) -> Iterator[tuple[str, str]]:
    try:
        yield "route table", route_table_of(network, subnet).route_table_id
    except Unknown as missing:
        gaps.found.extend(missing.gaps)
    try:
        yield "network ACL", network_acl_of(network, subnet).network_acl_id
    except Unknown as missing:
        gaps.found.extend(missing.gaps)
    for endpoint in gaps.items(network.endpoints):
        try:
            if endpoint.is_dynamodb and endpoint.available and is_served(network, endpoint, subnet):
                yield "endpoint", endpoint.vpc_endpoint_id
        except Unknown as missing:
            gaps.found.extend(missing.gaps)
