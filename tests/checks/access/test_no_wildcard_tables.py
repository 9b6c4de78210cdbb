import json

import pytest

from dynasec.check import Status
from dynasec.model.fact import Fact
from dynasec.settings import Settings, Trust
from tests.support.accounts import judge, snapshot, verdict
from tests.support.identity import REFUSED, allow, identity, managed, role

CONTROL = "no-wildcard-tables"
PLACE = "arn:aws:dynamodb:us-east-1:123456789012:"
WIDE = [allow("dynamodb:GetItem")]


def judged(statements):
    return verdict(CONTROL, snapshot(identity=identity(role(inline={"p": statements}))))


def read(*resources, **more):
    return [allow("dynamodb:GetItem", resource=list(resources), **more)]


@pytest.mark.parametrize(
    "resource",
    [
        "*",
        "arn:aws:dynamodb:*",
        "arn:aws:*",
        "a*",
        "arn:aws:dynamodb*",
        "arn:aws:dynamodb:us-*",
        "arn:aws:dynamodb:us-east-1:1234*",
        "arn:aws:dynamodb:*:*",
        "*:table/*",
        PLACE + "*",
        PLACE + "table/*",
        "arn:aws:dynamodb:*:*:table/*",
        PLACE + "table/?*",
        PLACE + "table/*-prod",
        PLACE + "table/*/index/*",
        PLACE + "table/*/stream/*",
        PLACE + "t*",
        PLACE + "*/index/by-customer",
    ],
)
def test_a_wildcard_where_the_name_begins_fails(resource):
    assert judged(read(resource)).status is Status.FAIL
    named = PLACE + "table/orders"
    assert judged(read(named, resource)).status is Status.FAIL


@pytest.mark.parametrize(
    "resource",
    [
        PLACE + "table/orders",
        PLACE + "table/orders/index/*",
        PLACE + "table/orders/*",
        PLACE + "table/orders*",
        PLACE + "table/${aws:PrincipalTag/team}-orders",
        "arn:aws:dynamodb:*:*:table/orders",
        "arn:aws:dynamodb:us-east-1:*:table/orders",
        "arn:aws:s3:::bucket/*",
    ],
)
def test_named_tables_pass(resource):
    assert judged(read(resource)).status is Status.PASS


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        (allow("dynamodb:ListTables", "dynamodb:DescribeTable"), Status.PASS),
        (allow("dynamodb:CreateTable"), Status.PASS),
        (allow("s3:*"), Status.PASS),
        (allow("dynamodb:PutItem"), Status.FAIL),
        (allow("dynamodb:GetRecords"), Status.FAIL),
        (allow("dynamodb:PartiQLSelect"), Status.FAIL),
        (allow("dynamodb:SomethingNew"), Status.FAIL),
        (allow("dax:GetItem"), Status.FAIL),
        (allow("dax:GetItem", resource="arn:aws:dax:*:*:cache/*"), Status.FAIL),
        (allow("dax:GetItem", resource="arn:aws:dax:*:*:cache/orders"), Status.PASS),
        (allow("*"), Status.FAIL),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, Status.FAIL),
        (
            {"Effect": "Allow", "Action": "dynamodb:Query", "NotResource": PLACE + "table/secrets"},
            Status.FAIL,
        ),
        ({"Effect": "Allow", "Action": "dynamodb:Query"}, Status.FAIL),
        ({"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}, Status.PASS),
    ],
    ids=json.dumps,
)
def test_item_actions_count(statement, status):
    assert judged([statement]).status is status


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ({"StringEquals": {"aws:ResourceTag/lane": "orders"}}, Status.PASS),
        ({"StringEquals": {"aws:ResourceTag/lane": "${aws:PrincipalTag/lane}"}}, Status.PASS),
        ({"StringLike": {"aws:ResourceTag/lane": "*"}}, Status.FAIL),
        ({"StringNotEquals": {"aws:ResourceTag/lane": "secret"}}, Status.FAIL),
        ({"StringEqualsIfExists": {"aws:ResourceTag/lane": "orders"}}, Status.FAIL),
        ({"StringEquals": {"aws:PrincipalTag/lane": "orders"}}, Status.FAIL),
        ({"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:userid}"]}}, Status.FAIL),
        ({"Bool": {"aws:SecureTransport": "true"}}, Status.FAIL),
    ],
    ids=json.dumps,
)
def test_only_a_tag_of_the_table_names_it(condition, status):
    assert judged(read("*", Condition=condition)).status is status


