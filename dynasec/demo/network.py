"""Three VPCs in us-east-1, of which one is as it should be.

`shop` (10.0.0.0/16): its application subnet, zone app, lets only the zone edge in, reaches DynamoDB through a gateway endpoint whose policy
names the shop's tables, and has flow logs. `legacy` (10.0.0.0/16, the same addresses again): no endpoint, so its workload reaches DynamoDB
through a NAT gateway. `analytics` (10.2.0.0/16): an endpoint with the full access that AWS gives by default, two zones that share one
network ACL that lets everybody in, and a subnet that stayed on the main route table, which leads to the internet gateway.
"""

from __future__ import annotations

import json

from dynasec.demo.emulator import ACCOUNT, Aws

_REGION = "us-east-1"
_IMAGE = "ami-03cf127a"
"""An image that moto knows in every Region."""
_SERVICE = f"com.amazonaws.{_REGION}.dynamodb"


def seed(aws: Aws) -> None:
    """Create the VPCs and what runs in them."""
    _shop(aws)
    _legacy(aws)
    _analytics(aws)


def _shop(aws: Aws) -> None:
    ec2 = aws.client("ec2", _REGION)
    vpc = _vpc(aws, "shop", "10.0.0.0/16", lane="shop")
    edge = "10.0.0.0/24"
    _subnet(aws, vpc, "shop-edge", edge, zone="edge")
    subnet = _subnet(aws, vpc, "shop-app", "10.0.1.0/24", zone="app")
    _border(aws, vpc, subnet, "shop-app", edge)
    routes = _routes(aws, vpc, subnet)
    tables = [
        f"arn:aws:dynamodb:{_REGION}:{ACCOUNT}:table/{name}" for name in ("orders", "carts", "card-tokens")
    ]
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "DataPlane",
                "Effect": "Allow",
                "Principal": "*",
                "Action": ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem"],
                "Resource": [*tables, *(f"{table}/index/*" for table in tables)],
                "Condition": {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}},
            },
            {
                "Sid": "EndpointDiscovery",
                "Effect": "Allow",
                "Principal": "*",
                "Action": "dynamodb:DescribeEndpoints",
                "Resource": "*",
            },
        ],
    }
    ec2.create_vpc_endpoint(
        VpcId=vpc,
        VpcEndpointType="Gateway",
        ServiceName=_SERVICE,
        RouteTableIds=[routes],
        PolicyDocument=json.dumps(policy),
        TagSpecifications=_tagged("vpc-endpoint", "shop-dynamodb", lane="shop", tier="app"),
    )
    _server(aws, subnet)
    ec2.create_flow_logs(
        ResourceIds=[vpc],
        ResourceType="VPC",
        TrafficType="ALL",
        LogDestinationType="s3",
        LogDestination="arn:aws:s3:::account-trail-logs",
    )


def _legacy(aws: Aws) -> None:
    ec2 = aws.client("ec2", _REGION)
    vpc = _vpc(aws, "legacy", "10.0.0.0/16", lane="finance")
    subnet = _subnet(aws, vpc, "legacy-app", "10.0.1.0/24")
    routes = _routes(aws, vpc, subnet)
    nat = ec2.create_nat_gateway(
        SubnetId=_subnet(aws, vpc, "legacy-public", "10.0.2.0/24"), ConnectivityType="private"
    )
    ec2.create_route(
        RouteTableId=routes, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat["NatGateway"]["NatGatewayId"]
    )
    _server(aws, subnet)


def _analytics(aws: Aws) -> None:
    ec2 = aws.client("ec2", _REGION)
    vpc = _vpc(aws, "analytics", "10.2.0.0/16", lane="analytics")
    covered = _subnet(aws, vpc, "analytics-batch", "10.2.1.0/24", zone="data")
    routes = _routes(aws, vpc, covered)
    ec2.create_vpc_endpoint(
        VpcId=vpc,
        VpcEndpointType="Gateway",
        ServiceName=_SERVICE,
        RouteTableIds=[routes],
        TagSpecifications=_tagged("vpc-endpoint", "analytics-dynamodb", lane="analytics"),
    )
    forgotten = _subnet(aws, vpc, "analytics-notebooks", "10.2.2.0/24", zone="lab")
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    main = ec2.describe_route_tables(
        Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}]
    )["RouteTables"][0]["RouteTableId"]
    ec2.create_route(RouteTableId=main, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    for subnet in (covered, forgotten):
        _server(aws, subnet)


def _vpc(aws: Aws, name: str, cidr: str, **tags: str) -> str:
    vpc = aws.client("ec2", _REGION).create_vpc(
        CidrBlock=cidr, TagSpecifications=_tagged("vpc", name, **tags)
    )
    return str(vpc["Vpc"]["VpcId"])


def _subnet(aws: Aws, vpc: str, name: str, cidr: str, **tags: str) -> str:
    subnet = aws.client("ec2", _REGION).create_subnet(
        VpcId=vpc, CidrBlock=cidr, TagSpecifications=_tagged("subnet", name, **tags)
    )
    return str(subnet["Subnet"]["SubnetId"])


def _border(aws: Aws, vpc: str, subnet: str, name: str, neighbour: str) -> None:
    """Give a subnet a network ACL that lets a neighbour open TLS connections, answers come back, and anything go out."""
    ec2 = aws.client("ec2", _REGION)
    acl = ec2.create_network_acl(VpcId=vpc, TagSpecifications=_tagged("network-acl", name))["NetworkAcl"]
    tcp, answers = {"Protocol": "6", "RuleAction": "allow"}, {"From": 1024, "To": 65535}
    here = {"NetworkAclId": acl["NetworkAclId"]}
    ec2.create_network_acl_entry(
        **here, **tcp, RuleNumber=100, Egress=False, CidrBlock=neighbour, PortRange={"From": 443, "To": 443}
    )
    ec2.create_network_acl_entry(
        **here, **tcp, RuleNumber=200, Egress=False, CidrBlock="0.0.0.0/0", PortRange=answers
    )
    ec2.create_network_acl_entry(
        **here, Protocol="-1", RuleAction="allow", RuleNumber=100, Egress=True, CidrBlock="0.0.0.0/0"
    )
    before = ec2.describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": [subnet]}])
    associations = before["NetworkAcls"][0]["Associations"]
    ec2.replace_network_acl_association(
        AssociationId=next(
            one["NetworkAclAssociationId"] for one in associations if one["SubnetId"] == subnet
        ),
        NetworkAclId=acl["NetworkAclId"],
    )


def _routes(aws: Aws, vpc: str, subnet: str) -> str:
    ec2 = aws.client("ec2", _REGION)
    table = str(ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"])
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    return table


def _server(aws: Aws, subnet: str) -> None:
    ec2 = aws.client("ec2", _REGION)

    ec2.run_instances(ImageId=_IMAGE, MinCount=1, MaxCount=1, SubnetId=subnet)


def _tagged(kind: str, name: str, **tags: str) -> list[dict[str, object]]:
    pairs = [{"Key": key, "Value": value} for key, value in {"Name": name, **tags}.items()]
    return [{"ResourceType": kind, "Tags": pairs}]
