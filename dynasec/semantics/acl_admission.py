"""From where a network ACL lets connections in.

Of the rules for inbound packets the lowest number that matches decides; what none matches is dropped. A network ACL knows no connections:
TCP and UDP packets to ports from 1024 up may be answers to connections that went out, so they are not counted, nor is ICMP.

https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html, https://docs.aws.amazon.com/vpc/latest/userguide/nacl-ephemeral-ports.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, collapse_addresses
from typing import Final

from dynasec.model.ec2 import Cidr
from dynasec.model.packet_filter import NetworkAcl, NetworkAclEntry

_ALL: Final = "-1"
_TCP_AND_UDP: Final = frozenset({"6", "17"})
_ICMP: Final = frozenset({"1", "58"})
_SOME_OTHER: Final = "253"
"""A protocol number set aside for experiments: stands for those that no rule names."""
_EPHEMERAL: Final = 1024
_NAMES: Final = {"6": "TCP", "17": "UDP"}

_Address = IPv4Address | IPv6Address
_Packet = tuple[_Address, str, int]


@dataclass(frozen=True, slots=True)
class Admitted:
    """A rule that lets connections in, its range, and one address in it from which they come."""

    rule_number: int
    cidr: Cidr
    example: _Address
    traffic: str

    def __str__(self) -> str:
        return f"rule {self.rule_number} admits {self.traffic} from {self.cidr}"


def admitted(acl: NetworkAcl, inside: Iterable[Cidr], version: int) -> tuple[Admitted, ...]:
    """Return the rules by which connections from elsewhere than `inside` get in, over IPv4 or IPv6; each once."""
    rules = [
        (one, cidr)
        for one in sorted(acl.entries, key=lambda entry: entry.rule_number)
        if not one.egress and (cidr := _range(one, version)) is not None
    ]
    near = _joined(inside, version)
    found: dict[int, Admitted] = {}
    for packet in _packets(rules, near, version):
        match = next(((rule, cidr) for rule, cidr in rules if _matches(rule, cidr, packet)), None)
        if match is not None and match[0].rule_action == "allow":
            rule, cidr = match
            found.setdefault(rule.rule_number, Admitted(rule.rule_number, cidr, packet[0], _traffic(rule)))
    return tuple(sorted(found.values(), key=lambda one: one.rule_number))


def _range(entry: NetworkAclEntry, version: int) -> Cidr | None:
    return entry.cidr_block if version == 4 else entry.ipv6_cidr_block  # noqa: PLR2004 - IPv4


def _joined(ranges: Iterable[Cidr], version: int) -> Sequence[Cidr]:
    if version == 4:  # noqa: PLR2004 - IPv4
        return list(collapse_addresses(one for one in ranges if isinstance(one, IPv4Network)))
    return list(collapse_addresses(one for one in ranges if isinstance(one, IPv6Network)))


def _packets(
    rules: list[tuple[NetworkAclEntry, Cidr]], near: Sequence[Cidr], version: int
) -> Iterator[_Packet]:
    """Yield one packet of each kind that the rules tell apart: an answer for all of these is an answer for all."""
    protocols = {"6", "17", _SOME_OTHER, *(rule.protocol for rule, _ in rules)} - {_ALL} - _ICMP
    for address in sorted(_addresses([cidr for _, cidr in rules], near, version), key=int):
        for protocol in sorted(protocols):
            for port in sorted(_ports(rule for rule, _ in rules)) if protocol in _TCP_AND_UDP else (0,):
                yield address, protocol, port


def _addresses(ranges: Iterable[Cidr], near: Sequence[Cidr], version: int) -> set[_Address]:
    """Return the lowest address of every stretch that ranges begin or end, but for those that are near."""
    make = IPv4Address if version == 4 else IPv6Address  # noqa: PLR2004 - IPv4
    starts = {0}
    for cidr in (*ranges, *near):
        starts |= {int(cidr.network_address), int(cidr.broadcast_address) + 1}
    last = int(make(2**32 - 1 if version == 4 else 2**128 - 1))  # noqa: PLR2004 - IPv4
    found = (make(start) for start in starts if start <= last)
    return {one for one in found if not any(one in cidr for cidr in near)}


def _ports(rules: Iterable[NetworkAclEntry]) -> set[int]:
    starts = {0}
    for rule in rules:
        if rule.port_range is not None:
            starts |= {rule.port_range.first or 0, (rule.port_range.last or 0) + 1}
    return {one for one in starts if one < _EPHEMERAL}


def _matches(rule: NetworkAclEntry, cidr: Cidr, packet: _Packet) -> bool:
    address, protocol, port = packet
    if rule.protocol not in {_ALL, protocol} or address not in cidr:
        return False
    if rule.protocol == _ALL or protocol not in _TCP_AND_UDP or rule.port_range is None:
        return True
    first, last = rule.port_range.first, rule.port_range.last
    return first is None or last is None or first <= port <= last


def _traffic(rule: NetworkAclEntry) -> str:
    if rule.protocol == _ALL:
        return "all traffic"
    name = _NAMES.get(rule.protocol, f"protocol {rule.protocol}")
    ports = rule.port_range
    if rule.protocol not in _TCP_AND_UDP or ports is None or ports.first is None:
        return name
    return (
        f"{name} port {ports.first}"
        if ports.first == ports.last
        else f"{name} ports {ports.first}-{ports.last}"
    )
