import json

import pytest

from dynasec.check import Status
from dynasec.model.fact import Fact, Gap, Listing
from dynasec.model.table import ResourcePolicy
from tests.support.accounts import (
    ACCOUNT,
    denied,
    denied_listing,
    description,
    region,
    snapshot,
    table,
    verdict,
)
from tests.support.identity import (
    AS_OF,
    REFUSED,
    allow,
    credentials,
    deny,
    document,
    group,
    identity,
    managed,
    user,
)

CONTROL = "applications-use-roles"
KEYS = credentials(1)
READ = [allow("dynamodb:GetItem")]
NO_POLICY = {"policy": None, "stream_policy": None}
ARN = f"arn:aws:iam::{ACCOUNT}:user/ci"
STREAM = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders/stream/2026-01-01T00:00:00.000"


def judged(*things, tables=None, places=None):
    places = places or (region(*(tables if tables is not None else (table(**NO_POLICY),))),)
    return verdict(CONTROL, snapshot(*places, identity=identity(*things)))


def with_keys(*statements, **more):
    return user(inline={"p": list(statements)} if statements else None, credentials=KEYS, **more)


@pytest.mark.parametrize(
    "statement",
    [
        allow("dynamodb:GetItem"),
        allow("dynamodb:PartiQLSelect"),
        allow("dynamodb:SearchVectors"),
        allow("dynamodb:GetRecords"),
        allow("dynamodb:BatchWriteItem"),
        allow("dax:GetItem"),
        allow("DynamoDB:get*"),
        allow("*"),
        allow("dynamodb:GetItem", resource="arn:aws:dynamodb:eu-west-1:123456789012:table/other"),
        allow("dynamodb:GetItem", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
        {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
        {"Effect": "Allow", "Action": "dynamodb:Query", "NotResource": "arn:aws:s3:::*"},
        allow("dynamodb:SomethingNew"),
        allow("DYNAMODB:SomethingNew"),
        allow("dyn*:SomethingNew"),
        allow("dynamodb:GetItem", resource="arn:aws:dynamodb:*:*:table/${aws:username}"),
        {"Effect": "Allow", "Action": "dynamodb:GetItem"},
    ],
    ids=lambda statement: json.dumps(statement.get("Action", "NotAction")),
)
def test_item_access_with_an_active_key_fails(statement):
    assert judged(with_keys(statement)).status is Status.FAIL


@pytest.mark.parametrize(
    "statements",
    [
        (),
        (allow("dynamodb:DescribeTable", "dynamodb:ListTables"),),
        (allow("dynamodb:CreateBackup"),),
        (allow("s3:*"),),
        (allow("*", resource="arn:aws:s3:::bucket/*"),),
        ({"Effect": "Allow", "Action": "*", "NotResource": ["arn:aws:dynamodb:*", "arn:aws:dax:*"]},),
        (allow("dynamodb:TransactGetItems"),),
        (allow("*"), deny("dynamodb:*", "dax:*")),
        (allow("dynamodb:GetItem"), deny("dynamodb:Get*", resource="arn:aws:dynamodb:*:*:table/*")),
        (allow("sts:AssumeRole"),),
    ],
    ids=lambda statements: json.dumps([one["Action"] for one in statements]),
)
def test_without_item_access_keys_do_not_matter(statements):
    finding = judged(with_keys(*statements))
    assert finding.status is Status.PASS
    assert finding.reason == "has no item access"


@pytest.mark.parametrize(
    "denial",
    [
        deny("dynamodb:*", Condition={"Bool": {"aws:SecureTransport": "false"}}),
        deny("dynamodb:*", resource="arn:aws:dynamodb:us-east-1:123456789012:table/orders"),
        deny("dynamodb:PutItem"),
    ],
)
def test_a_deny_that_does_not_hold_everywhere_is_not_set_off(denial):
    assert judged(with_keys(*READ, denial)).status is Status.FAIL


@pytest.mark.parametrize("keys", [credentials(), credentials(0, 0, password=True)])
def test_without_an_active_key_nothing_else_needs_to_be_known(keys):
    finding = judged(
        user(inline=Listing(gap=REFUSED), groups=Listing(gap=REFUSED), credentials=keys),
        places=(region(tables=denied_listing("dynamodb:ListTables")),),
    )
    assert finding.status is Status.PASS
    assert finding.evidence == {"as_of": AS_OF.isoformat()}


def test_the_second_key_counts():
    assert judged(user(inline={"p": READ}, credentials=credentials(0, 1))).status is Status.FAIL


def test_access_through_a_group_or_a_managed_policy_counts():
    own = managed("AmazonDynamoDBReadOnlyAccess", [allow("dynamodb:Get*", "dynamodb:Scan")], aws=True)
    attached = judged(own, with_keys(attached=(own.arn,)))
    through_group = judged(own, group("team", attached=(own.arn,)), with_keys(groups=("team",)))
    inline = judged(group("team", inline={"g": READ}), with_keys(groups=("team",)))
    assert {attached.status, through_group.status, inline.status} == {Status.FAIL}
    assert (
        attached.reason
        == "1 active access key with item access through AmazonDynamoDBReadOnlyAccess, statement 1"
    )
    assert inline.reason.endswith("team/g, statement 1")


@pytest.mark.parametrize(
    ("boundary", "status"),
    [
        ([allow("s3:*")], Status.PASS),
        ([allow("*"), deny("dynamodb:*")], Status.PASS),
        ([allow("dynamodb:PutItem")], Status.PASS),
        ([allow("dynamodb:*")], Status.FAIL),
        ([allow("*")], Status.FAIL),
        ("{", Status.UNKNOWN),
    ],
)
def test_a_boundary_limits(boundary, status):
    bound = managed("bound", boundary)
    assert judged(bound, with_keys(*READ, boundary=bound.arn)).status is status


@pytest.mark.parametrize(
    "hidden",
    [
        {"inline": Listing(gap=REFUSED)},
        {"attached": Listing(gap=REFUSED)},
        {"groups": Listing(gap=REFUSED)},
        {"inline": {"p": Fact(gap=REFUSED)}},
        {"inline": {"p": "no policy"}},
        {"inline": {"p": READ}, "boundary": Fact(gap=REFUSED)},
        {"inline": {"p": READ}, "attached": ("arn:aws:iam::aws:policy/NotRead",)},
        {"inline": {"p": READ}, "groups": ("not-read",)},
    ],
)
def test_what_cannot_be_read_may_allow_or_deny(hidden):
    assert judged(user(credentials=KEYS, **hidden)).status is Status.UNKNOWN


def test_unread_keys_matter_only_where_there_is_access():
    gap = Gap("iam:GetCredentialReport", "AccessDenied")
    assert judged(user(inline={"p": READ}, credentials=Fact(gap=gap))).gaps == (gap,)
    assert judged(user(credentials=Fact(gap=gap))).status is Status.PASS


def _policy(*statements):
    return ResourcePolicy(text=document(*statements))


def _to(principal, **more):
    return allow("dynamodb:GetItem", Principal=principal, **more)


@pytest.mark.parametrize(
    ("statements", "status"),
    [
        ([_to({"AWS": ARN})], Status.FAIL),
        ([_to("*")], Status.FAIL),
        ([_to("*", Condition={"StringEquals": {"aws:PrincipalAccount": ACCOUNT}})], Status.FAIL),
        ([_to("*", Condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}})], Status.FAIL),
        (
            [_to("*", Condition={"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/app"}})],
            Status.PASS,
        ),
        ([_to("*", Condition={"StringEquals": {"aws:PrincipalAccount": "999999999999"}})], Status.PASS),
        ([_to({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})], Status.PASS),
        ([_to({"AWS": f"{ARN}-other"})], Status.PASS),
        ([allow("dynamodb:DescribeTable", Principal={"AWS": ARN})], Status.PASS),
        ([_to({"AWS": ARN}), deny("dynamodb:*", Principal="*")], Status.PASS),
        ([_to({"AWS": ARN}), deny("dynamodb:*", Principal={"AWS": f"{ARN}-other"})], Status.FAIL),
    ],
)
def test_a_tables_own_policy_may_let_the_user_in(statements, status):
    named = table(policy=_policy(*statements), stream_policy=None)
    assert judged(with_keys(), tables=(named,)).status is status


