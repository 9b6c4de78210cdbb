import json

import pytest

from dynasec.check import Status
from dynasec.model.fact import Fact, Gap
from dynasec.model.organization import Organization
from dynasec.settings import Settings, Trust
from tests.support.accounts import denied, description, judge, region, snapshot, table
from tests.support.identity import REFUSED, allow, deny, document, identity, managed, role, user

CONTROL = "tags-guarded"
TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
TRUST = document(
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
)
ADMINISTRATORS = Settings(trust=Trust(administrators=("arn:aws:iam::*:role/admin",)))
BY_TABLE_TAG = allow("dynamodb:GetItem", Condition={"StringEquals": {"aws:ResourceTag/team": "red"}})
BY_OWN_TAG = allow("dynamodb:GetItem", Condition={"StringEquals": {"aws:PrincipalTag/Team": "red"}})
BY_NAME = allow("dynamodb:GetItem", resource=f"{TABLE.rpartition('/')[0]}/${{aws:PrincipalTag/team}}-*")
NO_ORGANIZATION = Organization(description=Fact(None))


def reader(*statements):
    return role("reader", inline={"p": list(statements)}, trust=TRUST)


def app(*statements, **more):
    return role("app", inline={"p": list(statements)}, trust=TRUST, **more)


def judged(*people, settings=ADMINISTRATORS, organization=NO_ORGANIZATION, **told):
    facts = {"description": description(), "policy": None, "stream_policy": None, **told}
    found = snapshot(region(table(**facts)), identity=identity(*people), organization=organization)
    return {finding.label: finding for finding in judge(CONTROL, found, settings)}


@pytest.mark.parametrize(
    ("deciding", "changing", "words"),
    [
        (BY_TABLE_TAG, allow("dynamodb:TagResource"), "may dynamodb:TagResource table/orders, where aws:ResourceTag/team decides"),
        (BY_TABLE_TAG, allow("dynamodb:*"), "dynamodb:TagResource"),
        (BY_TABLE_TAG, allow("dynamodb:UntagResource", resource=TABLE), "dynamodb:UntagResource"),
        (
            BY_TABLE_TAG,
            allow("dynamodb:TagResource", Condition={"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "cost"]}}),
            "under conditions",
        ),
        (BY_OWN_TAG, allow("iam:TagRole"), "may iam:TagRole role/reader and 1 more, where aws:PrincipalTag/Team decides"),
        (BY_OWN_TAG, allow("iam:*", resource="arn:aws:iam::123456789012:role/app"), "iam:TagRole role/app"),
        (BY_OWN_TAG, allow("iam:UntagRole"), "iam:UntagRole"),
        (
            BY_OWN_TAG,  # case makes no difference in names of tags
            allow("iam:TagRole", Condition={"ForAllValues:StringEquals": {"aws:TagKeys": "TEAM"}}),
            "iam:TagRole",
        ),
        (BY_NAME, allow("iam:TagRole"), "aws:PrincipalTag/team decides in inline policy p, statement 1"),
    ],
)  # fmt: skip
def test_who_changes_deciding_tags_fails(deciding, changing, words):
    found = judged(reader(deciding), app(changing))
    assert found["app"].status is Status.FAIL, found["app"].reason
    assert words in found["app"].reason
    assert found["reader"].status is Status.PASS


@pytest.mark.parametrize(
    ("deciding", "changing"),
    [
        (BY_TABLE_TAG, [allow("dynamodb:PutItem")]),
        (BY_TABLE_TAG, [allow("iam:TagRole")]),  # tables' tags decide, not principals'
        (BY_OWN_TAG, [allow("dynamodb:TagResource")]),
        (BY_OWN_TAG, [allow("iam:TagRole", resource="arn:aws:iam::123456789012:role/nobody")]),
        (BY_TABLE_TAG, [allow("dynamodb:TagResource", resource=f"{TABLE}-other")]),
        (BY_TABLE_TAG, [allow("dynamodb:TagResource"), deny("dynamodb:*Tag*")]),
        (
            BY_TABLE_TAG,
            [allow("dynamodb:TagResource"), deny("dynamodb:TagResource", Condition={"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}})],
        ),
        (
            BY_TABLE_TAG,
            [allow("dynamodb:TagResource", Condition={"ForAllValues:StringEquals": {"aws:TagKeys": "cost"}})],
        ),
        (
            BY_OWN_TAG,
            [allow("iam:TagRole", Condition={"ForAllValues:StringEquals": {"aws:TagKeys": "cost"}})],
        ),
        (allow("dynamodb:GetItem", resource=f"{TABLE}-b", Condition=BY_TABLE_TAG["Condition"]), [allow("dynamodb:TagResource")]),
    ],
    ids=json.dumps,
)  # fmt: skip
def test_who_cannot_passes(deciding, changing):
    found = judged(reader(deciding), app(*changing))["app"]
    assert found.status is Status.PASS, found.reason


def test_denies_and_policies_of_tables_decide_too():
    by_deny = deny("dynamodb:*", Condition={"StringNotEquals": {"aws:ResourceTag/open": "yes"}})
    found = judged(reader(allow("dynamodb:GetItem"), by_deny), app(allow("dynamodb:TagResource")))
    assert found["app"].status is Status.FAIL


def test_administrators_and_service_linked_roles_are_not_judged():
    admin = role("admin", inline={"p": [allow("*")]}, trust=TRUST)
    linked = role(
        "AWSServiceRoleForX", path="/aws-service-role/x/", inline={"p": [allow("dynamodb:*")]}, trust=TRUST
    )
    found = judged(reader(BY_TABLE_TAG), admin, linked)
    assert found["admin"].status is Status.NOT_APPLICABLE
    assert found["AWSServiceRoleForX"].status is Status.NOT_APPLICABLE
    undeclared = judged(reader(BY_TABLE_TAG), user("boss", inline={"p": [allow("*")]}), settings=Settings())
    assert undeclared["boss"].status is Status.NOT_APPLICABLE


def test_a_boundary_counts():
    bound = managed("bound", [allow("dynamodb:GetItem")])
    found = judged(reader(BY_TABLE_TAG), bound, app(allow("dynamodb:TagResource"), boundary=bound.arn))
    assert found["app"].status is Status.PASS


def test_without_deciding_tags_it_is_not_applicable():
    s3 = allow("s3:GetObject", Condition={"StringEquals": {"aws:ResourceTag/team": "red"}})
    found = judged(reader(allow("dynamodb:GetItem"), s3), app(allow("dynamodb:*")))
    assert {one.status for one in found.values()} == {Status.NOT_APPLICABLE}


def test_what_cannot_be_read_is_unknown():
    hidden = judged(reader(BY_TABLE_TAG), role("app", inline={"p": Fact(gap=REFUSED)}, trust=TRUST))
    assert hidden["app"].status is Status.UNKNOWN
    assert hidden["reader"].status is Status.UNKNOWN  # its tags may decide, too
    policy = judged(app(allow("dynamodb:TagResource")), policy=denied("dynamodb:GetResourcePolicy"))
    assert policy["app"].status is Status.UNKNOWN


def test_an_unread_organization_may_forbid_it():
    gap = Gap("organizations:DescribeOrganization", "AccessDeniedException")
    above = Organization(description=Fact(gap=gap))
    found = judged(reader(BY_TABLE_TAG), app(allow("dynamodb:TagResource")), organization=above)
    assert found["app"].status is Status.UNKNOWN
    assert "unless a policy of the organization" in found["app"].reason
