"""The account's network as EC2 describes it: five VPCs of six subnets, endpoints, gateways, access control."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from simulated_aws.size import ACCOUNT_ID, CREATED, HOME_REGION

_VPCS = range(5)
_SUBNETS = range(6)
_PUBLIC_SUBNETS = range(2)
_WITHOUT_ENDPOINT = 4
_PREFIX_LISTS: Mapping[str, Sequence[str]] = {
    "dynamodb": ("pl-02cd2c6b", "52.94.0.0/22", "52.119.224.0/20", "3.218.180.0/22"),
    "s3": ("pl-63a5400a", "52.216.0.0/15", "54.231.0.0/16", "3.5.0.0/19"),
}
_ANYWHERE = "0.0.0.0/0"
_ALL_PROTOCOLS = "-1"
Item = dict[str, Any]


def _id(kind: str, vpc: int, place: int = 0) -> str:
    return f"{kind}-{vpc + 1:08x}{place:09x}"


def _cidr(vpc: int, subnet: int | None = None) -> str:
    return f"10.{vpc}.0.0/16" if subnet is None else f"10.{vpc}.{subnet}.0/24"


def _tags(name: str) -> list[dict[str, str]]:
    return [{"Key": "Name", "Value": name}, {"Key": "environment", "Value": "production"}]


def vpcs() -> Iterator[Item]:
    """Yield the VPCs."""
    for vpc in _VPCS:
        association = {
            "AssociationId": _id("vpc-cidr-assoc", vpc),
            "CidrBlock": _cidr(vpc),
            "CidrBlockState": {"State": "associated"},
        }
        yield {
            "VpcId": _id("vpc", vpc),
            "OwnerId": ACCOUNT_ID,
            "State": "available",
            "CidrBlock": _cidr(vpc),
            "CidrBlockAssociationSet": [association],
            "DhcpOptionsId": "dopt-0a1b2c3d",
            "InstanceTenancy": "default",
            "IsDefault": False,
            "Tags": _tags(f"lane-{vpc}"),
        }


def subnets() -> Iterator[Item]:
    """Yield the subnets, the first two of each VPC public."""
    for vpc in _VPCS:
        for subnet in _SUBNETS:
            yield {
                "SubnetId": _id("subnet", vpc, subnet),
                "SubnetArn": f"arn:aws:ec2:{HOME_REGION}:{ACCOUNT_ID}:subnet/{_id('subnet', vpc, subnet)}",
                "VpcId": _id("vpc", vpc),
                "OwnerId": ACCOUNT_ID,
                "State": "available",
                "CidrBlock": _cidr(vpc, subnet),
                "AvailableIpAddressCount": 240,
                "AvailabilityZone": HOME_REGION + "abc"[subnet % 3],
                "DefaultForAz": False,
                "MapPublicIpOnLaunch": subnet in _PUBLIC_SUBNETS,
                "Tags": _tags(f"lane-{vpc}-{subnet}"),
            }


def route_tables() -> Iterator[Item]:
    """Yield two route tables a VPC: the main one serves its public subnets, the other the private subnets."""
    for vpc in _VPCS:
        local: Item = {
            "DestinationCidrBlock": _cidr(vpc), "GatewayId": "local", "Origin": "CreateRouteTable", "State": "active",
        }  # fmt: skip
        outside: Item = {"DestinationCidrBlock": _ANYWHERE, "Origin": "CreateRoute", "State": "active"}
        endpoint: Item = {
            "DestinationPrefixListId": _PREFIX_LISTS["dynamodb"][0],
            "GatewayId": _id("vpce", vpc),
            "Origin": "CreateRoute",
            "State": "active",
        }
        private = [local, outside | {"NatGatewayId": _id("nat", vpc)}]
        yield _route_table(vpc, 0, [local, outside | {"GatewayId": _id("igw", vpc)}])
        yield _route_table(vpc, 1, private if vpc == _WITHOUT_ENDPOINT else [*private, endpoint])


def _route_table(vpc: int, place: int, routes: list[Item]) -> Item:
    table = _id("rtb", vpc, place)
    served = [subnet for subnet in _SUBNETS if place and subnet not in _PUBLIC_SUBNETS]
    associations: list[Item] = [
        {
            "Main": False,
            "RouteTableAssociationId": _id("rtbassoc", vpc, subnet + 1),
            "RouteTableId": table,
            "SubnetId": _id("subnet", vpc, subnet),
            "AssociationState": {"State": "associated"},
        }
        for subnet in served
    ]
    if not place:
        main = {"Main": True, "RouteTableAssociationId": _id("rtbassoc", vpc), "RouteTableId": table}
        associations.append(main | {"AssociationState": {"State": "associated"}})
    return {
        "RouteTableId": table,
        "VpcId": _id("vpc", vpc),
        "OwnerId": ACCOUNT_ID,
        "Associations": associations,
        "Routes": routes,
        "PropagatingVgws": [],
        "Tags": _tags(f"lane-{vpc}-{place}"),
    }


def endpoints() -> Iterator[Item]:
    """Yield gateway endpoints of all VPCs but the last; the first has the default policy."""
    for vpc in _VPCS:
        if vpc == _WITHOUT_ENDPOINT:
            continue
        statement: Item = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
        if vpc:
            statement |= {
                "Action": [
                    "dynamodb:GetItem",
                    "dynamodb:Query",
                    "dynamodb:PutItem",
                    "dynamodb:DescribeEndpoints",
                ],
                "Condition": {"StringEquals": {"aws:PrincipalAccount": ACCOUNT_ID}},
            }
        yield {
            "VpcEndpointId": _id("vpce", vpc),
            "VpcEndpointType": "Gateway",
            "VpcId": _id("vpc", vpc),
            "ServiceName": f"com.amazonaws.{HOME_REGION}.dynamodb",
            "State": "available",
            "PolicyDocument": json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
            "RouteTableIds": [_id("rtb", vpc, 1)],
            "SubnetIds": [],
            "Groups": [],
            "PrivateDnsEnabled": False,
            "RequesterManaged": False,
            "NetworkInterfaceIds": [],
            "DnsEntries": [],
            "CreationTimestamp": CREATED,
            "Tags": _tags(f"dynamodb-{vpc}"),
            "OwnerId": ACCOUNT_ID,
        }


def prefix_lists() -> Iterator[Item]:
    """Yield the prefix lists of the services with gateway endpoints."""
    for service, (prefix_list, *cidrs) in _PREFIX_LISTS.items():
        name = f"com.amazonaws.{HOME_REGION}.{service}"
        yield {"PrefixListId": prefix_list, "PrefixListName": name, "Cidrs": list(cidrs)}


def network_acls() -> Iterator[Item]:
    """Yield each VPC's default network ACL, which allows all."""
    for vpc in _VPCS:
        rules = ((100, "allow"), (32767, "deny"))
        entries: list[Item] = [
            {
                "CidrBlock": _ANYWHERE,
                "Egress": egress,
                "Protocol": _ALL_PROTOCOLS,
                "RuleAction": action,
                "RuleNumber": number,
            }
            for egress in (False, True)
            for number, action in rules
        ]
        associations = [
            {
                "NetworkAclAssociationId": _id("aclassoc", vpc, subnet),
                "NetworkAclId": _id("acl", vpc),
                "SubnetId": _id("subnet", vpc, subnet),
            }
            for subnet in _SUBNETS
        ]
        yield {
            "NetworkAclId": _id("acl", vpc),
            "VpcId": _id("vpc", vpc),
            "OwnerId": ACCOUNT_ID,
            "IsDefault": True,
            "Associations": associations,
            "Entries": entries,
            "Tags": [],
        }


