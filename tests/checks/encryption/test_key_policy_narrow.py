import json

import pytest

from dynasec.check import Status
from dynasec.settings import Settings, Trust
from tests.support.accounts import ACCOUNT, denied, region, snapshot, verdict
from tests.support.keys import encrypted, key

CONTROL = "key-policy-narrow"
FOREIGN = "999988887777"
OWN = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
VIA = {"StringEquals": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}}


def allow(principal, condition=None, action="kms:Decrypt", effect="Allow"):
    statement = {"Sid": "Use", "Effect": effect, "Principal": principal, "Action": action, "Resource": "*"}
    return statement if condition is None else {**statement, "Condition": condition}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


ROOT = allow(OWN, action="kms:*")


def judged(*statements, settings=None, **further):
    policies = {"default": document(ROOT, *statements), **further}
    return verdict(CONTROL, snapshot(region(encrypted()), keys=(key(policies=policies),)), settings)


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        (allow({"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"}), Status.PASS),
        (allow({"Service": "logs.us-east-1.amazonaws.com"}), Status.PASS),
        (allow("*", {"StringEquals": {"kms:CallerAccount": ACCOUNT}}), Status.PASS),
        (allow({"AWS": "*"}, {"StringEquals": {"kms:CallerAccount": ACCOUNT}}), Status.PASS),
        (allow("*", {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}), Status.PASS),
        (allow("*"), Status.FAIL),
        (allow({"AWS": "*"}), Status.FAIL),
        (allow({"AWS": FOREIGN}), Status.FAIL),
        (allow({"AWS": f"arn:aws:iam::{FOREIGN}:root"}, action="kms:*"), Status.FAIL),
        (allow({"AWS": f"arn:aws:iam::{FOREIGN}:role/partner"}), Status.FAIL),
        (allow("*", {"StringEquals": {"kms:CallerAccount": FOREIGN}}), Status.FAIL),
        (allow("*", {"StringEquals": {"kms:CallerAccount": [ACCOUNT, FOREIGN]}}), Status.FAIL),
        (allow("*", {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-aaaaaaaaaa"}}), Status.FAIL),
        (allow({"AWS": "AROAEXAMPLEEXAMPLE"}), Status.UNKNOWN),
    ],
)
def test_status(statement, status):
    assert judged(statement).status is status


def test_a_service_that_everybody_has_keeps_nobody_out():
    finding = judged(allow("*", VIA))
    assert finding.status is Status.FAIL
    assert finding.reason.startswith("Use (statement 2) admits anyone in any account if kms:ViaService")


def test_the_policy_of_the_key_that_aws_manages_for_dynamodb():
    both = {"StringEquals": {"kms:CallerAccount": ACCOUNT, **VIA["StringEquals"]}}
    assert judged(allow({"AWS": "*"}, both)).status is Status.PASS


def test_the_policy_of_a_shared_key_counts_too():
    finding = judged(AWS_RAM=document(allow({"AWS": FOREIGN})))
    assert finding.status is Status.FAIL
    assert finding.reason == f"Use of policy AWS_RAM admits {FOREIGN}"


def test_a_deny_of_everything_counts_and_one_of_some_uses_does_not():
    outside = {"StringNotEquals": {"kms:CallerAccount": ACCOUNT}}
    assert judged(allow("*"), allow("*", outside, "kms:*", "Deny")).status is Status.PASS
    assert judged(allow("*"), allow("*", outside, "kms:ScheduleKeyDeletion", "Deny")).status is Status.FAIL


def test_who_is_trusted_is_no_foreigner():
    trusted = Settings(trust=Trust(accounts=(FOREIGN,)))
    assert judged(allow({"AWS": FOREIGN}), settings=trusted).status is Status.PASS
    friends = Settings(trust=Trust(organizations=("o-aaaaaaaaaa",)))
    member = allow("*", {"StringEquals": {"aws:PrincipalOrgID": "o-aaaaaaaaaa"}})
    assert judged(member, settings=friends).status is Status.PASS
    assert judged(member).status is Status.FAIL


@pytest.mark.parametrize(
    "policies",
    [denied("kms:GetKeyPolicy"), {"default": "{"}, {"default": document(ROOT), "AWS_RAM": "?"}, {}],
)
def test_a_policy_that_cannot_be_read_is_unknown(policies):
    one = snapshot(region(encrypted()), keys=(key(policies=policies),))
    assert verdict(CONTROL, one).status is Status.UNKNOWN
