"""The remediation `cover-route-tables`."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from dynasec.settings import Network, Settings
from tests.remediations.network.vpcs import add_endpoint, add_subnet, add_table, endpoints, workload
from tests.support.remedied import Stage, planned, read, round_trip

NAME = "cover-route-tables"
pytestmark = pytest.mark.usefixtures("aws", "orders", "routed")


def of(*subnets: str) -> Settings:
    return Settings(network=Network(workload_subnets=subnets))


def advice(settings: Settings) -> Any:
    plan = planned(NAME, read(NAME, settings=settings))
    assert plan.changes == ()
    (one,) = plan.advice
    return one


def test_round_trip_of_several_subnets_and_tables() -> None:
    made = workload()
    other = add_table(made.vpc)
    boto3.client("ec2").create_route(
        RouteTableId=other, DestinationCidrBlock="0.0.0.0/0", GatewayId=made.gateway
    )
    second, third = (add_subnet(made.vpc, other, f"10.0.{number}.0/24") for number in (2, 3))
    name = add_endpoint(made.vpc)
    (change,) = round_trip(NAME, settings=of(made.subnet, second, third)).changes
    assert change.resource.endswith(name)
    assert change.after == {"RouteTableIds": sorted([made.table, other])}
    assert len(change.fingerprints) == 3
    assert (change.risk.level, change.undo.kind) == ("access", "limited")


def test_one_change_for_each_vpc() -> None:
    first, second = workload(), workload("10.1")
    names = {add_endpoint(one.vpc) for one in (first, second)}
    plan = round_trip(NAME, settings=of(first.subnet, second.subnet))
    assert {change.resource.rpartition("/")[2] for change in plan.changes} == names


def test_the_main_route_table_is_flagged() -> None:
    made = workload()
    ec2 = boto3.client("ec2")
    subnet = ec2.create_subnet(VpcId=made.vpc, CidrBlock="10.0.9.0/24")["Subnet"]["SubnetId"]
    (main,) = ec2.describe_route_tables(
        Filters=[{"Name": "vpc-id", "Values": [made.vpc]}, {"Name": "association.main", "Values": ["true"]}]
    )["RouteTables"]
    ec2.create_route(
        RouteTableId=main["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=made.gateway
    )
    add_endpoint(made.vpc)
    (change,) = round_trip(NAME, settings=of(subnet)).changes
    assert any("main route table" in reason for reason in change.risk.reasons)


def test_a_table_shared_between_tiers_is_flagged() -> None:
    made = workload(tier="app")
    add_subnet(made.vpc, made.table, "10.0.2.0/24", tier="control")
    add_endpoint(made.vpc)
    (change,) = planned(NAME, read(NAME, settings=made.settings)).changes
    assert any("shared between tiers" in reason for reason in change.risk.reasons)


def test_of_two_endpoints_the_one_of_the_tier_is_taken() -> None:
    made = workload(tier="app")
    add_endpoint(made.vpc, tier="control")
    name = add_endpoint(made.vpc, tier="app")
    (change,) = round_trip(NAME, settings=made.settings).changes
    assert change.resource.endswith(name)


def test_of_two_endpoints_that_say_nothing_none_is_taken() -> None:
    made = workload()
    add_endpoint(made.vpc)
    add_endpoint(made.vpc)
    assert "gateway endpoints" in advice(made.settings).why


def test_a_more_specific_route_is_for_a_person() -> None:
    made = workload()
    add_endpoint(made.vpc, made.table)
    boto3.client("ec2").create_route(
        RouteTableId=made.table, DestinationCidrBlock="52.94.0.0/22", GatewayId=made.gateway
    )
    script = {
        "ec2:DescribePrefixLists": {
            "PrefixLists": [
                {
                    "PrefixListId": boto3.client("ec2").describe_prefix_lists(
                        Filters=[{"Name": "prefix-list-name", "Values": ["com.amazonaws.us-east-1.dynamodb"]}]
                    )["PrefixLists"][0]["PrefixListId"],
                    "PrefixListName": "com.amazonaws.us-east-1.dynamodb",
                    "Cidrs": ["52.94.0.0/22", "3.218.180.0/22"],
                }
            ]
        }
    }
    plan = planned(NAME, read(NAME, settings=made.settings, script=script))
    assert plan.changes == ()
    assert "more specific routes win" in plan.advice[0].why


def test_an_interface_endpoint_alone() -> None:
    made = workload()
    add_endpoint(made.vpc, kind="Interface")
    assert "no gateway endpoint" in advice(made.settings).why


def test_without_an_endpoint_another_remediation_makes_one() -> None:
    made = workload()
    assert "no change for it" in advice(made.settings).why
    assert endpoints() == []


def test_an_endpoint_of_a_terraform_state_is_left_to_it() -> None:
    made = workload()
    name = add_endpoint(made.vpc)
    plan = planned(NAME, read(NAME, settings=made.settings), terraform={name: "aws_vpc_endpoint.dynamodb"})
    assert any(one.override == "allow-drift" for one in plan.changes[0].blocked)


def test_the_table_joined_another_endpoint_meanwhile() -> None:
    made = workload()
    add_endpoint(made.vpc)
    report = read(NAME, settings=made.settings)
    add_endpoint(made.vpc, made.table)
    with pytest.raises(AssertionError, match="DescribeRouteTables"):
        Stage().apply(planned(NAME, report))
