"""In which subnets something runs that may use DynamoDB.

AWS has no such list. It is read off the network interfaces: one counts unless it is known to belong to something that never calls
DynamoDB by itself, because leaving a workload out would hide its path. Interface types rest on `NetworkInterfaceType` of the EC2 service
model; descriptions on https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/requester-managed-eni.html and the pages of the services.
"""

from __future__ import annotations

from typing import Final

from dynasec.model.fact import Listing
from dynasec.model.network import Network, NetworkInterface, Subnet
from dynasec.settings import Settings

_INFRASTRUCTURE: Final = frozenset(
    {
        "natGateway",
        "nat_gateway",
        "load_balancer",
        "network_load_balancer",
        "gateway_load_balancer",
        "gateway_load_balancer_endpoint",
        "vpc_endpoint",
        "transit_gateway",
        "global_accelerator_managed",
        "api_gateway_managed",
        "iot_rules_managed",
        "aws_codestar_connections_managed",
        "quicksight",
    }
)
"""Interface types that carry other people's packets, or never ask DynamoDB anything."""

_SERVICES: Final = (
    "ELB ",
    "Interface for NAT Gateway",
    "VPC Endpoint Interface",
    "Network Interface for Transit Gateway Attachment",
    "EFS mount target",
    "RDSNetworkInterface",
    "ElastiCache ",
    "Route 53 Resolver",
    "AWS created network interface for directory",
    "Amazon EKS ",
)
"""How services describe interfaces of the plain type that do not belong to a workload. (Nodes and pods of EKS are described otherwise.)"""

_UNUSED: Final = "available"


def may_use_dynamodb(interface: NetworkInterface) -> bool:
    """Whether an interface belongs to an instance, a function, a task or the like; one that nothing is plugged into does not."""
    if interface.status == _UNUSED or interface.interface_type in _INFRASTRUCTURE:
        return False
    # A person may describe an interface as they like: only what AWS manages is told by its description.
    return not (interface.requester_managed and interface.description.startswith(_SERVICES))


def is_workload(network: Network, settings: Settings, subnet: Subnet) -> bool:
    """Whether something that may use DynamoDB runs in a subnet, or the configuration says so.

    Raises:
        Unknown: nothing was found there, but not all interfaces could be listed.

    """
    if subnet.subnet_id in settings.network.workload_subnets:
        return True
    interfaces = network.interfaces
    if any(one.subnet_id == subnet.subnet_id and may_use_dynamodb(one) for one in interfaces.items):
        return True
    interfaces.complete()
    return False


def workload_subnets(network: Network, settings: Settings, vpc_id: str) -> Listing[Subnet]:
    """Return the subnets of a VPC in which something may use DynamoDB; incomplete when subnets or interfaces are."""
    busy = {one.subnet_id for one in network.interfaces.items if may_use_dynamodb(one)}
    busy.update(settings.network.workload_subnets)
    return Listing(
        tuple(one for one in network.subnets.items if one.vpc_id == vpc_id and one.subnet_id in busy),
        network.subnets.gap or network.interfaces.gap,
    )
