"""Which traffic of a subnet flow logs record: the union of the logs of its VPC, of itself and of its network interfaces.

Rests on https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-basics.html and on `FlowLog` of the EC2 service model. A log counts
while it is ACTIVE and its delivery is a SUCCESS. Without a delivery status nothing was delivered yet: such a log counts only when asked
what could be at best (`pending`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from dynasec.model.network import FlowLog, Network, Subnet

ALL: Final = frozenset({"ACCEPT", "REJECT"})


def recorded(logs: Iterable[FlowLog], *, pending: bool = False) -> frozenset[str]:
    """Return what these logs record together: ACCEPT, REJECT, both or nothing."""
    found: set[str] = set()
    for log in logs:
        if log.flow_log_status != "ACTIVE":
            continue
        if log.deliver_logs_status == "SUCCESS" or (pending and log.deliver_logs_status is None):
            found |= ALL if log.traffic_type == "ALL" else ALL & {log.traffic_type}
    return frozenset(found)


def logs_of(network: Network, resource_id: str) -> tuple[FlowLog, ...]:
    """Return the logs of a VPC, a subnet or a network interface, as far as logs were read."""
    return tuple(log for log in network.flow_logs.items if log.resource_id == resource_id)


def unrecorded(network: Network, subnet: Subnet, *, pending: bool = False) -> frozenset[str]:
    """Return what no log records of a subnet, as far as logs were read.

    Logs of interfaces cover a subnet only when each interface in use has one.

    Raises:
        Unknown: it may hold interfaces with logs of their own that were not read.

    """
    above = recorded((*logs_of(network, subnet.vpc_id), *logs_of(network, subnet.subnet_id)), pending=pending)
    missing = ALL - above
    if not missing:
        return missing
    interfaces = [
        one
        for one in network.interfaces.items
        if one.subnet_id == subnet.subnet_id and one.status != "available"
    ]
    if not interfaces:
        network.interfaces.complete()
        return missing
    logged = (recorded(logs_of(network, one.network_interface_id), pending=pending) for one in interfaces)
    return frozenset[str]().union(*(missing - own for own in logged))


def not_delivering(network: Network, vpc_id: str) -> tuple[FlowLog, ...]:
    """Return the logs of a VPC, its subnets and interfaces whose delivery fails."""
    own = {vpc_id}
    own.update(one.subnet_id for one in network.subnets.items if one.vpc_id == vpc_id)
    own.update(one.network_interface_id for one in network.interfaces.items if one.vpc_id == vpc_id)
    return tuple(
        log
        for log in network.flow_logs.items
        if log.deliver_logs_status == "FAILED" and log.resource_id in own
    )
