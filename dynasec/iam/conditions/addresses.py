"""The IpAddress operators: IPv4 and IPv6 addresses and ranges; an address alone is a range of one."""

import ipaddress
from collections.abc import Iterable

from dynasec.iam.conditions.operator import Operator, Value
from dynasec.iam.matching import Pattern
from dynasec.iam.ternary import Ternary

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def read_network(text: str) -> Network | None:
    """Read an address or CIDR range, host bits allowed; None when it is neither."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def covers_internet(ranges: Iterable[str]) -> bool:
    """Whether the ranges together hold every IPv4 or every IPv6 address, in one piece or in several."""
    networks = [network for network in map(read_network, ranges) if network is not None]
    v4 = [network for network in networks if isinstance(network, ipaddress.IPv4Network)]
    v6 = [network for network in networks if isinstance(network, ipaddress.IPv6Network)]
    return any(network.prefixlen == 0 for network in ipaddress.collapse_addresses(v4)) or any(
        network.prefixlen == 0 for network in ipaddress.collapse_addresses(v6)
    )


def _within(address: Network, network: Network) -> bool:
    if isinstance(address, ipaddress.IPv4Network) and isinstance(network, ipaddress.IPv4Network):
        return address.subnet_of(network)
    if isinstance(address, ipaddress.IPv6Network) and isinstance(network, ipaddress.IPv6Network):
        return address.subnet_of(network)
    return False


def _compare(value: Value, wanted: Pattern) -> Ternary:
    network = read_network(wanted.literal) if wanted.literal is not None else None
    if network is None or not isinstance(value, str):
        return Ternary.UNKNOWN
    address = read_network(value)
    return Ternary.of(address is not None and _within(address, network))


OPERATORS = (
    Operator("IpAddress", _compare),
    Operator("NotIpAddress", _compare, negated=True),
)