def test_a_tables_policy_is_not_limited_by_a_boundary_but_by_an_explicit_deny():
    named = table(policy=_policy(_to({"AWS": ARN})), stream_policy=None)
    bound = managed("bound", [allow("s3:*")])
    assert judged(bound, with_keys(boundary=bound.arn), tables=(named,)).status is Status.FAIL
    assert judged(with_keys(deny("dynamodb:*")), tables=(named,)).status is Status.PASS


def test_a_streams_policy_may_let_the_user_in():
    to_stream = allow("dynamodb:GetRecords", resource=STREAM, Principal={"AWS": ARN})
    streamed = table(
        policy=None,
        stream_policy=_policy(to_stream),
        description=description(latest_stream_arn=STREAM),
    )
    finding = judged(with_keys(), tables=(streamed,))
    assert finding.status is Status.FAIL
    assert finding.evidence["grants"][0]["policy"] == STREAM


@pytest.mark.parametrize(
    "unread",
    [
        {"policy": denied("dynamodb:GetResourcePolicy"), "stream_policy": None},
        {"policy": ResourcePolicy(text="{"), "stream_policy": None},
        {"policy": None, "stream_policy": denied("dynamodb:GetResourcePolicy")},
    ],
)
def test_a_tables_policy_that_cannot_be_read_may_let_the_user_in(unread):
    assert judged(with_keys(), tables=(table(**unread),)).status is Status.UNKNOWN
    assert judged(with_keys(*READ), tables=(table(**unread),)).status is Status.FAIL


def test_tables_that_cannot_be_listed_may_let_the_user_in():
    place = region(tables=denied_listing("dynamodb:ListTables"))
    assert judged(with_keys(), places=(place,)).status is Status.UNKNOWN
