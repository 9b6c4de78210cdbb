"""The remediation `create-gateway-endpoint`."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from dynasec.audit.report import audit
from dynasec.settings import Network, Rule, Settings, Trust
from tests.remediations import policies
from tests.remediations.network.vpcs import add_endpoint, add_subnet, endpoints, workload
from tests.support.accounts import ACCOUNT, registry
from tests.support.remedied import Stage, planned, read, round_trip

NAME = "create-gateway-endpoint"
pytestmark = pytest.mark.usefixtures("aws", "orders", "routed")


def advice(settings: Settings, **more: Any) -> Any:
    plan = planned(NAME, read(NAME, settings=settings, **more))
    assert plan.changes == ()
    (one,) = plan.advice
    return one


def test_round_trip() -> None:
    made = workload()
    (change,) = round_trip(NAME, settings=made.settings).changes
    assert change.resource.endswith(made.vpc)
    assert change.after["VpcEndpoint"]["RouteTableIds"] == [made.table]
    statement = change.after["VpcEndpoint"]["PolicyDocument"]["Statement"][0]
    assert statement["Resource"][0] == f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/*"
    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalAccount": [ACCOUNT]}}
    assert (change.risk.level, change.undo.kind) == ("access", "limited")
    assert "ec2:CreateTags" in change.permissions


def test_what_was_made_passes_every_control_of_endpoints() -> None:
    made = workload()
    trust = Trust(administrators=(f"arn:aws:iam::{ACCOUNT}:role/admin*",))
    settings = made.settings.model_copy(update={"trust": trust})
    Stage().apply(planned(NAME, read(NAME, settings=settings)))
    for name in ("restrict-endpoint-policy", "cover-route-tables", "enable-dns-support"):
        found = read(name, settings=settings, script=policies.ALONE).findings
        assert [one for one in found if one.status == "PASS"], name
        assert not [one for one in found if one.status in {"FAIL", "UNKNOWN"}], name


def test_a_tier_by_a_rule() -> None:
    made = workload()
    settings = made.settings.model_copy(update={"rules": (Rule(match=made.vpc, tier="app"),)})
    (change,) = round_trip(NAME, settings=settings).changes
    assert change.after["VpcEndpoint"]["PolicyDocument"]["Statement"][0]["Sid"] == "DataPlane"


def test_subnets_of_one_lane_get_the_lane_s_tables() -> None:
    boto3.client("dynamodb").tag_resource(
        ResourceArn=policies.TABLE, Tags=[{"Key": "lane", "Value": "sales"}]
    )
    made = workload(lane="sales")
    (change,) = round_trip(NAME, settings=made.settings).changes
    first = change.after["VpcEndpoint"]["PolicyDocument"]["Statement"][0]
    assert first["Resource"] == [policies.TABLE, f"{policies.TABLE}/*"]


def test_a_lane_without_tables() -> None:
    assert "no table" in advice(workload(lane="sales").settings).why


def test_route_tables_of_all_workload_subnets_and_no_others() -> None:
    made = workload()
    boto3.client("ec2").create_subnet(VpcId=made.vpc, CidrBlock="10.0.8.0/24")
    second = add_subnet(made.vpc, made.table, "10.0.2.0/24", tier="control")
    settings = Settings(network=Network(workload_subnets=(made.subnet, second)))
    (change,) = planned(NAME, read(NAME, settings=settings)).changes
    assert change.after["VpcEndpoint"]["RouteTableIds"] == [made.table]
    assert any("shared between tiers" in reason for reason in change.risk.reasons)


def test_without_dns_support_nothing_is_made() -> None:
    made = workload()
    boto3.client("ec2").modify_vpc_attribute(VpcId=made.vpc, EnableDnsSupport={"Value": False})
    assert "DNS support is off" in advice(made.settings).why


def test_an_endpoint_that_serves_nothing_is_not_doubled() -> None:
    made = workload()
    name = add_endpoint(made.vpc)
    assert name in advice(made.settings).why


def test_a_route_to_the_prefix_list_is_not_overwritten() -> None:
    made = workload()
    ec2 = boto3.client("ec2")
    found = ec2.describe_prefix_lists(
        Filters=[{"Name": "prefix-list-name", "Values": ["com.amazonaws.us-east-1.dynamodb"]}]
    )
    (list_id,) = (
        one["PrefixListId"] for one in found["PrefixLists"] if one["PrefixListName"].endswith("dynamodb")
    )
    ec2.create_route(RouteTableId=made.table, DestinationPrefixListId=list_id, GatewayId=made.gateway)
    assert "already" in advice(made.settings).why


def test_somebody_made_an_endpoint_meanwhile() -> None:
    made = workload()
    plan = planned(NAME, read(NAME, settings=made.settings))
    add_endpoint(made.vpc, made.table)
    with pytest.raises(AssertionError, match="DescribeVpcEndpoints"):
        Stage().apply(plan)
    assert len(endpoints()) == 1


def test_a_repeated_call_makes_no_second_endpoint() -> None:
    made = workload()
    (change,) = planned(NAME, read(NAME, settings=made.settings)).changes
    (call,) = change.calls
    params = {**call.params, "ClientToken": "one", "TagSpecifications": []}
    ec2 = boto3.client("ec2")
    first, second = (ec2.create_vpc_endpoint(**params)["VpcEndpoint"]["VpcEndpointId"] for _ in range(2))
    assert first == second


def test_it_closes_what_fails_for_the_subnets_too() -> None:
    made = workload()
    report = read(NAME, settings=made.settings)
    both = [registry().get(name) for name in ("dynamodb-endpoint-present", "subnet-path-private")]
    plan = planned(NAME, audit(report.snapshot, registry(), both, made.settings))
    (change,) = plan.changes
    assert sorted(change.controls) == ["dynamodb-endpoint-present", "subnet-path-private"]
    assert len(change.fingerprints) == 2
    assert change.blocked == ()
    assert plan.advice == ()
