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

CONTROL = "humans-federated"
REPORT = credentials(password=True, mfa=True)
NO_ACCESS = Status.PASS

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


def test_without_a_password_it_passes():
    finding = judged(person(READ, credentials(1)))
    assert (finding.status, finding.reason) == (Status.PASS, "has no console password")


def test_mfa_makes_no_federation():
    assert judged(person(READ)).status is Status.FAIL


def test_a_report_that_does_not_tell_of_the_password_is_unknown():
    assert judged(person(READ, credentials(password=None))).status is Status.UNKNOWN
