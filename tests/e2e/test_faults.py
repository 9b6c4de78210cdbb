"""One fault stays one fault: only the findings it touches become UNKNOWN, all others are the same to the byte."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from moto import mock_aws

from dynasec.audit.report import audit
from dynasec.check import Status
from dynasec.permissions import reads_of
from dynasec.report.as_json import pieces
from dynasec.settings import Settings
from tests.support import furnished
from tests.support.accounts import registry
from tests.support.emulated import collect_emulated
from tests.support.scripted import AwsError

TABLE = "good"
SAME_AGAIN = {"cloudtrail:GetTrailStatus": {"IsLogging": True, "LatestDeliveryTime": datetime.now(UTC)}}
"""moto's trails have always delivered just now."""
CONTROLS = registry().controls


@pytest.fixture(scope="module")
def account():
    with mock_aws(config={"iam": {"load_aws_managed_policies": True}}):
        furnished.furnish()
        yield


@pytest.fixture(scope="module")
def undisturbed(account):
    del account
    return _findings({})


def _findings(faults):
    script = {**furnished.ANSWERS, **SAME_AGAIN, **faults}
    found, _ = collect_emulated(reads_of(CONTROLS, deep=True, items=True), script=script, replicas=True)
    report = audit(found, registry(), CONTROLS, Settings())
    return {one["fingerprint"]: one for one in json.loads("".join(pieces(report)))["findings"]}


def _of_the_table(error):
    return lambda sent: error if sent.get("TableName") == TABLE else None


READERS = {control.id: control.check.all_reads for control in CONTROLS}


SAME = {("PASS", "PASS"), ("FAIL", "FAIL")}


def _assert_only(operation, arn, at_least, before, after):
    """What differs is UNKNOWN, and a control's that reads the operation: about the thing itself, or about what hangs on it.

    `at_least` are (control, label) pairs that must differ. None is lost; all others are the same bytes.
    """
    assert set(before) <= set(after)
    differing = [after[key] for key in after if json.dumps(after[key]) != json.dumps(before.get(key))]
    for one in differing:
        # what passed or failed for several reasons may still do so for those that could be read
        still = before[one["fingerprint"]]["status"] if one["fingerprint"] in before else None
        assert one["status"] == Status.UNKNOWN.value or (one["status"], still) in SAME, one
        assert operation in READERS[one["control"]], one
        assert one["resource"] == arn or one["resource_type"] != "AWS::DynamoDB::Table", one
        assert (one["status"], still) in SAME or any(gap["operation"] == operation for gap in one["gaps"]), (
            one
        )
    unknown = {(one["control"], one["label"]) for one in differing if one["status"] == Status.UNKNOWN.value}
    assert at_least <= unknown


ARN = f"arn:aws:dynamodb:us-east-1:123456789012:table/{TABLE}"
DESCRIBED = {
    (control, TABLE) for control in ("deletion-protection", "kms-encrypted", "customer-key", "key-usable")
}
NOT_LISTED = {("key-rotation", "(not listed)")}
"""A table that cannot be described may use a key that nobody knows of."""
LET_IN = {("applications-use-roles", "harmless")}
"""A policy that nobody can read, of a table or its stream, may let in a user with a key who has no access otherwise."""


@pytest.mark.parametrize(
    "error",
    [
        AwsError("AccessDeniedException", "User is not authorized to perform dynamodb:DescribeTable"),
        AwsError("ResourceNotFoundException", "Requested resource not found: Table: good not found"),
        ReadTimeoutError(endpoint_url="https://dynamodb.us-east-1.amazonaws.com"),
        ConnectionClosedError(endpoint_url="https://dynamodb.us-east-1.amazonaws.com"),
        NotImplementedError("The describe_table action has not been implemented"),
    ],
    ids=["denied", "deleted mid-scan", "timeout", "connection reset", "not implemented"],
)
def test_one_table_that_cannot_be_described(undisturbed, error):
    after = _findings({"dynamodb:DescribeTable": _of_the_table(error)})
    _assert_only("dynamodb:DescribeTable", ARN, DESCRIBED | NOT_LISTED | LET_IN, undisturbed, after)


def test_one_table_whose_backups_are_denied(undisturbed):
    after = _findings(
        {"dynamodb:DescribeContinuousBackups": _of_the_table(AwsError("AccessDeniedException"))}
    )
    _assert_only(
        "dynamodb:DescribeContinuousBackups", ARN, {("point-in-time-recovery", TABLE)}, undisturbed, after
    )


def test_throttling_beyond_patience_is_a_gap(undisturbed):
    after = _findings({"dynamodb:DescribeContinuousBackups": _of_the_table(AwsError("ThrottlingException"))})
    _assert_only(
        "dynamodb:DescribeContinuousBackups", ARN, {("point-in-time-recovery", TABLE)}, undisturbed, after
    )
    finding = next(
        one for one in after.values() if (one["control"], one["label"]) == ("point-in-time-recovery", TABLE)
    )
    assert finding["gaps"][0]["code"] == "ThrottlingException"


@pytest.mark.parametrize(
    "text",
    [
        "not JSON {",
        '{"Version": "2012-10-17", "Statement": "a string"}',
        json.dumps({"Version": "2012-10-17", "Statement": [["a list"]]}),
        json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Oracle": "says yes"}]}),
        json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "x" * 100_000}]}),
        "[" * 100_000,
    ],
    ids=["no JSON", "a string", "a list", "unknown element", "100 kB", "nesting bomb"],
)
def test_an_unparsable_table_policy(undisturbed, text):
    table = "arn:aws:dynamodb:us-east-1:123456789012:table/own"

    def answer(sent):
        return {"Policy": text, "RevisionId": "1"} if sent.get("ResourceArn") == table else None

    after = _findings({"dynamodb:GetResourcePolicy": answer})
    _assert_only(
        "dynamodb:GetResourcePolicy",
        table,
        {("table-policy-no-foreigners", "own"), *LET_IN},
        undisturbed,
        after,
    )


def test_a_second_page_of_tables_that_is_denied_leaves_the_first_and_says_so(undisturbed):
    pages = itertools.count()

    def answer(_):
        if next(pages) == 0:
            return {"TableNames": ["bare", "good"], "LastEvaluatedTableName": "good"}
        return AwsError("AccessDeniedException")

    after = _findings({"dynamodb:ListTables": answer})
    good = [one for one in after.values() if one["control"] == "point-in-time-recovery"]
    assert {one["label"]: one["status"] for one in good} == {
        "bare": "FAIL",
        "good": "PASS",
        "(not listed)": "UNKNOWN",
    }
    assert json.dumps(good[1]) in {json.dumps(one) for one in undisturbed.values()}


def test_a_region_that_does_not_know_the_credentials_is_disabled_not_empty():
    with mock_aws():
        found, _ = collect_emulated(
            reads_of(CONTROLS), script={"dynamodb:ListTables": AwsError("UnrecognizedClientException")}
        )
        report = audit(found, registry(), CONTROLS, Settings())
    unknown = [one for one in report.findings if one.control == "point-in-time-recovery"]
    assert [(one.status, one.gaps[0].code) for one in unknown] == [(Status.UNKNOWN, "RegionDisabled")]
