"""The remediation `enable-flow-logs`."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from dynasec.settings import Network, Remedy, Settings
from tests.support.accounts import ACCOUNT
from tests.support.remedied import Stage, planned, read, round_trip

NAME = "enable-flow-logs"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/flow-logs"
pytestmark = pytest.mark.usefixtures("aws", "orders")


@pytest.fixture
def vpc() -> dict[str, Any]:
    """A VPC whose only subnet holds workloads, and a role that may write logs."""
    ec2 = boto3.client("ec2")
    for one in ec2.describe_vpcs()["Vpcs"]:
        for subnet in ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [one["VpcId"]]}])["Subnets"]:
            ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    made = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]
    subnet = ec2.create_subnet(VpcId=made["VpcId"], CidrBlock="10.0.1.0/24")["Subnet"]
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    boto3.client("iam").create_role(RoleName="flow-logs", AssumeRolePolicyDocument=document)
    return {"id": made["VpcId"], "subnet": subnet["SubnetId"]}


def settings(vpc: dict[str, Any], role: str = ROLE) -> Settings:
    return Settings(network=Network(workload_subnets=(vpc["subnet"],)), remedy=Remedy(flow_log_role=role))


def test_round_trip(vpc: dict[str, Any]) -> None:
    plan = round_trip(NAME, settings=settings(vpc))
    (change,) = plan.changes
    assert change.resource.endswith(vpc["id"])
    assert change.undo.loses
    groups = boto3.client("logs").describe_log_groups()["logGroups"]
    assert [one.get("retentionInDays") for one in groups] == [365]


def test_a_flow_log_of_rejected_traffic_stays(vpc: dict[str, Any]) -> None:
    boto3.client("logs").create_log_group(logGroupName="rejected")
    boto3.client("ec2").create_flow_logs(
        ResourceType="VPC",
        ResourceIds=[vpc["id"]],
        TrafficType="REJECT",
        LogGroupName="rejected",
        DeliverLogsPermissionArn=ROLE,
    )
    plan = planned(NAME, read(NAME, settings=settings(vpc)))
    Stage().apply(plan)
    found = boto3.client("ec2").describe_flow_logs()["FlowLogs"]
    assert sorted(one["TrafficType"] for one in found) == ["ALL", "REJECT"]


def test_nobody_chose_a_role(vpc: dict[str, Any]) -> None:
    plan = planned(NAME, read(NAME, settings=settings(vpc, role="")))
    assert plan.changes == ()
    assert "flow_log_role" in plan.advice[0].how