def test_the_reason_names_statement_actions_resources_and_holder():
    finding = judged(read("*", Sid="All"))
    assert finding.reason == "All allows dynamodb:GetItem on *, which names no table: held by role/app"


def test_the_reason_spells_actions_as_the_statement_does_and_dynamodb_first():
    finding = judged([allow("dax:GetItem", "s3:*", "dynamodb:*")])
    assert "allows dynamodb:*, dax:GetItem on *" in finding.reason
    (statement,) = finding.evidence["statements"]
    assert "dynamodb:PutItem" in statement["actions"]


def test_an_aws_managed_policy_is_judged_once_somebody_has_it():
    stream = managed(
        "AWSLambdaDynamoDBExecutionRole", [allow("dynamodb:GetRecords")], aws=True, attachments=1
    )
    holder = role("function", attached=(stream.arn,))
    assert verdict(CONTROL, snapshot(identity=identity(stream, holder))).status is Status.FAIL


def test_a_broad_aws_managed_policy_is_named_once_by_the_control_about_it():
    broad = managed("AmazonDynamoDBReadOnlyAccess", [allow("dynamodb:GetItem")], aws=True, attachments=1)
    holder = role("reporting", attached=(broad.arn,))
    account = snapshot(identity=identity(broad, holder))
    assert verdict(CONTROL, account).status is Status.NOT_APPLICABLE
    assert verdict("no-broad-managed-policy", account).status is Status.FAIL
    own = managed("AmazonDynamoDBReadOnlyAccess", [allow("dynamodb:GetItem")], attachments=1)
    holder = role("reporting", attached=(own.arn,))
    assert verdict(CONTROL, snapshot(identity=identity(own, holder))).status is Status.FAIL


@pytest.mark.parametrize("text", ["{", Fact(gap=REFUSED)])
def test_what_cannot_be_read_is_unknown(text):
    assert judged(text).status is Status.UNKNOWN


def test_denied_iam_is_unknown():
    gaps = dict.fromkeys(("users", "roles", "groups", "managed_policies"), REFUSED)
    (finding,) = judge(CONTROL, snapshot(identity=identity(gaps=gaps)))
    assert finding.status is Status.UNKNOWN


def test_policies_that_grant_nothing_or_are_a_services_are_not_applicable():
    idle = managed("idle", WIDE, attachments=0)
    assert verdict(CONTROL, snapshot(identity=identity(idle))).status is Status.NOT_APPLICABLE
    path = "/aws-service-role/"
    linked = managed("Linked", WIDE, aws=True, path=path, attachments=1)
    holder = role("AWSServiceRoleForX", path=path, attached=(linked.arn,))
    assert verdict(CONTROL, snapshot(identity=identity(linked, holder))).status is Status.NOT_APPLICABLE


def test_without_a_count_a_policy_is_not_taken_for_idle():
    assert verdict(CONTROL, snapshot(identity=identity(managed("own", WIDE)))).status is Status.FAIL


@pytest.mark.parametrize(
    ("administrators", "status"),
    [
        (("*:role/admin",), Status.NOT_APPLICABLE),
        (("*:role/admin", "*:role/app"), Status.NOT_APPLICABLE),
        (("*:role/app",), Status.FAIL),
        ((), Status.FAIL),
    ],
)
def test_declared_administrators_may_hold_it(administrators, status):
    holder = role("admin", inline={"p": [allow("dynamodb:*")]})
    settings = Settings(trust=Trust(administrators=administrators))
    assert verdict(CONTROL, snapshot(identity=identity(holder)), settings).status is status


def test_a_holder_who_is_no_administrator_fails():
    wide = managed("wide", [allow("dynamodb:*")], attachments=2)
    people = identity(wide, role("admin", attached=(wide.arn,)), role("app", attached=(wide.arn,)))
    settings = Settings(trust=Trust(administrators=("*:role/admin",)))
    assert verdict(CONTROL, snapshot(identity=people), settings).status is Status.FAIL


def test_holders_that_are_not_known_may_be_no_administrators():
    wide = managed("wide", [allow("dynamodb:*")], attachments=2)
    people = identity(wide, role("admin", attached=(wide.arn,)))
    settings = Settings(trust=Trust(administrators=("*:role/admin",)))
    assert verdict(CONTROL, snapshot(identity=people), settings).status is Status.UNKNOWN
