"""EC2's describe operations on the network, with filters, ids and pages."""

from collections.abc import Mapping, Sequence
from typing import Any

from simulated_aws.errors import ServiceError
from simulated_aws.paging import page
from simulated_aws.services import topology
from simulated_aws.services.handler import Handler
from simulated_aws.services.topology import Item
from simulated_aws.size import HOME_REGION, Call, Size

_DNS_SUPPORT = True
_MOST_A_PAGE = 1000


def _describe(key: str, items: Sequence[Item]) -> Handler:
    """Make the handler of a Describe operation with filters, ids and pages."""

    def handle(_: Size, call: Call) -> Mapping[str, Any]:
        found = [item for item in items if call.at_home and _wanted(item, call)]
        resources, following = page(found, call.text("NextToken"), call.number("MaxResults", _MOST_A_PAGE))
        return {key: resources} | ({"NextToken": following} if following else {})

    return handle


def _wanted(item: Item, call: Call) -> bool:
    """Apply the filters that name a field of the item (`vpc-id`: VpcId) and lists of ids; others do not narrow."""
    filters: Any = call.params.get("Filters") or call.params.get("Filter") or []
    named = {each["Name"]: each.get("Values", []) for each in filters}
    for name, values in named.items():
        field = "".join(word.capitalize() for word in name.split("-"))
        if field in item and str(item[field]) not in values:
            return False
    given = {name.removesuffix("s"): call.texts(name) for name in call.params if name.endswith("Ids")}
    return all(item.get(field) in ids for field, ids in given.items() if field in item)


def _describe_vpc_attribute(_: Size, call: Call) -> Mapping[str, Any]:
    attribute = call.text("Attribute")
    return {"VpcId": call.text("VpcId"), attribute[:1].upper() + attribute[1:]: {"Value": _DNS_SUPPORT}}


def _describe_regions(_: Size, __: Call) -> Mapping[str, Any]:
    names = (HOME_REGION, "us-east-2", "us-west-1", "us-west-2")
    regions = [
        {"RegionName": name, "Endpoint": f"ec2.{name}.amazonaws.com", "OptInStatus": "opt-in-not-required"}
        for name in names
    ]
    return {"Regions": regions}


def _get_managed_prefix_list_entries(_: Size, call: Call) -> Mapping[str, Any]:
    wanted = call.text("PrefixListId")
    for prefix_list in topology.prefix_lists():
        if call.at_home and prefix_list["PrefixListId"] == wanted:
            return {"Entries": [{"Cidr": cidr} for cidr in prefix_list["Cidrs"]]}
    code = "InvalidPrefixListID.NotFound"
    raise ServiceError(code, f"The prefix list ID '{wanted}' does not exist")


HANDLERS: Mapping[str, Handler] = {
    "ec2:DescribeVpcs": _describe("Vpcs", list(topology.vpcs())),
    "ec2:DescribeSubnets": _describe("Subnets", list(topology.subnets())),
    "ec2:DescribeRouteTables": _describe("RouteTables", list(topology.route_tables())),
    "ec2:DescribeVpcEndpoints": _describe("VpcEndpoints", list(topology.endpoints())),
    "ec2:DescribePrefixLists": _describe("PrefixLists", list(topology.prefix_lists())),
    "ec2:DescribeNetworkAcls": _describe("NetworkAcls", list(topology.network_acls())),
    "ec2:DescribeSecurityGroups": _describe("SecurityGroups", list(topology.security_groups())),
    "ec2:DescribeNetworkInterfaces": _describe("NetworkInterfaces", list(topology.network_interfaces())),
    "ec2:DescribeNatGateways": _describe("NatGateways", list(topology.nat_gateways())),
    "ec2:DescribeInternetGateways": _describe("InternetGateways", list(topology.internet_gateways())),
    "ec2:DescribeVpcPeeringConnections": _describe("VpcPeeringConnections", list(topology.peerings())),
    "ec2:DescribeFlowLogs": _describe("FlowLogs", list(topology.flow_logs())),
    "ec2:DescribeVpcAttribute": _describe_vpc_attribute,
    "ec2:DescribeRegions": _describe_regions,
    "ec2:GetManagedPrefixListEntries": _get_managed_prefix_list_entries,
}