def security_groups() -> Iterator[Item]:
    """Yield two security groups a VPC."""
    for vpc in _VPCS:
        for place, name in enumerate(("default", "application")):
            group = _id("sg", vpc, place)
            inside = {
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "IpRanges": [{"CidrIp": _cidr(vpc)}],
            }
            outside = {"IpProtocol": _ALL_PROTOCOLS, "IpRanges": [{"CidrIp": _ANYWHERE}]}
            others: Item = {"Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": []}
            yield {
                "GroupId": group,
                "GroupName": name,
                "Description": name,
                "VpcId": _id("vpc", vpc),
                "OwnerId": ACCOUNT_ID,
                "SecurityGroupArn": f"arn:aws:ec2:{HOME_REGION}:{ACCOUNT_ID}:security-group/{group}",
                "IpPermissions": [inside | others],
                "IpPermissionsEgress": [outside | others],
                "Tags": [],
            }


def network_interfaces() -> Iterator[Item]:
    """Yield an interface a subnet, of instances and functions in turn."""
    for vpc in _VPCS:
        for subnet in _SUBNETS:
            function = subnet % 2
            yield {
                "NetworkInterfaceId": _id("eni", vpc, subnet),
                "InterfaceType": "lambda" if function else "interface",
                "Description": "AWS Lambda VPC ENI" if function else "",
                "AvailabilityZone": HOME_REGION + "abc"[subnet % 3],
                "Groups": [{"GroupId": _id("sg", vpc, 1), "GroupName": "application"}],
                "MacAddress": f"02:00:00:00:{vpc:02x}:{subnet:02x}",
                "OwnerId": ACCOUNT_ID,
                "PrivateIpAddress": f"10.{vpc}.{subnet}.10",
                "PrivateIpAddresses": [{"Primary": True, "PrivateIpAddress": f"10.{vpc}.{subnet}.10"}],
                "RequesterManaged": bool(function),
                "SourceDestCheck": True,
                "Status": "in-use",
                "SubnetId": _id("subnet", vpc, subnet),
                "VpcId": _id("vpc", vpc),
                "Attachment": {"AttachmentId": _id("eni-attach", vpc, subnet), "Status": "attached"}
                | ({} if function else {"InstanceId": _id("i", vpc, subnet), "InstanceOwnerId": ACCOUNT_ID}),
                "TagSet": [],
            }


