"""The remediation `replace-wildcard-actions`."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from dynasec.remedy.plan import Plan
from dynasec.settings import Settings, Trust
from tests.remediations.access import identities
from tests.remediations.access.identities import allow
from tests.support.accounts import ACCOUNT
from tests.support.remedied import Stage, planned, read, round_trip

NAME = "replace-wildcard-actions"
ORDERS = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"
pytestmark = pytest.mark.usefixtures("aws")


def plan_for(*statements: dict[str, Any]) -> Plan:
    identities.inline_role("app", "data", *statements)
    return planned(NAME, read(NAME))


def advice(*statements: dict[str, Any]) -> str:
    plan = plan_for(*statements)
    assert plan.changes == ()
    (one,) = plan.advice
    return f"{one.why}: {one.how}"


def actions_after(*statements: dict[str, Any]) -> list[str]:
    (change,) = plan_for(*statements).changes
    assert not change.blocked
    (statement,) = change.after["PolicyDocument"]["Statement"]
    return list(statement["Action"])


def test_round_trip_of_a_managed_policy() -> None:
    arn = identities.managed_role("app", "data", allow("dynamodb:*", ORDERS))
    (change,) = round_trip(NAME).changes
    assert [call.operation for call in change.calls] == [
        "iam:CreatePolicyVersion",
        "iam:SetDefaultPolicyVersion",
    ]
    versions = boto3.client("iam").list_policy_versions(PolicyArn=arn)["Versions"]
    assert [(one["VersionId"], one["IsDefaultVersion"]) for one in versions] == [("v1", True)]


@pytest.mark.parametrize("kind", ["role", "user", "group"])
def test_round_trip_of_an_inline_policy(kind: str) -> None:
    identities.inline(kind, "app", "data", allow(["dynamodb:Put*", "dynamodb:Update*"], ORDERS))
    (change,) = round_trip(NAME).changes
    (call,) = change.calls
    assert call.operation == f"iam:Put{kind.title()}Policy"
    (statement,) = change.after["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["dynamodb:PutItem", "dynamodb:UpdateItem"]


def test_an_inline_policy_comes_back_to_the_very_text() -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": allow("dynamodb:*", ORDERS)}, indent=3)
    identities.inline_text("role", "app", "data", text)
    (change,) = planned(NAME, read(NAME)).changes
    assert change.calls[0].undo[0].params["PolicyDocument"] == text


def test_what_a_whole_wildcard_becomes() -> None:
    actions = actions_after(allow("dynamodb:*", ORDERS))
    assert {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:GetRecords"} <= set(actions)
    assert {"dynamodb:Describe*", "dynamodb:List*"} <= set(actions)
    for sensitive in ("DeleteTable", "UpdateTable", "PutResourcePolicy", "ExportTableToPointInTime", "CreateBackup",
                      "ReadDataForReplication", "TagResource", "UpdateTimeToLive"):  # fmt: skip
        assert f"dynamodb:{sensitive}" not in actions


def test_other_actions_conditions_and_statements_stay() -> None:
    tls = {"Bool": {"aws:SecureTransport": "true"}}
    mixed = allow(["s3:GetObject", "dynamodb:Delete*", "dynamodb:CreateTable"], "*", Sid="A", Condition=tls)
    deny = {**allow("dynamodb:*", "*"), "Effect": "Deny"}
    (change,) = plan_for(mixed, deny).changes
    wanted = {**mixed, "Action": ["s3:GetObject", "dynamodb:DeleteItem", "dynamodb:CreateTable"]}
    assert change.after["PolicyDocument"]["Statement"] == [wanted, deny]


def test_an_action_that_is_named_already_is_not_named_twice() -> None:
    assert actions_after(allow(["dynamodb:PutItem", "dynamodb:P*Item"], ORDERS)) == ["dynamodb:PutItem"]


def test_dax_is_spelled_out_too() -> None:
    actions = actions_after(allow("dax:*", "*"))
    assert "dax:PutItem" in actions
    assert "dax:DeleteCluster" not in actions


def test_what_is_withdrawn_is_said() -> None:
    (change,) = plan_for(allow("dynamodb:*", ORDERS)).changes
    assert "withdraws dynamodb:DeleteTable" in change.risk.reasons[0]


def test_a_star_alone_means_other_services_too() -> None:
    assert "other services" in advice(allow("*", ORDERS))


def test_a_wildcard_that_writes_no_items_takes_a_decision() -> None:
    assert "takes a decision" in advice(allow(["dynamodb:PutItem", "dynamodb:Create*"], ORDERS))


@pytest.mark.usefixtures("aws_policies")
def test_aws_managed_policies_are_not_edited() -> None:
    identities.role("app")
    arn = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess_v2"
    boto3.client("iam").attach_role_policy(RoleName="app", PolicyArn=arn)
    plan = planned(NAME, read(NAME))
    assert (plan.changes, plan.advice) == ((), ())  # they are named by no-broad-managed-policy


def test_roles_of_permission_sets_are_left_to_identity_center() -> None:
    path = "/aws-reserved/sso.amazonaws.com/"
    identities.inline_role("AWSReservedSSO_dev", "data", allow("dynamodb:*", "*"), path=path)
    plan = planned(NAME, read(NAME))
    assert plan.changes == ()
    assert "Identity Center" in plan.advice[0].why


def test_administrators_keep_theirs() -> None:
    identities.inline_role("admin", "all", allow("dynamodb:*", "*"))
    trusting = Settings(trust=Trust(administrators=("*:role/admin",)))
    assert planned(NAME, read(NAME, settings=trusting)).changes == ()


def test_a_policy_with_five_versions_is_blocked() -> None:
    arn = identities.managed_role("app", "data", allow("dynamodb:*", ORDERS))
    for number in range(4):
        text = identities.document(allow(f"s3:Get{number}*", "*"))
        boto3.client("iam").create_policy_version(PolicyArn=arn, PolicyDocument=text)
    (change,) = planned(NAME, read(NAME)).changes
    assert "5 versions" in change.blocked[0].reason


def test_a_users_small_policies_must_suffice() -> None:
    identities.inline("user", "ci", "data", allow("dynamodb:*", ORDERS))
    identities.inline(
        "user", "ci", "more", *(allow("s3:GetObject", f"arn:aws:s3:::{'x' * 60}{one}/*") for one in range(12))
    )
    (change,) = planned(NAME, read(NAME)).changes
    assert "2,048" in change.blocked[0].reason


def test_a_policy_that_changed_since_is_stale() -> None:
    arn = identities.managed_role("app", "data", allow("dynamodb:*", ORDERS))
    plan = planned(NAME, read(NAME))
    text = identities.document(allow("dynamodb:Delete*", ORDERS))
    boto3.client("iam").create_policy_version(PolicyArn=arn, PolicyDocument=text, SetAsDefault=True)
    with pytest.raises(AssertionError, match="VersionId"):
        Stage().apply(plan)


def test_a_role_that_was_made_anew_is_another() -> None:
    plan = plan_for(allow("dynamodb:*", ORDERS))
    iam = boto3.client("iam")
    iam.delete_role_policy(RoleName="app", PolicyName="data")
    iam.delete_role(RoleName="app")
    identities.inline_role("app", "data", allow("dynamodb:*", ORDERS))
    with pytest.raises(AssertionError, match="CreateDate"):
        Stage().apply(plan)


def test_an_inline_policy_of_a_stacks_role_is_left_to_the_stack() -> None:
    tags = {"aws:cloudformation:stack-name": "shop"}
    identities.inline_role("app", "data", allow("dynamodb:*", ORDERS), tags=tags)
    (change,) = planned(NAME, read(NAME)).changes
    assert change.blocked[0].override == "allow-drift"
