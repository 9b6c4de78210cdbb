import pytest

from dynasec.model.fact import Gap, Listing, Unknown
from dynasec.semantics.workload import is_workload, may_use_dynamodb, workload_subnets
from dynasec.settings import Network as NetworkSettings
from dynasec.settings import Settings
from tests.support.network import VPC, interface, network, subnet


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"Attachment": {"InstanceId": "i-1", "Status": "attached"}}, True),
        ({"InterfaceType": "lambda", "Description": "AWS Lambda VPC ENI-f"}, True),
        ({"RequesterManaged": True, "Description": "arn:aws:ecs:us-east-1:123456789012:attachment/1"}, True),
        ({"InterfaceType": "branch"}, True),
        ({"InterfaceType": "efa"}, True),
        ({"InterfaceType": "something-new"}, True),
        ({"Description": "ELB app/mine"}, True),
        ({"Status": "available"}, False),
        ({"InterfaceType": "nat_gateway"}, False),
        ({"InterfaceType": "natGateway"}, False),
        ({"InterfaceType": "network_load_balancer"}, False),
        ({"InterfaceType": "vpc_endpoint"}, False),
        ({"InterfaceType": "transit_gateway"}, False),
        ({"RequesterManaged": True, "Description": "ELB app/front/1"}, False),
        ({"RequesterManaged": True, "Description": "EFS mount target for fs-1 (fsmt-1)"}, False),
        ({"RequesterManaged": True, "Description": "RDSNetworkInterface"}, False),
    ],
)
def test_what_may_use_dynamodb(members, expected):
    one = interface(**members)
    assert may_use_dynamodb(one) is expected
    assert is_workload(network(interfaces=[one]), Settings(), subnet()) is expected


def test_a_configured_subnet_is_one_even_while_it_is_empty():
    settings = Settings(network=NetworkSettings(workload_subnets=("subnet-1",)))
    hidden = Listing((), Gap("ec2:DescribeNetworkInterfaces", "Denied"))
    assert is_workload(network(interfaces=hidden), settings, subnet())
    assert workload_subnets(network(interfaces=[]), settings, VPC).complete() == (subnet(),)


def test_an_interface_found_says_it_although_others_are_unread_but_none_found_says_nothing():
    gap = Gap("ec2:DescribeNetworkInterfaces", "Denied")
    assert is_workload(network(interfaces=Listing((interface(),), gap)), Settings(), subnet())
    with pytest.raises(Unknown):
        is_workload(network(interfaces=Listing((), gap)), Settings(), subnet())
    found = workload_subnets(network(interfaces=Listing((interface(),), gap)), Settings(), VPC)
    assert (found.items, found.gap) == ((subnet(),), gap)


def test_only_subnets_of_the_vpc_count():
    both = network(
        subnets=[subnet(), subnet("subnet-2", "vpc-2")],
        interfaces=[interface(), interface("subnet-2", "eni-2")],
    )
    assert workload_subnets(both, Settings(), "vpc-2").complete() == (subnet("subnet-2", "vpc-2"),)