def nat_gateways() -> Iterator[Item]:
    """Yield a public NAT gateway a VPC."""
    for vpc in _VPCS:
        yield {
            "NatGatewayId": _id("nat", vpc),
            "VpcId": _id("vpc", vpc),
            "SubnetId": _id("subnet", vpc),
            "State": "available",
            "ConnectivityType": "public",
            "CreateTime": CREATED,
            "NatGatewayAddresses": [{"PublicIp": f"203.0.113.{vpc + 1}", "PrivateIp": f"10.{vpc}.0.5"}],
            "Tags": [],
        }


def internet_gateways() -> Iterator[Item]:
    """Yield an internet gateway a VPC."""
    for vpc in _VPCS:
        attachments = [{"State": "available", "VpcId": _id("vpc", vpc)}]
        gateway = {"InternetGatewayId": _id("igw", vpc), "OwnerId": ACCOUNT_ID}
        yield gateway | {"Attachments": attachments, "Tags": []}


def peerings() -> Iterator[Item]:
    """Yield the peering of the first two VPCs."""
    sides = [
        {
            "CidrBlock": _cidr(vpc),
            "CidrBlockSet": [{"CidrBlock": _cidr(vpc)}],
            "OwnerId": ACCOUNT_ID,
            "VpcId": _id("vpc", vpc),
            "Region": HOME_REGION,
        }
        for vpc in (0, 1)
    ]
    yield {
        "VpcPeeringConnectionId": _id("pcx", 0),
        "RequesterVpcInfo": sides[0],
        "AccepterVpcInfo": sides[1],
        "Status": {"Code": "active", "Message": "Active"},
        "Tags": [],
    }


def flow_logs() -> Iterator[Item]:
    """Yield flow logs of all VPCs but the last."""
    for vpc in _VPCS:
        if vpc != _WITHOUT_ENDPOINT:
            yield {
                "FlowLogId": _id("fl", vpc),
                "FlowLogStatus": "ACTIVE",
                "DeliverLogsStatus": "SUCCESS",
                "ResourceId": _id("vpc", vpc),
                "TrafficType": "ALL",
                "LogDestinationType": "s3",
                "LogDestination": "arn:aws:s3:::flow-logs-123456789012",
                "LogFormat": "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${action}",
                "MaxAggregationInterval": 600,
                "CreationTime": CREATED,
                "Tags": [],
            }
