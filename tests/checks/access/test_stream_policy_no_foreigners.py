import json

import pytest

from dynasec.check import Severity, Status
from dynasec.model.table import ResourcePolicy
from dynasec.settings import Settings, Trust
from tests.support.accounts import ACCOUNT, denied, description, region, snapshot, table, verdict
from tests.support.identity import allow, deny, document

CONTROL = "stream-policy-no-foreigners"
OTHER = "999999999999"
STREAM = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders/stream/2026-01-01T00:00:00.000"
STREAMED = description(latest_stream_arn=STREAM)
FOREIGNER = {"AWS": f"arn:aws:iam::{OTHER}:root"}


def judged(policy, described=STREAMED, **trust):
    account = snapshot(region(table(description=described, policy=None, stream_policy=policy)))
    return verdict(CONTROL, account, Settings(trust=Trust(**trust)))


def policy(*statements):
    return ResourcePolicy(text=document(*statements), revision_id="r1")


def to(principal, *actions, **more):
    return allow(*(actions or ("dynamodb:GetRecords",)), resource=STREAM, Principal=principal, **more)


def test_a_table_without_a_stream_is_not_applicable():
    assert judged(None, description()).status is Status.NOT_APPLICABLE


def test_a_stream_without_a_policy_admits_nobody():
    finding = judged(None)
    assert (finding.status, finding.reason) == (Status.PASS, "its stream has no resource policy")


@pytest.mark.parametrize(
    "statements",
    [
        [to({"AWS": f"arn:aws:iam::{ACCOUNT}:role/consumer"})],
        [to("*", Condition={"StringEquals": {"aws:PrincipalAccount": ACCOUNT}})],
        [to(FOREIGNER), deny("dynamodb:*", resource=STREAM, Principal="*")],
        [deny("dynamodb:*", resource=STREAM, Principal=FOREIGNER)],
    ],
    ids=json.dumps,
)
def test_policies_that_admit_nobody_from_outside(statements):
    assert judged(policy(*statements)).status is Status.PASS


@pytest.mark.parametrize(
    "statement",
    [
        to(FOREIGNER),
        to({"AWS": OTHER}),
        to("*"),
        to(FOREIGNER, "dynamodb:*"),
        to("*", Condition={"StringEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}),
        to({"Service": "glue.amazonaws.com"}),
    ],
    ids=json.dumps,
)
def test_foreigners_fail(statement):
    finding = judged(policy(statement))
    assert (finding.status, finding.severity) == (Status.FAIL, Severity.CRITICAL)
    assert finding.reason.startswith("on its stream, statement 1 admits ")
    assert "dynamodb:GetRecords" in finding.evidence["admitted"][0]["actions"]
    assert finding.evidence["stream"] == STREAM


def test_a_deny_on_the_table_does_not_help_the_stream():
    table_arn = STREAM.partition("/stream/")[0]
    guarded = policy(to(FOREIGNER), deny("dynamodb:*", resource=table_arn, Principal="*"))
    assert judged(guarded).status is Status.FAIL


def test_a_disabled_stream_still_counts():
    disabled = description(latest_stream_arn=STREAM, stream_specification=None)
    assert judged(policy(to(FOREIGNER)), disabled).status is Status.FAIL


def test_trusted_accounts_are_no_foreigners():
    assert judged(policy(to(FOREIGNER)), accounts=(OTHER,)).status is Status.PASS


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_malformed_policy_is_unknown(text):
    assert judged(ResourcePolicy(text=text)).status is Status.UNKNOWN


def test_a_name_that_tells_no_account_is_unknown():
    assert judged(policy(to({"AWS": "AROAEXAMPLEEXAMPLE12"}))).status is Status.UNKNOWN


def test_what_is_denied_is_unknown():
    assert judged(denied("dynamodb:GetResourcePolicy")).status is Status.UNKNOWN
    assert judged(None, denied("dynamodb:DescribeTable")).status is Status.UNKNOWN
