"""From where a security group lets connections in to a port.

Rests on `IpPermission` of the EC2 service model and
https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Final

from dynasec.model.ec2 import Cidr
from dynasec.model.fact import NOT_COLLECTED, Gap, Unknown
from dynasec.model.network import Network
from dynasec.model.packet_filter import IpPermission, SecurityGroup

_EVERYTHING: Final = "-1"
_TCP: Final = frozenset({"tcp", "6"})
_ENTRIES: Final = "ec2:GetManagedPrefixListEntries"


def admits_port(permission: IpPermission, port: int) -> bool:
    """Whether a rule is about TCP connections to a port; without ports it is about all of them."""
    if permission.ip_protocol == _EVERYTHING:
        return True
    if permission.ip_protocol.lower() not in _TCP:
        return False
    first, last = permission.from_port, permission.to_port
    if first is None or last is None or first == -1:
        return True
    return first <= port <= last


def outside_sources(
    network: Network, group: SecurityGroup, port: int, inside: Iterable[Cidr], region: str
) -> Iterator[str]:
    """Yield in words who may connect to a port from elsewhere than `inside` or the groups of the same VPC.

    Raises:
        Unknown: the ranges of a prefix list or the VPC of a group are needed and were not read.

    """
    near = tuple(inside)
    for permission in group.ip_permissions:
        if admits_port(permission, port):
            yield from (str(one) for one in _ranges(permission) if not is_within(one, near))
            yield from _lists(network, permission, near, region)
            yield from _groups(network, permission, group)


def is_within(range_: Cidr, inside: Iterable[Cidr]) -> bool:
    """Whether all addresses of a range are in the given ranges, taken together."""
    if isinstance(range_, IPv4Network):
        joined4 = collapse_addresses(one for one in inside if isinstance(one, IPv4Network))
        return any(range_.subnet_of(one) for one in joined4)
    joined6 = collapse_addresses(one for one in inside if isinstance(one, IPv6Network))
    return any(range_.subnet_of(one) for one in joined6)


def _ranges(permission: IpPermission) -> Iterator[Cidr]:
    for four in permission.ip_ranges:
        yield ip_network(four.cidr_ip, strict=False)
    for six in permission.ipv6_ranges:
        yield ip_network(six.cidr_ipv6, strict=False)


def _lists(
    network: Network, permission: IpPermission, inside: tuple[Cidr, ...], region: str
) -> Iterator[str]:
    known = {one.prefix_list_id: one.cidrs for one in network.prefix_lists.items}
    known.update(
        {one.prefix_list_id: one.cidrs.known() for one in network.routed_prefix_lists if one.cidrs.observed}
    )
    for reference in permission.prefix_list_ids:
        cidrs = known.get(reference.prefix_list_id)
        if cidrs is None:
            message = f"a security group names {reference.prefix_list_id}"
            raise Unknown(Gap(_ENTRIES, NOT_COLLECTED, message, region))
        if not all(is_within(one, inside) for one in cidrs):
            yield f"prefix list {reference.prefix_list_id}"


def _groups(network: Network, permission: IpPermission, group: SecurityGroup) -> Iterator[str]:
    vpcs = {one.group_id: one.vpc_id for one in network.security_groups.items}
    for pair in permission.user_id_group_pairs:
        if pair.group_id == group.group_id:
            continue
        if pair.group_id is None:
            yield "a group that is not told"
        elif pair.group_id in vpcs:
            if vpcs[pair.group_id] != group.vpc_id:
                yield f"group {pair.group_id} of {vpcs[pair.group_id] or 'no VPC'}"
        elif pair.user_id is not None and pair.user_id != group.owner_id:
            yield f"group {pair.group_id} of account {pair.user_id}"
        else:
            network.security_groups.complete()
            yield f"group {pair.group_id}, which is not in this Region"
