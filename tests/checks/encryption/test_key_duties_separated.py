import pytest

from dynasec.check import Status
from dynasec.settings import Settings, Trust
from tests.support.accounts import ACCOUNT, denied, region, snapshot, verdict
from tests.support.identity import REFUSED, allow, deny, document, identity, managed, role, user
from tests.support.keys import encrypted, key, key_arn, metadata

CONTROL = "key-duties-separated"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ADMIN, APP = f"arn:aws:iam::{ACCOUNT}:role/admin", f"arn:aws:iam::{ACCOUNT}:role/app"


def to(principal, *actions, **more):
    return {**allow(*actions, **more), "Principal": principal if principal == "*" else {"AWS": principal}}


DELEGATES = to(ROOT, "kms:*")


def judged(*statements, people=(), settings=None, gaps=None, **facts):
    facts = {"policies": {"default": document(*statements)}, "aliases": (), **facts}
    found = snapshot(region(encrypted()), keys=(key(**facts),), identity=identity(*people, gaps=gaps))
    return verdict(CONTROL, found, settings)


@pytest.mark.parametrize(
    ("statements", "status"),
    [
        ((to(ADMIN, "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"), to(APP, "kms:Decrypt")), Status.PASS),
        ((to(APP, "kms:Decrypt", "kms:DescribeKey"),), Status.PASS),
        ((to(APP, "kms:*"),), Status.FAIL),
        ((to(APP, "kms:Put*"), to(APP, "kms:GenerateDataKey")), Status.FAIL),
        ((to("*", "kms:*"),), Status.FAIL),
        ((to(APP, "kms:*"), {**to("*", "kms:Decrypt"), "Effect": "Deny"}), Status.FAIL),
        (
            (
                to(APP, "kms:*"),
                {**to("*", "kms:Put*", "kms:*Key", "kms:*Deletion", "kms:*Material"), "Effect": "Deny"},
            ),
            Status.PASS,
        ),
    ],
)
def test_whom_the_key_policy_names(statements, status):
    assert judged(*statements).status is status


@pytest.mark.parametrize(
    ("people", "status"),
    [
        ((role(inline={"p": [allow("kms:Decrypt")]}),), Status.PASS),
        ((role(inline={"p": [allow("kms:*")]}),), Status.FAIL),
        ((user(inline={"p": [allow("*")]}),), Status.FAIL),
        ((role(inline={"p": [allow("kms:Decrypt")], "q": [allow("kms:DisableKey")]}),), Status.FAIL),
        (
            (role(inline={"p": [allow("kms:*"), deny("kms:Decrypt", "kms:*crypt*", "kms:Gen*")]}),),
            Status.PASS,
        ),
        ((role(inline={"p": [allow("kms:*", resource=key_arn(key_id="other"))]}),), Status.PASS),
        ((role(inline={"p": [allow("kms:*")]}, path="/aws-service-role/x.amazonaws.com/"),), Status.PASS),
    ],
)
def test_identity_policies_decide_where_the_key_policy_delegates(people, status):
    assert judged(DELEGATES, people=people).status is status


def test_without_delegation_identity_policies_give_nothing():
    people = (role(inline={"p": [allow("kms:*")]}),)
    assert judged(to(ADMIN, "kms:PutKeyPolicy"), people=people).status is Status.PASS


def test_a_boundary_takes_away_what_it_does_not_allow():
    limit = managed("limit", [allow("kms:Decrypt")])
    one = role(inline={"p": [allow("kms:*")]}, boundary=limit.arn)
    assert judged(DELEGATES, people=(one, limit)).status is Status.PASS


def test_declared_administrators_are_left_aside():
    trusted = Settings(trust=Trust(administrators=("*:role/admin",)))
    people = (role("admin", inline={"p": [allow("kms:*")]}),)
    assert judged(DELEGATES, people=people).status is Status.FAIL
    finding = judged(DELEGATES, people=people, settings=trusted)
    assert finding.status is Status.PASS
    assert finding.reason.endswith("(declared administrators aside)")


def test_a_key_that_aws_manages():
    managed_key = metadata(key_manager="AWS")
    assert judged(to("*", "kms:*"), metadata=managed_key).status is Status.NOT_APPLICABLE


def test_what_was_not_read_is_unknown():
    assert judged(policies=denied("kms:GetKeyPolicy")).status is Status.UNKNOWN
    assert judged(policies={"default": "{"}).status is Status.UNKNOWN
    assert judged(DELEGATES, gaps={"roles": REFUSED}).status is Status.UNKNOWN
    hidden = managed("hidden", denied("iam:GetAccountAuthorizationDetails"))
    assert judged(DELEGATES, people=(role(attached=(hidden.arn,)), hidden)).status is Status.UNKNOWN
    bad = (user(inline={"p": [allow("kms:*")]}),)
    assert judged(DELEGATES, people=bad, gaps={"roles": REFUSED}).status is Status.FAIL
