"""The remediation `detach-managed-policy`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import boto3
import pytest

from dynasec.change import CHANGE_TAG_KEY
from dynasec.remedy.plan import Plan
from dynasec.settings import Settings, Trust
from tests.remediations.access import identities
from tests.support.accounts import ACCOUNT
from tests.support.remedied import Stage, planned, read, round_trip

NAME = "detach-managed-policy"
FULL = "AmazonDynamoDBFullAccess_v2"
READ = "AmazonDynamoDBReadOnlyAccess"
pytestmark = pytest.mark.usefixtures("aws_policies")


@pytest.fixture(autouse=True)
def tables(aws_policies: None) -> None:
    del aws_policies
    for name, lane in (("orders", "shop"), ("wages", "staff")):
        boto3.client("dynamodb").create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            Tags=[{"Key": "lane", "Value": lane}],
        )


def holder(policy: str, kind: str = "role", name: str = "app", tags: Mapping[str, str] | None = None) -> None:
    iam = boto3.client("iam")
    if kind == "role":
        identities.role(name, tags=tags)
    else:
        getattr(iam, f"create_{kind}")(**{f"{kind.title()}Name": name})
    arn = f"arn:aws:iam::aws:policy/{policy}"
    getattr(iam, f"attach_{kind}_policy")(**{f"{kind.title()}Name": name, "PolicyArn": arn})


def planned_now(settings: Settings | None = None) -> Plan:
    return planned(NAME, read(NAME, settings=settings))


def statements(plan: Plan, place: int = 0) -> dict[str, Any]:
    (change,) = plan.changes
    assert not change.blocked, change.blocked
    made = [call for call in change.calls if call.operation == "iam:CreatePolicy"]
    return {one["Sid"]: one for one in json.loads(made[place].params["PolicyDocument"])["Statement"]}


def advice(settings: Settings | None = None) -> str:
    plan = planned_now(settings)
    assert plan.changes == ()
    (one,) = plan.advice
    return one.why


@pytest.mark.parametrize("kind", ["role", "user", "group"])
@pytest.mark.parametrize("policy", [FULL, READ, "AmazonDynamoDBFullAccess"])
def test_round_trip(kind: str, policy: str) -> None:
    holder(policy, kind)
    if kind == "group":
        boto3.client("iam").create_user(UserName="ann")
        boto3.client("iam").add_user_to_group(GroupName="app", UserName="ann")
    (change,) = round_trip(NAME).changes
    word = kind.title()
    assert [call.operation for call in change.calls] == [
        "iam:CreatePolicy",
        f"iam:Attach{word}Policy",
        f"iam:Detach{word}Policy",
    ]
    assert change.vanishes


def test_several_holders_are_one_change_and_administrators_keep_it() -> None:
    holder(FULL)
    holder(FULL, "user", "ci")
    holder(FULL, name="admin")
    settings = Settings(trust=Trust(administrators=("*:role/admin",)))
    (change,) = round_trip(NAME, settings=settings).changes
    assert len(change.calls) == 6
    assert not change.vanishes
    assert set(change.before) == {"role app", "user ci"}


def test_the_replacement_is_of_the_lane() -> None:
    holder(FULL, tags={"lane": "shop"})
    found = statements(planned_now())
    orders = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"
    assert found["Items"]["Resource"] == [orders, f"{orders}/index/*"]
    assert found["Streams"]["Resource"] == [f"{orders}/stream/*"]


def test_without_a_lane_every_table_is_named() -> None:
    holder(FULL)
    resources = statements(planned_now())["Items"]["Resource"]
    assert len(resources) == 4
    assert not any(one.split("table/")[1].startswith("*") for one in resources)


def test_a_reader_does_not_become_a_writer() -> None:
    holder(READ)
    found = statements(planned_now())
    assert "dynamodb:GetItem" in found["Items"]["Action"]
    assert "dynamodb:PutItem" not in found["Items"]["Action"]
    assert "Streams" not in found or "dynamodb:GetRecords" not in found["Streams"]["Action"]


def test_nothing_changes_tables_any_more() -> None:
    holder(FULL)
    actions = {action for one in statements(planned_now()).values() for action in one["Action"]}
    assert (
        not {"dynamodb:*", "dynamodb:DeleteTable", "dynamodb:UpdateTable", "dynamodb:PutResourcePolicy"}
        & actions
    )
    about_tables = {one for one in actions if "Table" in one}
    assert all(one.startswith("dynamodb:Describe") for one in about_tables), about_tables


def test_what_is_made_carries_the_changes_tag() -> None:
    holder(FULL)
    plan = planned_now()
    Stage().apply(plan)
    arn = f"arn:aws:iam::{ACCOUNT}:policy/dynasec-role-app-{FULL}"
    (tag,) = boto3.client("iam").get_policy(PolicyArn=arn)["Policy"]["Tags"]
    assert tag == {"Key": CHANGE_TAG_KEY, "Value": f"{plan.plan_id[:16]}/{plan.changes[0].id}"}


def test_two_policies_of_one_holder_get_two_replacements() -> None:
    holder(FULL)
    boto3.client("iam").attach_role_policy(RoleName="app", PolicyArn=f"arn:aws:iam::aws:policy/{READ}")
    plan = planned_now()
    assert len(plan.changes) == 2
    Stage().apply(plan)


@pytest.mark.parametrize("policy", ["AdministratorAccess", "PowerUserAccess", "ReadOnlyAccess"])
def test_policies_about_other_services_take_a_decision(policy: str) -> None:
    holder(policy)
    assert "other services" in advice()


def test_a_group_of_administrators_and_others_takes_a_decision() -> None:
    iam = boto3.client("iam")
    holder(FULL, "group", "team")
    for name in ("ann", "root-ann"):
        iam.create_user(UserName=name)
        iam.add_user_to_group(GroupName="team", UserName=name)
    assert "administrators and others" in advice(Settings(trust=Trust(administrators=("*:user/root-*",))))


def test_permission_sets_are_left_to_identity_center() -> None:
    iam = boto3.client("iam")
    identities.role("AWSReservedSSO_dev", path="/aws-reserved/sso.amazonaws.com/")
    iam.attach_role_policy(RoleName="AWSReservedSSO_dev", PolicyArn=f"arn:aws:iam::aws:policy/{FULL}")
    assert "Identity Center" in advice()


def test_a_policy_of_the_replacements_name_is_not_taken() -> None:
    holder(FULL)
    text = identities.document(identities.allow("s3:GetObject", "*"))
    boto3.client("iam").create_policy(PolicyName=f"dynasec-role-app-{FULL}", PolicyDocument=text)
    (change,) = planned_now().changes
    assert "already" in change.blocked[0].reason


def test_a_full_holder_is_blocked() -> None:
    holder(FULL)
    iam = boto3.client("iam")
    text = identities.document(identities.allow("s3:GetObject", "*"))
    for number in range(9):
        arn = iam.create_policy(PolicyName=f"p{number}", PolicyDocument=text)["Policy"]["Arn"]
        iam.attach_role_policy(RoleName="app", PolicyArn=arn)
    (change,) = planned_now().changes
    assert "as many as IAM attaches" in change.blocked[0].reason


def test_a_holder_that_lost_the_policy_since_is_stale() -> None:
    holder(FULL)
    plan = planned_now()
    boto3.client("iam").detach_role_policy(RoleName="app", PolicyArn=f"arn:aws:iam::aws:policy/{FULL}")
    with pytest.raises(AssertionError, match="ListAttachedRolePolicies"):
        Stage().apply(plan)


def test_a_holder_of_a_long_name() -> None:
    holder(FULL, "group", "g" * 120)
    boto3.client("iam").create_user(UserName="ann")
    boto3.client("iam").add_user_to_group(GroupName="g" * 120, UserName="ann")
    round_trip(NAME)
