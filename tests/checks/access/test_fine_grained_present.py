import json

import pytest

from dynasec.check import Status
from dynasec.model.fact import Fact
from dynasec.model.organization import Organization
from dynasec.model.table import ResourcePolicy
from dynasec.settings import Rule, Settings, Trust
from tests.support.accounts import denied, description, region, snapshot, table, verdict
from tests.support.identity import REFUSED, allow, deny, document, identity, managed, role, user

CONTROL = "fine-grained-present"
TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
STREAM = f"{TABLE}/stream/2026-01-01T00:00:00.000"
ITEMS = ("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:PutItem")
NULL = {"Null": {"dynamodb:LeadingKeys": "false"}}
TRUST = document(
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
)
ADMINISTRATORS = Settings(trust=Trust(administrators=("arn:aws:iam::*:role/admin",)))
USER = "${aws:PrincipalTag/user}"


def keyed(*actions, test="ForAllValues:StringEquals", values=USER, **conditions):
    condition = {test: {"dynamodb:LeadingKeys": values}, **conditions}
    return allow(*(actions or ITEMS), resource=[TABLE, f"{TABLE}/*"], Condition=condition)


def app(*statements, **more):
    return role(inline={"p": list(statements)}, trust=TRUST, tags={"user": "ann"}, **more)


def account(*people, tags=None, policy=None, told=None, **more):
    facts = {
        "description": description(latest_stream_arn=STREAM),
        "policy": policy,
        "stream_policy": None,
        **(told or {}),
    }
    one = table(tags={"per-user": "true"} if tags is None else tags, **facts)
    return snapshot(region(one), identity=identity(*people), **more)


def judged(*people, settings=ADMINISTRATORS, **more):
    return verdict(
        CONTROL, account(*people, organization=Organization(description=Fact(None)), **more), settings
    )


@pytest.mark.parametrize(
    "statements",
    [
        [keyed()],
        [keyed(*ITEMS, "dynamodb:Scan", **NULL)],
        [keyed("dynamodb:Scan", "dynamodb:GetItem", test="StringEquals")],
        [keyed("dynamodb:GetItem", test="StringEquals")],
        [keyed("dynamodb:PartiQLSelect", **NULL)],
        [keyed(values="tenant-1")],
        [keyed("dynamodb:GetItem", test="StringEqualsIfExists")],  # a GetItem always carries the key
        [keyed(), allow("dynamodb:DescribeTable", "dynamodb:UpdateTable")],
        [allow("dynamodb:*"), deny("dynamodb:*", Condition={"ForAnyValue:StringNotEquals": {"dynamodb:LeadingKeys": "a"}}),
         deny("dynamodb:*", Condition={"Null": {"dynamodb:LeadingKeys": "true"}})],
        [allow("dynamodb:GetItem", resource=f"{TABLE}-other")],
    ],
    ids=json.dumps,
)  # fmt: skip
def test_access_under_leading_keys_passes(statements):
    found = judged(app(*statements))
    assert found.status is Status.PASS, found.reason


@pytest.mark.parametrize(
    ("statements", "action"),
    [
        ([allow("dynamodb:GetItem")], "GetItem"),
        ([keyed(), allow("dynamodb:Query", resource=f"{TABLE}/index/*")], None),
        ([keyed(*ITEMS, "dynamodb:Scan")], "Scan"),
        ([keyed("dynamodb:PartiQLSelect")], "PartiQLSelect"),
        ([keyed("dynamodb:BatchGetItem", test="ForAnyValue:StringEquals")], "BatchGetItem"),
        ([keyed("dynamodb:GetItem", test="StringLike", values="*")], "GetItem"),
        ([keyed("dynamodb:GetItem", test="StringNotEquals", values="admin")], "GetItem"),
        ([keyed("dynamodb:PartiQLSelect", test="StringEqualsIfExists")], "PartiQLSelect"),
        ([keyed("dynamodb:GetItem", test="StringLikeIfExists", values="*")], "GetItem"),
        ([keyed(test="Null", values="false")], "GetItem"),
        ([keyed(), allow("dynamodb:GetRecords", resource=STREAM)], "GetRecords"),
        ([keyed(), allow("dynamodb:GetItem", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})], "GetItem"),
    ],
    ids=lambda given: given if isinstance(given, str | None) else json.dumps(given),
)  # fmt: skip
def test_access_whichever_the_key_fails(statements, action):
    told = {
        "description": description(
            latest_stream_arn=STREAM, global_secondary_indexes=[{"index_name": "by-mail"}]
        )
    }
    found = judged(app(*statements), told=told)
    assert found.status is Status.FAIL, found.reason
    assert f"role/app may dynamodb:{action or 'Query'}" in found.reason


def test_the_reason_names_the_statement():
    assert judged(app(allow("dynamodb:GetItem"))).reason == (
        "whichever the key: role/app may dynamodb:GetItem by inline policy p, statement 1"
    )


def test_administrators_are_aside_and_told():
    admin = role("admin", inline={"all": [allow("*")]}, trust=TRUST)
    found = judged(admin, app(keyed()))
    assert found.status is Status.PASS
    assert found.evidence["set_apart"] == [admin.arn]
    assert found.evidence["limited"] == ["arn:aws:iam::123456789012:role/app"]


def test_while_none_is_declared_whoever_may_do_everything_is_one():
    operator = user("operator", inline={"all": [allow("*")]})
    assert judged(operator, settings=Settings()).status is Status.PASS
    assert (
        judged(user("ci", inline={"all": [allow("dynamodb:*")]}), settings=Settings()).status is Status.FAIL
    )


def test_boundaries_count():
    bound = managed("bound", [keyed()])
    free = app(allow("dynamodb:GetItem"), boundary=bound.arn)
    assert judged(free, bound).status is Status.PASS


def test_the_tables_own_policy_counts():
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "999999999999"},
        "Action": "dynamodb:GetItem",
        "Resource": TABLE,
    }
    found = judged(policy=ResourcePolicy(text=document(statement), revision_id="1"))
    assert found.status is Status.FAIL
    assert "999999999999:root may dynamodb:GetItem" in found.reason


@pytest.mark.parametrize("policy", [denied("dynamodb:GetResourcePolicy")])
def test_unreadable_policies_are_unknown(policy):
    assert judged(app(keyed()), policy=policy).status is Status.UNKNOWN
    assert judged(app(allow("dynamodb:GetItem")), policy=policy).status in {Status.FAIL, Status.UNKNOWN}


def test_an_unreadable_policy_of_a_principal_is_unknown():
    assert judged(role(inline={"p": Fact(gap=REFUSED)}, trust=TRUST)).status is Status.UNKNOWN


def test_unread_tags_are_unknown():
    assert judged(tags=denied("tag:GetResources")).status is Status.UNKNOWN


def test_other_tables_are_not_applicable():
    found = judged(app(allow("dynamodb:*")), tags={"per-user": "no"})
    assert found.status is Status.NOT_APPLICABLE
    assert "per-user = true" in found.reason


def test_a_rule_may_declare_it():
    settings = Settings(rules=(Rule(match="orders", per_user=True),))
    assert judged(app(allow("dynamodb:GetItem")), tags={}, settings=settings).status is Status.FAIL
