import pytest

from dynasec.check import Status
from dynasec.settings import Settings, Trust
from tests.support.accounts import ACCOUNT, denied, region, snapshot, verdict
from tests.support.identity import REFUSED, allow, document, identity, role
from tests.support.keys import encrypted, key, metadata

CONTROL = "key-via-dynamodb"
ROOT, APP = f"arn:aws:iam::{ACCOUNT}:root", f"arn:aws:iam::{ACCOUNT}:role/app"
SERVICE = "dynamodb.us-east-1.amazonaws.com"


def via(value=SERVICE, operator="StringEquals"):
    return {"Condition": {operator: {"kms:ViaService": value}}}


def to(principal, *actions, **more):
    return {**allow(*actions, **more), "Principal": {"AWS": principal}}


def judged(*statements, people=(), settings=None, gaps=None, **facts):
    facts = {"policies": {"default": document(*statements)}, "aliases": (), **facts}
    found = snapshot(region(encrypted()), keys=(key(**facts),), identity=identity(*people, gaps=gaps))
    return verdict(CONTROL, found, settings)


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        (to(APP, "kms:Decrypt", **via()), Status.PASS),
        (to(APP, "kms:Decrypt", **via("dynamodb.*.amazonaws.com", "StringLike")), Status.PASS),
        (to(APP, "kms:Decrypt", **via([SERVICE, "dax.us-east-1.amazonaws.com"])), Status.PASS),
        (to(APP, "kms:PutKeyPolicy"), Status.PASS),
        (to(APP, "kms:Decrypt"), Status.FAIL),
        (to(APP, "kms:Decrypt", **via([SERVICE, "ec2.us-east-1.amazonaws.com"])), Status.FAIL),
        (to(APP, "kms:Decrypt", **via("*.amazonaws.com", "StringLike")), Status.FAIL),
        (to(APP, "kms:Decrypt", **via(operator="StringEqualsIfExists")), Status.FAIL),
        (to(APP, "kms:Decrypt", **via(operator="StringNotEquals")), Status.FAIL),
        (to(APP, "kms:Decrypt", Condition={"StringEquals": {"kms:CallerAccount": ACCOUNT}}), Status.FAIL),
    ],
)
def test_rights_of_the_key_policy(statement, status):
    assert judged(statement).status is status


def test_rights_of_identity_policies_where_the_key_policy_delegates():
    limited = (role(inline={"p": [allow("kms:Decrypt", **via())]}),)
    open_ = (role(inline={"p": [allow("kms:Decrypt")]}),)
    assert judged(to(ROOT, "kms:*"), people=limited).status is Status.PASS
    finding = judged(to(ROOT, "kms:*"), people=open_)
    assert finding.status is Status.FAIL
    assert finding.reason == f"may be used without DynamoDB by {APP} (statement 1 of policy app/p)"
    assert judged(to(ROOT, "kms:*", **via()), people=open_).status is Status.PASS


def test_declared_administrators_are_left_aside():
    trusted = Settings(trust=Trust(administrators=("*:role/app",)))
    finding = judged(to(APP, "kms:*"), settings=trusted)
    assert finding.status is Status.PASS
    assert finding.reason.endswith("(declared administrators aside)")


def test_a_key_that_aws_manages():
    assert judged(to(APP, "kms:*"), metadata=metadata(key_manager="AWS")).status is Status.NOT_APPLICABLE


def test_what_was_not_read_is_unknown():
    assert judged(policies=denied("kms:GetKeyPolicy")).status is Status.UNKNOWN
    assert judged(policies={"default": "{"}).status is Status.UNKNOWN
    assert judged(policies={}).status is Status.UNKNOWN
    assert judged(to(ROOT, "kms:*"), gaps={"users": REFUSED}).status is Status.UNKNOWN
