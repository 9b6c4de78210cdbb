"""Which routes carry the packets to a range of addresses: longest prefix first, exactly, slice by slice.

Rests on https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html: the most specific route wins, whatever its kind; of
equally specific ones a static route before one by prefix list before a propagated one. Of two prefix lists with the same range AWS picks
one at random, so both are returned.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address, summarize_address_range
from itertools import pairwise
from typing import Generic, TypeVar

from dynasec.model.ec2 import Cidr

T = TypeVar("T")


class Rank(IntEnum):
    """What decides between equally specific routes; the greater wins."""

    PROPAGATED = 0
    PREFIX_LIST = 1
    STATIC = 2


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """A destination range, how its route came to be, and whatever the caller wants to know of the route."""

    cidr: Cidr
    rank: Rank
    route: T


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """A part of the destination, and the routes that may carry it: none, one, or several between which AWS chooses."""

    cidrs: tuple[Cidr, ...]
    routes: tuple[T, ...]


def slices(destination: Cidr, entries: Sequence[Entry[T]]) -> Iterator[Slice[T]]:
    """Cut a destination where routes begin or end, in the order of addresses."""
    near = [entry for entry in entries if _overlap(entry.cidr, destination)]
    first, last = int(destination.network_address), int(destination.broadcast_address)
    cuts = {first, last + 1}
    for entry in near:
        cuts.add(max(first, int(entry.cidr.network_address)))
        cuts.add(min(last, int(entry.cidr.broadcast_address)) + 1)
    ordered = sorted(cuts)
    for start, end in pairwise(ordered):
        yield Slice(_summary(destination, start, end - 1), _winners(near, start, end - 1))


def _winners(entries: Sequence[Entry[T]], start: int, end: int) -> tuple[T, ...]:
    covering = [
        entry
        for entry in entries
        if int(entry.cidr.network_address) <= start and end <= int(entry.cidr.broadcast_address)
    ]
    best = max(((entry.cidr.prefixlen, entry.rank) for entry in covering), default=None)
    return tuple(entry.route for entry in covering if (entry.cidr.prefixlen, entry.rank) == best)


def _overlap(one: Cidr, other: Cidr) -> bool:
    return one.version == other.version and (
        one.network_address <= other.broadcast_address and other.network_address <= one.broadcast_address  # type: ignore[operator] # one version
    )


def _summary(destination: Cidr, start: int, end: int) -> tuple[Cidr, ...]:
    if destination.version == 4:  # noqa: PLR2004 - the address family
        return tuple(summarize_address_range(IPv4Address(start), IPv4Address(end)))
    return tuple(summarize_address_range(IPv6Address(start), IPv6Address(end)))
