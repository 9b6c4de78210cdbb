import json

import pytest

from dynasec.check import Status
from dynasec.model.fact import Fact
from dynasec.settings import Settings, Trust
from tests.support.accounts import judge, snapshot, verdict
from tests.support.identity import REFUSED, allow, deny, identity, managed, role

CONTROL = "no-inverse-allow"
TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"


def but(*not_actions, **more):
    return {"Effect": "Allow", "NotAction": list(not_actions), "Resource": "*", **more}


def elsewhere(*not_resources, action="dynamodb:*"):
    return {"Effect": "Allow", "Action": action, "NotResource": list(not_resources)}


WIDE = [but("iam:*")]


def judged(statements):
    return verdict(CONTROL, snapshot(identity=identity(role(inline={"p": statements}))))


@pytest.mark.parametrize(
    "statements",
    [
        WIDE,
        [but("iam:*", "dynamodb:DeleteTable")],
        [but("dynamodb:*")],  # dax is left
        [but("iam:*", Resource=TABLE)],
        [but("iam:*", Condition={"StringEquals": {"aws:PrincipalTag/team": "a"}})],
        [but("iam:*"), deny("dynamodb:*", "dax:*")],
        [elsewhere(TABLE)],
        [elsewhere("arn:aws:s3:::*", action="*")],
        [elsewhere(TABLE, action="dynamodb:GetItem")],
        [{"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::*"}],
        [allow("s3:*"), but("s3:*")],
    ],
    ids=json.dumps,
)
def test_inverse_allows_that_reach_dynamodb_fail(statements):
    assert judged(statements).status is Status.FAIL


@pytest.mark.parametrize(
    "statements",
    [
        [allow("dynamodb:*")],
        [but("dynamodb:*", "dax:*")],
        [but("d*:*")],
        [but("iam:*", Resource="arn:aws:s3:::bucket/*")],
        [{**but("dynamodb:GetItem"), "Effect": "Deny"}],
        [elsewhere("arn:aws:dynamodb:*", "arn:aws:dax:*", action="*")],
        [elsewhere("arn:aws:s3:::secret/*", action="s3:*")],
        [elsewhere(TABLE, action="dynamodb:DescribeTable")],
    ],
    ids=json.dumps,
)
def test_others_pass(statements):
    assert judged(statements).status is Status.PASS


def test_the_reason_names_what_is_left_out_and_who_holds_it():
    assert judged(WIDE).reason == "statement 1 allows all but iam:*: held by role/app"
    assert judged([elsewhere(TABLE)]).reason == (
        f"statement 1 allows dynamodb:* on all but {TABLE}: held by role/app"
    )


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
    [(("*:role/admin",), Status.NOT_APPLICABLE), (("*:role/app",), Status.FAIL), ((), Status.FAIL)],
)
def test_declared_administrators_may_hold_it(administrators, status):
    holder = role("admin", inline={"p": WIDE})
    settings = Settings(trust=Trust(administrators=administrators))
    assert verdict(CONTROL, snapshot(identity=identity(holder)), settings).status is status
