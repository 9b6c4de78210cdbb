"""The remediation `scope-to-tables`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import boto3
import pytest

from dynasec.audit.report import audit
from dynasec.demo.overlay import AwsError
from dynasec.permissions import reads_of
from dynasec.remedy.plan import Plan
from dynasec.settings import Settings
from tests.remediations.access import identities
from tests.remediations.access.identities import allow
from tests.support.accounts import ACCOUNT, registry
from tests.support.emulated import collect_emulated
from tests.support.remedied import planned, read, remedy, round_trip

NAME = "scope-to-tables"
SHOP = {"lane": "shop"}
pytestmark = pytest.mark.usefixtures("aws")


def arn(table: str, below: str = "", region: str = "us-east-1") -> str:
    return f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/{table}{below}"


def make_table(name: str, lane: str = "shop") -> None:
    boto3.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "lane", "Value": lane}],
    )


@pytest.fixture(autouse=True)
def tables(aws: None) -> None:
    del aws
    make_table("orders")
    make_table("carts")
    make_table("wages", "staff")


def after(*statements: dict[str, Any], tags: Mapping[str, str] = SHOP) -> list[dict[str, Any]]:
    identities.inline_role("app", "data", *statements, tags=tags)
    (change,) = planned(NAME, read(NAME)).changes
    assert not change.blocked
    return list(change.after["PolicyDocument"]["Statement"])


def advice(plan: Plan) -> str:
    assert plan.changes == ()
    (one,) = plan.advice
    return f"{one.why}: {one.how}"


def advised(*statements: dict[str, Any], tags: Mapping[str, str] = SHOP) -> str:
    identities.inline_role("app", "data", *statements, tags=tags)
    return advice(planned(NAME, read(NAME)))


def test_round_trip() -> None:
    identities.managed_role("app", "data", allow(["dynamodb:GetItem", "dynamodb:PutItem"], "*"), tags=SHOP)
    (change,) = round_trip(NAME).changes
    (statement,) = change.after["PolicyDocument"]["Statement"]
    assert statement["Resource"] == [arn("carts"), arn("orders")]


def test_round_trip_of_an_inline_policy() -> None:
    identities.inline_role("app", "data", allow("dynamodb:GetItem", arn("*")), tags=SHOP)
    round_trip(NAME)


def test_indexes_and_streams_where_actions_work_on_them() -> None:
    (queried,) = after(allow("dynamodb:Query", "*"))
    assert queried["Resource"] == [
        arn("carts"),
        arn("carts", "/index/*"),
        arn("orders"),
        arn("orders", "/index/*"),
    ]


def test_streams() -> None:
    (read_,) = after(allow("dynamodb:GetRecords", "*"))
    assert arn("orders", "/stream/*") in read_["Resource"]
    assert arn("orders", "/index/*") not in read_["Resource"]


def test_the_rest_of_a_statement_stays_with_its_conditions() -> None:
    tls = {"Bool": {"aws:SecureTransport": "true"}}
    mixed = allow(["s3:GetObject", "dynamodb:GetItem", "dynamodb:ListTables"], "*", Sid="A", Condition=tls)
    named, rest = after(mixed)
    assert named == {
        **mixed,
        "Sid": "AOnTables",
        "Action": ["dynamodb:GetItem"],
        "Resource": [arn("carts"), arn("orders")],
    }
    assert rest == {**mixed, "Action": ["s3:GetObject", "dynamodb:ListTables"]}


def test_a_sid_is_used_once() -> None:
    mixed = allow(["dynamodb:GetItem", "dynamodb:ListTables"], "*", Sid="A")
    other = allow("s3:GetObject", "*", Sid="AOnTables")
    assert [one["Sid"] for one in after(mixed, other)] == ["AOnTables2", "A", "AOnTables"]


def test_what_a_reading_wildcard_means_beside_items_stays() -> None:
    named, rest = after(allow("dynamodb:Get*", "*"))
    assert named["Action"] == ["dynamodb:Get*"]
    assert "dynamodb:GetItem" not in rest["Action"]
    assert "dynamodb:GetShardIterator" in rest["Action"]


def test_tables_that_are_named_already_stay() -> None:
    (statement,) = after(allow("dynamodb:GetItem", [arn("wages"), arn("*-old")]))
    assert statement["Resource"] == [arn("wages"), arn("carts"), arn("orders")]


def test_statements_that_name_tables_and_denies_are_untouched() -> None:
    fine = allow("dynamodb:GetItem", arn("wages"))
    deny = {**allow("dynamodb:DeleteItem", "*"), "Effect": "Deny"}
    assert after(fine, allow("dynamodb:GetItem", "*"), deny)[::2] == [fine, deny]


def test_without_a_lane_the_policy_is_written_out() -> None:
    text = advised(allow("dynamodb:GetItem", "*"), tags={})
    assert "has no lane" in text
    assert arn("wages") in text


def test_holders_in_two_lanes_need_two_policies() -> None:
    made = identities.managed_role("app", "data", allow("dynamodb:GetItem", "*"), tags=SHOP)
    identities.role("payroll", tags={"lane": "staff"})
    boto3.client("iam").attach_role_policy(RoleName="payroll", PolicyArn=made)
    assert "lanes shop, staff" in advice(planned(NAME, read(NAME)))


def test_a_lane_without_tables_takes_a_decision() -> None:
    assert "has no table" in advised(allow("dynamodb:GetItem", "*"), tags={"lane": "empty"})


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, "NotAction"),
        ({"Effect": "Allow", "Action": "dynamodb:GetItem", "NotResource": "arn:aws:s3:::x"}, "NotResource"),
        (allow("dax:GetItem", "*"), "clusters"),
        (allow("*", "*", Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}}), "other services"),
    ],
)
def test_what_takes_a_decision(statement: dict[str, Any], why: str) -> None:
    assert why in advised(statement)


def test_the_other_remediation_of_the_same_policy_comes_first() -> None:
    identities.inline_role("app", "data", allow("dynamodb:*", "*"), tags=SHOP)
    one = remedy(NAME).remediation
    controls = [registry().get(name) for name in ("no-wildcard-actions", "no-wildcard-tables")]
    snapshot, _ = collect_emulated(reads_of(controls) | set(one.reads))
    plan = planned(NAME, audit(snapshot, registry(), controls, Settings()))
    assert plan.changes == ()
    assert any("close no-wildcard-actions first" in advice.how for advice in plan.advice)


def test_unread_tables_are_never_guessed() -> None:
    identities.inline_role("app", "data", allow("dynamodb:GetItem", "*"), tags=SHOP)
    denied = {"dynamodb:DescribeTable": AwsError("AccessDeniedException")}
    assert "cannot be planned" in advice(planned(NAME, read(NAME, script=denied)))
