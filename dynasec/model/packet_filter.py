"""What lets packets pass or drops them: network ACLs at subnets, security groups at network interfaces."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network

from pydantic import Field

from dynasec.model.ec2 import Tags
from dynasec.model.shape import AwsShape


class PortRange(AwsShape):
    """First and last port, both included."""

    first: int | None = Field(default=None, alias="From")
    last: int | None = Field(default=None, alias="To")


class NetworkAclEntry(AwsShape):
    """One rule; the lowest number that matches decides. `protocol` is a number, or -1 for all."""

    rule_number: int
    egress: bool
    rule_action: str
    protocol: str
    cidr_block: IPv4Network | None = None
    ipv6_cidr_block: IPv6Network | None = None
    port_range: PortRange | None = None


class NetworkAclAssociation(AwsShape):
    """The subnet that a network ACL guards."""

    subnet_id: str


class NetworkAcl(AwsShape):
    """A stateless filter at the border of subnets."""

    network_acl_id: str
    vpc_id: str
    is_default: bool = False
    associations: tuple[NetworkAclAssociation, ...] = ()
    entries: tuple[NetworkAclEntry, ...]
    tags: Tags


class IpRange(AwsShape):
    """An IPv4 range in a rule."""

    cidr_ip: str


class Ipv6Range(AwsShape):
    """An IPv6 range in a rule."""

    cidr_ipv6: str


class PrefixListReference(AwsShape):
    """A prefix list in a rule."""

    prefix_list_id: str


class GroupPair(AwsShape):
    """A security group in a rule, `user_id` the account it belongs to."""

    group_id: str | None = None
    user_id: str | None = None


class IpPermission(AwsShape):
    """One rule of a security group; ports are absent where all are meant. `ip_protocol` is a name, a number or -1 for all."""

    ip_protocol: str
    from_port: int | None = None
    to_port: int | None = None
    ip_ranges: tuple[IpRange, ...] = ()
    ipv6_ranges: tuple[Ipv6Range, ...] = ()
    prefix_list_ids: tuple[PrefixListReference, ...] = ()
    user_id_group_pairs: tuple[GroupPair, ...] = ()


class SecurityGroup(AwsShape):
    """A stateful filter at network interfaces."""

    group_id: str
    group_name: str = ""
    vpc_id: str | None = None
    owner_id: str = ""
    ip_permissions: tuple[IpPermission, ...] = ()
    ip_permissions_egress: tuple[IpPermission, ...] = ()
    tags: Tags
