import pytest

from dynasec.check import Status
from dynasec.model.fact import Listing
from dynasec.settings import Settings, Trust
from tests.support.accounts import ACCOUNT, judge, snapshot
from tests.support.identity import REFUSED, allow, group, identity, managed, role, user

CONTROL = "no-broad-managed-policy"
ADMINS = Settings(trust=Trust(administrators=("arn:aws:iam::*:role/ops", "arn:aws:iam::*:user/ada")))


def broad(name="AmazonDynamoDBFullAccess", attachments=1, **more):
    return managed(name, [allow("dynamodb:*")], aws=True, attachments=attachments, **more)


def judged(policy, *things, settings=ADMINS, **gaps):
    findings = judge(CONTROL, snapshot(identity=identity(policy, *things, gaps=gaps)), settings)
    (found,) = [one for one in findings if one.resource == policy.arn]
    return found


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("AmazonDynamoDBFullAccess", "/"),
        ("AmazonDynamoDBFullAccess_v2", "/"),
        ("AmazonDynamoDBFullAccesswithDataPipeline", "/"),
        ("AmazonDynamoDBReadOnlyAccess", "/"),
        ("ReadOnlyAccess", "/"),
        ("AdministratorAccess", "/"),
        ("PowerUserAccess", "/"),
        ("DatabaseAdministrator", "/job-function/"),
    ],
)
def test_held_by_an_application_it_fails(name, path):
    policy = broad(name, path=path)
    finding = judged(policy, role("app", attached=(policy.arn,)))
    assert finding.status is Status.FAIL
    assert finding.reason.endswith("held by role/app, not among declared administrators")


def test_read_only_access_reads_items():
    policy = broad("AmazonDynamoDBReadOnlyAccess")
    finding = judged(policy, role("app", attached=(policy.arn,)))
    assert finding.reason.startswith("reads every item of every table")


def test_held_by_administrators_it_passes():
    policy = broad(attachments=2)
    holders = (role("ops", attached=(policy.arn,)), user("ada", attached=(policy.arn,)))
    assert judged(policy, *holders).status is Status.PASS


def test_without_declared_administrators_every_holder_is_at_fault():
    policy = broad("AdministratorAccess")
    finding = judged(policy, role("ops", attached=(policy.arn,)), settings=Settings())
    assert finding.status is Status.FAIL
    assert finding.reason.endswith("held by role/ops, and there are no declared administrators")


def test_one_holder_who_is_no_administrator_fails():
    policy = broad(attachments=2)
    finding = judged(policy, role("ops", attached=(policy.arn,)), role("app", attached=(policy.arn,)))
    assert finding.status is Status.FAIL
    assert finding.evidence["not_administrators"] == [f"arn:aws:iam::{ACCOUNT}:role/app"]


def test_members_of_a_group_are_holders():
    policy = broad()
    team = group("team", attached=(policy.arn,))
    assert judged(policy, team, user("ada", groups=("team",))).status is Status.PASS
    finding = judged(policy, team, user("ada", groups=("team",)), user("bob", groups=("team",)))
    assert finding.status is Status.FAIL
    assert "user/bob" in finding.reason
    assert judged(policy, team).status is Status.NOT_APPLICABLE


def test_a_name_alike_is_no_administrator():
    policy = broad()
    assert judged(policy, role("ops2", attached=(policy.arn,))).status is Status.FAIL
    assert judged(policy, role("ops", path="/x/", attached=(policy.arn,))).status is Status.FAIL


@pytest.mark.parametrize(
    "policy",
    [
        managed("AmazonDynamoDBFullAccess", [allow("dynamodb:*")], attachments=1),
        broad("AmazonS3FullAccess"),
        broad(attachments=0),
    ],
)
def test_the_customers_own_other_and_idle_policies_are_not_applicable(policy):
    holders = () if policy.attachments == 0 else (role("app", attached=(policy.arn,)),)
    assert judged(policy, *holders).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize("gap", ["users", "groups", "roles"])
def test_holders_that_could_not_be_listed_make_it_unknown(gap):
    policy = broad()
    holder = role("ops", attached=(policy.arn,))
    assert judged(policy, holder, **{gap: REFUSED}).status is Status.UNKNOWN


@pytest.mark.parametrize("attachments", [None, 2])
def test_more_attachments_than_known_holders_are_unknown(attachments):
    policy = broad(attachments=attachments)
    assert judged(policy, role("ops", attached=(policy.arn,))).status is Status.UNKNOWN
    assert judged(policy, role("app", attached=(policy.arn,))).status is Status.FAIL


def test_unread_groups_of_a_user_may_hold_it():
    policy = broad()
    team, ada = group("team", attached=(policy.arn,)), user("ada", groups=("team",))
    hidden = user("bob", groups=Listing(gap=REFUSED))
    assert judged(policy, team, ada, hidden).status is Status.UNKNOWN
