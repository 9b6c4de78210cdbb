"""The path through a whole collection: what an emulator leaves out must not turn into a wrong answer."""

import boto3
import pytest

from dynasec.check import Status
from tests.support.accounts import judge, registry
from tests.support.emulated import collect_emulated

SERVICE = "com.amazonaws.us-east-1.dynamodb"


class Vpc:
    """A VPC with a server in a subnet whose route table leads to a NAT gateway."""

    def __init__(self):
        self.ec2 = ec2 = boto3.client("ec2")
        boto3.client("dynamodb").create_table(
            TableName="orders",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self.id = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnet = ec2.create_subnet(VpcId=self.id, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
        self.table = ec2.create_route_table(VpcId=self.id)["RouteTable"]["RouteTableId"]
        ec2.associate_route_table(RouteTableId=self.table, SubnetId=self.subnet)
        nat = ec2.create_nat_gateway(SubnetId=self.subnet, ConnectivityType="private")["NatGateway"]
        self.route("0.0.0.0/0", NatGatewayId=nat["NatGatewayId"])
        ec2.run_instances(ImageId="ami-03cf127a", MinCount=1, MaxCount=1, SubnetId=self.subnet)

    def route(self, cidr, **target):
        self.ec2.create_route(RouteTableId=self.table, DestinationCidrBlock=cidr, **target)

    def endpoint(self, *tables):
        made = self.ec2.create_vpc_endpoint(VpcId=self.id, ServiceName=SERVICE, RouteTableIds=list(tables))
        return made["VpcEndpoint"]["VpcEndpointId"]

    def status(self, control, resource=None):
        check = registry().get(control).check
        found, made = collect_emulated(check.all_reads)
        assert set(made) - {"sts:GetCallerIdentity"} <= check.all_reads
        wanted = resource or self.subnet
        return next(one.status for one in judge(control, found) if one.resource.endswith(wanted))


@pytest.fixture
def vpc(aws):  # noqa: ARG001 - the emulated account
    return Vpc()


def test_without_an_endpoint(vpc):
    assert vpc.status("subnet-path-private") is Status.FAIL
    assert vpc.status("dynamodb-endpoint-present", vpc.id) is Status.FAIL
    assert vpc.status("flow-logs", vpc.id) is Status.FAIL
    assert vpc.status("network-ranges-disjoint", vpc.id) is Status.PASS


def test_with_an_endpoint(vpc):
    endpoint = vpc.endpoint(vpc.table)
    assert vpc.status("subnet-path-private") is Status.PASS
    assert vpc.status("dynamodb-endpoint-present", vpc.id) is Status.PASS
    assert vpc.status("endpoint-policy-restricted", endpoint) is Status.FAIL


def test_an_endpoint_of_another_table(vpc):
    other = vpc.ec2.create_route_table(VpcId=vpc.id)["RouteTable"]["RouteTableId"]
    endpoint = vpc.endpoint(other)
    assert vpc.status("subnet-path-private") is Status.FAIL
    vpc.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, AddRouteTableIds=[vpc.table])
    assert vpc.status("subnet-path-private") is Status.PASS


def test_an_association_that_ended_is_never_private_although_the_route_is_left_behind(vpc):
    endpoint = vpc.endpoint(vpc.table)
    vpc.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, RemoveRouteTableIds=[vpc.table])
    assert vpc.status("subnet-path-private") is not Status.PASS


def test_a_public_range_that_may_be_dynamodbs_is_unknown_without_its_ranges(vpc):
    vpc.endpoint(vpc.table)
    gateway = vpc.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    vpc.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc.id)
    vpc.route("52.94.0.0/16", GatewayId=gateway)
    assert vpc.status("subnet-path-private") is Status.UNKNOWN
