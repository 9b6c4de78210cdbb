"""Which addresses belong to which security zone.

`internet` and `on-premises` are zones by themselves where no subnet is in a zone of that name: every address, and the ranges configured
as on premises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network
from typing import Final

from dynasec.model.ec2 import Cidr
from dynasec.model.fact import Gaps, Unknown
from dynasec.model.network import ASSOCIATED, Subnet
from dynasec.model.snapshot import Snapshot
from dynasec.semantics.placement import Placement
from dynasec.semantics.shared_paths import place_of
from dynasec.settings import Settings

_EVERYWHERE: Final = (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))


def ranges_of(subnet: Subnet) -> Iterator[Cidr]:
    """Yield the ranges of a subnet that are in force."""
    if subnet.cidr_block is not None:
        yield subnet.cidr_block
    for one in subnet.ipv6_cidr_block_association_set:
        if one.ipv6_cidr_block_state.state == ASSOCIATED:
            yield one.ipv6_cidr_block


def zone_ranges(
    snapshot: Snapshot, settings: Settings, placement: Placement, gaps: Gaps
) -> Mapping[str, tuple[Cidr, ...]]:
    """Return the ranges of each zone (lower case) in all audited Regions; what could not be read goes into `gaps`."""
    found: dict[str, list[Cidr]] = {}
    for region in snapshot.regions:
        for subnet in gaps.items(region.network.subnets):
            try:
                zone = place_of(placement.zone, region.network, subnet)
            except Unknown as missing:
                gaps.found.extend(missing.gaps)
                continue
            if zone is not None:
                found.setdefault(zone, []).extend(ranges_of(subnet))
    by_themselves: Mapping[str, Iterable[Cidr]] = {
        "internet": _EVERYWHERE,
        "on-premises": settings.network.on_premises,
    }
    return {
        **{zone: tuple(ranges) for zone, ranges in by_themselves.items()},
        **{z: tuple(r) for z, r in found.items()},
    }


def neighbours_of(zone: str, settings: Settings) -> tuple[str, ...]:
    """Return the zones (lower case) that may send to a zone, besides itself."""
    folded = {name.casefold(): zones for name, zones in settings.zones.neighbours.items()}
    return tuple(one.casefold() for one in folded.get(zone, ()))
