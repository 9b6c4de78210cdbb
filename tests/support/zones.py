"""Builds subnets that are placed in zones or lanes, and the network ACLs that guard them."""

from __future__ import annotations

from typing import Any

from dynasec.model.network import Subnet
from dynasec.model.packet_filter import NetworkAcl
from tests.support.network import VPC, subnet


def placed(subnet_id: str, cidr: str = "10.0.0.0/24", *, vpc_id: str = VPC, **tags: str) -> Subnet:
    """A subnet with a range and tags."""
    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
    return subnet(subnet_id, vpc_id, CidrBlock=cidr, Tags=pairs)


def entry(
    number: int, source: str, action: str = "allow", protocol: str = "6", ports: Any = None, **members: Any
) -> dict[str, Any]:
    """An inbound rule; `ports` as (first, last)."""
    key = "Ipv6CidrBlock" if ":" in source else "CidrBlock"
    fields = {"RuleNumber": number, "Egress": False, "RuleAction": action, "Protocol": protocol, key: source}
    if ports is not None:
        fields["PortRange"] = {"From": ports[0], "To": ports[1]}
    return {**fields, **members}


EVERYTHING = entry(100, "0.0.0.0/0", protocol="-1")
REFUSED = entry(32767, "0.0.0.0/0", "deny", "-1")


def acl(
    *entries: dict[str, Any], name: str = "acl-1", subnets: tuple[str, ...] = ("subnet-1",)
) -> NetworkAcl:
    """A network ACL with these inbound rules and the one that refuses the rest."""
    return NetworkAcl.model_validate(
        {
            "NetworkAclId": name,
            "VpcId": VPC,
            "Associations": [{"SubnetId": one} for one in subnets],
            "Entries": [*entries, REFUSED],
        }
    )
