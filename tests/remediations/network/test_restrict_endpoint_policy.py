"""The remediation `restrict-endpoint-policy`."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from dynasec.settings import Settings, Trust
from tests.remediations import policies
from tests.support.accounts import ACCOUNT
from tests.support.remedied import planned, read, round_trip

NAME = "restrict-endpoint-policy"
pytestmark = pytest.mark.usefixtures("aws", "orders")
OWN = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/*"
TRUSTING = Settings(trust=Trust(administrators=(f"arn:aws:iam::{ACCOUNT}:role/admin*",)))


def allow(**members: Any) -> dict[str, Any]:
    own = {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}
    return {"Effect": "Allow", "Principal": "*", "Resource": OWN, "Condition": own, **members}


DISCOVERY = allow(Action="dynamodb:DescribeEndpoints", Resource="*")


def endpoint(
    *statements: dict[str, Any], kind: str = "Gateway", service: str = "dynamodb", **tags: str
) -> str:
    ec2 = boto3.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    text = (
        {}
        if not statements
        else {"PolicyDocument": json.dumps({"Version": "2012-10-17", "Statement": list(statements)})}
    )
    named = [{"Key": key, "Value": value} for key, value in tags.items()]
    made = ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName=f"com.amazonaws.us-east-1.{service}",
        VpcEndpointType=kind,
        TagSpecifications=[{"ResourceType": "vpc-endpoint", "Tags": named}] if named else [],
        **text,
    )
    return str(made["VpcEndpoint"].get("VpcEndpointId"))


def trip(**more: Any) -> Any:
    """The round trip; returns the one change."""
    (change,) = round_trip(NAME, script=policies.ALONE, **more).changes
    return change


@pytest.mark.parametrize("kind", ["Gateway", "Interface"])
@pytest.mark.parametrize("tier", ["app", "control"])
def test_full_access_of_a_tier(kind: str, tier: str) -> None:
    name = endpoint(kind=kind, tier=tier)
    change = trip()
    assert change.resource.endswith(name)
    actions = {action for one in change.after["PolicyDocument"]["Statement"] for action in one["Action"]}
    assert ("dynamodb:PutItem" in actions) is (tier == "app")
    assert ("dynamodb:DeleteTable" in actions) is (tier == "control")
    assert change.risk.level == "access"
    assert sorted(change.controls) == [
        "endpoint-planes-separated",
        "endpoint-policy-own-principals",
        "endpoint-policy-own-tables",
        "endpoint-policy-restricted",
    ]


def test_without_a_tier_administrators_change_tables() -> None:
    endpoint()
    change = trip(settings=TRUSTING)
    assert "endpoint-planes-separated" in change.controls


def test_without_a_tier_and_administrators_the_planes_stay_and_that_is_said() -> None:
    endpoint()
    plan = round_trip(NAME, script=policies.ALONE)
    assert "endpoint-planes-separated" not in plan.changes[0].controls
    (advice,) = plan.advice
    assert (advice.control, "trust.administrators" in advice.how) == ("endpoint-planes-separated", True)


def test_trusted_accounts_and_organizations_stay() -> None:
    endpoint(tier="app")
    trust = Trust(accounts=("222222222222",), organizations=("o-trusted1234",))
    change = trip(settings=Settings(trust=trust))
    assert "222222222222" in json.dumps(change.after)
    assert "o-trusted1234" in json.dumps(change.after)
    assert any("o-trusted1234" in reason for reason in change.risk.reasons)


def test_a_lane_gets_its_tables_with_their_indexes() -> None:
    dynamodb = boto3.client("dynamodb")
    dynamodb.tag_resource(ResourceArn=policies.TABLE, Tags=[{"Key": "lane", "Value": "Sales"}])
    dynamodb.create_table(
        TableName="salaries",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    endpoint(allow(Action="dynamodb:*Item"), DISCOVERY, lane="sales")
    change = trip()
    assert change.controls == ("lane-endpoint-policy",)
    first = change.after["PolicyDocument"]["Statement"][0]
    assert first["Resource"] == [policies.TABLE, f"{policies.TABLE}/*"]
    assert first["Action"] == "dynamodb:*Item"


def test_full_access_of_a_lane_keeps_no_settings_of_the_whole_account() -> None:
    boto3.client("dynamodb").tag_resource(
        ResourceArn=policies.TABLE, Tags=[{"Key": "lane", "Value": "sales"}]
    )
    boto3.client("dynamodb").create_table(
        TableName="salaries",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    endpoint(lane="sales")
    change = trip(settings=TRUSTING)
    assert "lane-endpoint-policy" in change.controls
    statements = change.after["PolicyDocument"]["Statement"]
    everywhere = {action for one in statements if one["Resource"] == "*" for action in one["Action"]}
    assert "dynamodb:ListTables" in everywhere
    assert "dynamodb:UpdateAbacStatus" not in everywhere


def test_a_lane_without_tables_is_left_alone() -> None:
    endpoint(allow(Action="dynamodb:*Item"), DISCOVERY, lane="sales")
    plan = planned(NAME, read(NAME, script=policies.ALONE))
    assert plan.changes == ()
    assert "let nothing through" in plan.advice[0].why


@pytest.mark.parametrize(
    "statement",
    [
        allow(Action="dynamodb:GetItem", Resource=f"{OWN}/index/*"),
        allow(Action=["dynamodb:GetItem", "dynamodb:TransactWriteItems"]),
        allow(Action="dynamodb:GetItem", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"}, Condition={}),
        allow(Action="dynamodb:GetItem", Resource=OWN.replace(":table", ": table")),
    ],
)
def test_what_breaks_calls_is_mended(statement: dict[str, Any]) -> None:
    endpoint({name: value for name, value in statement.items() if value}, DISCOVERY)
    assert trip().controls == ("endpoint-policy-workable",)


def test_discovery_alone_is_missing() -> None:
    get = allow(Action="dynamodb:GetItem")
    endpoint(get)
    statements = trip().after["PolicyDocument"]["Statement"]
    assert statements[0] == get
    assert statements[1]["Action"] == "dynamodb:DescribeEndpoints"


def test_an_endpoint_of_streams() -> None:
    endpoint(kind="Interface", service="dynamodb-streams")
    change = trip()
    assert "endpoint-planes-separated" not in change.controls


def test_a_deny_stays_and_what_restricts_already_too() -> None:
    deny = allow(
        Effect="Deny", Action="dynamodb:PutItem", Condition={"Bool": {"aws:SecureTransport": "false"}}
    )
    narrow = allow(Action="dynamodb:GetItem")
    wide = {"Sid": "All", **allow(Action="dynamodb:*", Resource="*")}
    del wide["Condition"]
    endpoint(deny, narrow, wide, tier="app")
    statements = trip().after["PolicyDocument"]["Statement"]
    assert statements[0] == deny
    assert statements[1] == narrow


def test_a_deny_that_cannot_work_blocks() -> None:
    deny = allow(Effect="Deny", Action="dynamodb:PutItem", Resource="arn:aws:dynamodb:us-east-1:12:table/x")
    endpoint(deny, allow(Action="dynamodb:GetItem"))
    (change,) = planned(NAME, read(NAME, script=policies.ALONE)).changes
    assert any("would still be FAIL" in one.reason for one in change.blocked)


def test_what_cannot_be_narrowed_becomes_advice() -> None:
    endpoint(
        {"Effect": "Allow", "Principal": "*", "Action": "dynamodb:GetItem", "NotResource": policies.TABLE},
        DISCOVERY,
    )
    plan = planned(NAME, read(NAME, script=policies.ALONE))
    assert plan.changes == ()
    assert "cannot be planned" in plan.advice[0].why


def test_a_lane_of_many_tables_is_too_long() -> None:
    dynamodb = boto3.client("dynamodb")
    for number in range(150):
        made = dynamodb.create_table(
            TableName=f"table-with-a-long-name-{number:040}",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )["TableDescription"]["TableArn"]
        dynamodb.tag_resource(ResourceArn=made, Tags=[{"Key": "lane", "Value": "sales"}])
    endpoint(lane="sales", tier="app")
    (change,) = planned(NAME, read(NAME, script=policies.ALONE)).changes
    assert any("accepts 20,480" in one.reason for one in change.blocked)


def test_an_endpoint_of_a_terraform_state_is_left_to_it() -> None:
    name = endpoint(tier="app")
    report = read(NAME, script=policies.ALONE)
    plan = planned(NAME, report, terraform={name: "aws_vpc_endpoint.dynamodb"})
    assert any(one.override == "allow-drift" for one in plan.changes[0].blocked)
