"""What in the network lets the internet near the nodes of a DAX cluster.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.create-cluster.console.configure-inbound-rules.html: the cluster
listens on 8111, with TLS on 9111.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, ip_network
from typing import Final

from dynasec.model.companion import DaxCluster
from dynasec.model.fact import NOT_COLLECTED, Gap, Gaps, Unknown, malformed
from dynasec.model.network import Network
from dynasec.model.packet_filter import IpPermission, SecurityGroup
from dynasec.semantics.network_path import route_table_of

_PORTS: Final = (8111, 9111)
_ANY, _TCP = "-1", frozenset({"tcp", "6"})
_WIDE: Final = {4: 8, 6: 16}
"""Prefixes shorter than these hold addresses of everybody, private ones or not."""


def exposures(cluster: DaxCluster, network: Network, gaps: Gaps) -> Iterator[str]:
    """Yield what is wrong, in words; what could not be read goes into `gaps`."""
    group = gaps.of(cluster.subnet_group)
    for one in () if group is None else group.subnets:
        try:
            yield from _internet_route(one.subnet_identifier, network, cluster.region)
        except Unknown as missing:
            gaps.found.extend(missing.gaps)
    if not cluster.description.security_groups:
        gaps.found.append(malformed("dax:DescribeClusters", "no SecurityGroups", cluster.region))
    groups = {one.group_id: one for one in network.security_groups.items}
    for name in (one.security_group_identifier for one in cluster.description.security_groups):
        if name in groups:
            yield from _open_rules(groups[name], gaps, cluster.region)
        else:
            unread = malformed("ec2:DescribeSecurityGroups", f"no group {name}", cluster.region)
            gaps.found.append(network.security_groups.gap or unread)


def _internet_route(subnet_id: str, network: Network, region: str) -> Iterator[str]:
    subnet = next((one for one in network.subnets.items if one.subnet_id == subnet_id), None)
    if subnet is None:
        network.subnets.complete()
        raise Unknown(malformed("ec2:DescribeSubnets", f"no subnet {subnet_id}", region))
    table = route_table_of(network, subnet)
    gateway = next(
        (one.gateway_id for one in table.routes if (one.gateway_id or "").startswith("igw-")), None
    )
    if gateway is not None:
        yield f"subnet {subnet_id} has a route to internet gateway {gateway}"


def _open_rules(group: SecurityGroup, gaps: Gaps, region: str) -> Iterator[str]:
    for rule in group.ip_permissions:
        if not _concerns_dax(rule):
            continue
        ranges = [one.cidr_ip for one in rule.ip_ranges] + [one.cidr_ipv6 for one in rule.ipv6_ranges]
        wide = next((one for one in ranges if _is_wide(one)), None)
        if wide is not None:
            yield f"security group {group.group_id} admits {wide}"
        gaps.found.extend(
            Gap("ec2:GetManagedPrefixListEntries", NOT_COLLECTED, one.prefix_list_id, region)
            for one in rule.prefix_list_ids
        )


def _concerns_dax(rule: IpPermission) -> bool:
    if rule.ip_protocol == _ANY:
        return True
    first, last = rule.from_port, rule.to_port
    if rule.ip_protocol not in _TCP:
        return False
    return first is None or last is None or any(first <= port <= last for port in _PORTS)


def _is_wide(text: str) -> bool:
    cidr = ip_network(text, strict=False)
    return cidr.prefixlen < _WIDE[4 if isinstance(cidr, IPv4Network) else 6]
