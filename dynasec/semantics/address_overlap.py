"""Whose address ranges a VPC shares: other VPCs in use, and configured ranges elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dynasec.model.ec2 import Cidr
from dynasec.model.fact import Gaps, Unknown
from dynasec.model.network import Network, Vpc
from dynasec.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two ranges with addresses in common; `vpc` has the other one, None means that it is configured as on premises."""

    own: Cidr
    other: Cidr
    vpc: Vpc | None = None


def is_in_use(network: Network, vpc: Vpc) -> bool:
    """Whether a VPC holds any network interface.

    Raises:
        Unknown: none was found, but not all could be listed.

    """
    if any(one.vpc_id == vpc.vpc_id for one in network.interfaces.items):
        return True
    network.interfaces.complete()
    return False


def overlaps(ours: Iterable[Cidr], theirs: Iterable[Cidr], vpc: Vpc | None = None) -> Iterator[Overlap]:
    """Yield the pairs of ranges that have addresses in common."""
    others = tuple(theirs)
    for own in ours:
        for other in others:
            if own.version == other.version and own.overlaps(other):
                yield Overlap(own, other, vpc)


def overlaps_with_vpcs(snapshot: Snapshot, vpc: Vpc, gaps: Gaps) -> Iterator[Overlap]:
    """Yield the overlaps with every other VPC in use in any audited Region; what could not be read goes into `gaps`."""
    for region in snapshot.regions:
        for other in gaps.items(region.network.vpcs):
            if (other.region, other.vpc_id) == (vpc.region, vpc.vpc_id):
                continue
            found = tuple(overlaps(vpc.cidrs, other.cidrs, other))
            try:
                counts = bool(found) and is_in_use(region.network, other)
            except Unknown as missing:
                gaps.found.extend(missing.gaps)
                continue
            if counts:
                yield from found


def are_peered(snapshot: Snapshot, one: Vpc, other: Vpc) -> bool:
    """Whether an active peering connection between two VPCs was read."""
    sides = {one.vpc_id, other.vpc_id}
    return any(
        peering.status.code == "active"
        and {peering.requester_vpc_info.vpc_id, peering.accepter_vpc_info.vpc_id} == sides
        for region in snapshot.regions
        for peering in region.network.peerings.items
    )
