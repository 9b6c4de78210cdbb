"""The exported role: every action that a change can take, on the resources that its parameters name, and no more."""

from __future__ import annotations

from typing import Any

import pytest

from dynasec.change import State, result
from dynasec.remedy.export import role
from dynasec.remedy.export.resources import Place, resources
from dynasec.remedy.plan import Plan
from tests.support.plan_documents import ORDERS, because, call, change, plan

PLACE = Place("aws", "123456789012", "us-east-1")
KEY = "arn:aws:kms:us-east-1:123456789012:key/1"
ROLE = "arn:aws:iam::123456789012:role/service/backup"


def statements(document: Plan, *recheck: str) -> dict[tuple[str, ...], Any]:
    made = role.policy(document, recheck)
    assert made["Version"] == "2012-10-17"
    assert {one["Effect"] for one in made["Statement"]} <= {"Allow"}
    return {tuple(one["Action"]): one["Resource"] for one in made["Statement"]}


def test_actions_on_a_table_are_for_that_table() -> None:
    assert statements(plan(change())) == {("dynamodb:DescribeTable", "dynamodb:UpdateTable"): ORDERS}


def test_what_undo_and_waiting_need_is_within() -> None:
    settled = State(operation="kms:DescribeKey", params={"KeyId": KEY}, facts={})
    undo = call("dynamodb:TagResource", {"ResourceArn": ORDERS})
    found = statements(plan(change(call(settled=settled, undo=(undo,)))))
    assert found["kms:DescribeKey",] == KEY
    assert any("dynamodb:TagResource" in actions for actions in found)


def test_tables_of_several_changes_stand_side_by_side() -> None:
    carts = change(call(params={"TableName": "carts"}), id="b", key="b", expect=(), verify=(), permissions=())
    found = statements(plan(change(expect=(), verify=(), permissions=()), carts))
    assert found == {("dynamodb:UpdateTable",): [ORDERS.replace("orders", "carts"), ORDERS]}


def test_what_the_controls_read_is_read_everywhere_and_said_once() -> None:
    found = statements(plan(change()), "dynamodb:DescribeTable", "dynamodb:ListTables")
    assert found == {
        ("dynamodb:UpdateTable",): ORDERS,
        ("dynamodb:DescribeTable", "dynamodb:ListTables"): "*",
    }


def test_a_blocked_change_is_within_since_a_flag_may_let_it_through() -> None:
    assert statements(plan(change(blocked=because("a stack owns it", "allow-drift"))))


@pytest.mark.parametrize(
    ("action", "params", "resource"),
    [
        ("iam:PassRole", {"IamRoleArn": ROLE}, ROLE),
        ("iam:PassRole", {"IamRoleArn": result("role", "Role.Arn")}, "*"),
        ("kms:CreateGrant", {"SSESpecification": {"KMSMasterKeyId": KEY}}, KEY),
        ("kms:CreateGrant", {"Key": "alias/orders", "Role": ROLE}, "*"),
        ("ec2:CreateTags", {"Role": ROLE}, "*"),
    ],
)
def test_extra_permissions_are_for_what_the_parameters_name(
    action: str, params: dict[str, Any], resource: str
) -> None:
    one = change(call("backup:CreateBackupPlan", params), expect=(), verify=(), permissions=(action,))
    assert statements(plan(one))[action,] == resource if resource != "*" else True
    if resource == "*":
        assert any(action in actions and on == "*" for actions, on in statements(plan(one)).items())


@pytest.mark.parametrize(
    ("operation", "params", "found"),
    [
        ("dynamodb:UpdateTable", {"TableName": "orders"}, (ORDERS,)),
        ("dynamodb:UpdateTable", {"TableName": ORDERS}, (ORDERS,)),
        ("dynamodb:UpdateTable", {}, ("*",)),
        ("dynamodb:UpdateTable", {"TableName": "or*ders"}, ("*",)),
        ("dynamodb:UpdateTable", {"TableName": "${aws:username}"}, ("*",)),
        ("dynamodb:PutResourcePolicy", {"ResourceArn": ORDERS}, (ORDERS,)),
        ("kms:EnableKeyRotation", {"KeyId": "1"}, (KEY,)),
        ("kms:EnableKeyRotation", {"KeyId": "alias/orders"}, ("*",)),
        ("kms:EnableKeyRotation", {"KeyId": result("key", "Id")}, (KEY.replace("/1", "/*"),)),
        ("s3:PutBucketPolicy", {"Bucket": "logs"}, ("arn:aws:s3:::logs",)),
        ("kms:CreateKey", {"Policy": "{}"}, ("*",)),
        ("config:PutConfigRule", {}, ("*",)),
    ],
)
def test_resources_of_a_call(operation: str, params: dict[str, Any], found: tuple[str, ...]) -> None:
    assert resources(operation, params, PLACE) == found


def test_a_log_group_is_named_in_both_of_its_forms() -> None:
    found = resources("logs:CreateLogGroup", {"logGroupName": "/aws/vpc"}, PLACE)
    assert found == tuple(
        f"arn:aws:logs:us-east-1:123456789012:log-group:/aws/vpc{end}" for end in ("", ":*")
    )
