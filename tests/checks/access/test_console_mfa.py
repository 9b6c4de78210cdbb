import json

import pytest

from dynasec.check import Status
from dynasec.model.fact import Fact, Gap, Listing
from dynasec.model.table import ResourcePolicy
from tests.support.accounts import ACCOUNT, denied, region, snapshot, table, verdict
from tests.support.identity import (
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

CONTROL = "console-mfa"
REPORT = credentials(password=True)
NO_ACCESS = Status.NOT_APPLICABLE

ARN = f"arn:aws:iam::{ACCOUNT}:user/ci"
READ = [allow("dynamodb:GetItem")]
REPORT_GAP = Gap("iam:GetCredentialReport", "AccessDenied")


def judged(*things, policy=None, settings=None):
    account = snapshot(region(table(policy=policy, stream_policy=None)), identity=identity(*things))
    return verdict(CONTROL, account, settings)


def person(statements, report=REPORT, **more):
    return user(inline={"p": statements}, credentials=report, **more)


@pytest.mark.parametrize(
    "statement",
    [
        allow("dynamodb:GetItem"),
        allow("dynamodb:DeleteTable"),
        allow("dynamodb:ExportTableToPointInTime"),
        allow("dynamodb:PutResourcePolicy"),
        allow("dynamodb:GetRecords"),
        allow("dax:DeleteCluster"),
        allow("*"),
        {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
        allow("dynamodb:Query", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
    ],
    ids=json.dumps,
)
def test_access_of_any_kind_counts(statement):
    assert judged(person([statement])).status is Status.FAIL


@pytest.mark.parametrize(
    "statements",
    [
        [allow("s3:*")],
        [allow("dynamodb:ListTables", "dynamodb:DescribeTable")],
        [allow("*"), deny("dynamodb:*", "dax:*")],
        [allow("*", resource="arn:aws:s3:::bucket/*")],
    ],
    ids=json.dumps,
)
def test_without_access_there_is_nothing_to_judge(statements):
    finding = judged(person(statements))
    assert (finding.status, finding.reason) == (NO_ACCESS, "has no access to DynamoDB")


def test_access_through_a_group_counts():
    own = managed("AmazonDynamoDBReadOnlyAccess", [allow("dynamodb:Get*", "dynamodb:Scan")], aws=True)
    finding = judged(own, group("team", attached=(own.arn,)), user(groups=("team",), credentials=REPORT))
    assert finding.status is Status.FAIL
    assert finding.reason.endswith("through AmazonDynamoDBReadOnlyAccess, statement 1")


def test_access_by_a_tables_policy_counts():
    named = ResourcePolicy(text=document(allow("dynamodb:DeleteTable", Principal={"AWS": ARN})))
    assert judged(user(credentials=REPORT), policy=named).status is Status.FAIL


def test_what_cannot_be_read_may_give_access():
    refused = denied("dynamodb:GetResourcePolicy")
    assert judged(user(credentials=REPORT), policy=refused).status is Status.UNKNOWN
    hidden = user(inline=Listing(gap=REFUSED), credentials=REPORT)
    assert judged(hidden).status is Status.UNKNOWN
    assert judged(person("{")).status is Status.UNKNOWN


def test_an_unread_report_is_unknown_where_there_is_access():
    assert judged(person(READ, Fact(gap=REPORT_GAP))).gaps == (REPORT_GAP,)
    assert judged(person([allow("s3:*")], Fact(gap=REPORT_GAP))).status is NO_ACCESS


def test_mfa_passes_whatever_the_user_may_do():
    report = credentials(password=True, mfa=True)
    assert judged(person(READ, report)).status is Status.PASS
    assert judged(person("{", report)).status is Status.PASS


def test_without_a_password_there_is_nothing_to_judge():
    assert judged(person(READ, credentials(1))).status is Status.NOT_APPLICABLE


def test_a_report_that_does_not_tell_of_the_password_is_unknown():
    assert judged(person(READ, credentials(password=None, mfa=True))).status is Status.UNKNOWN


def test_the_reason_says_what_is_wrong():
    assert (
        judged(person(READ)).reason == "console password without MFA, with access through ci/p, statement 1"
    )
