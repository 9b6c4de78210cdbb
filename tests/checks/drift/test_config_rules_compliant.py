import pytest

from dynasec.check import Status
from dynasec.model.fact import Listing
from dynasec.model.recording import DeployedRule
from dynasec.model.table import ContinuousBackups
from tests.support.accounts import denied, denied_listing, description, region, snapshot, table, verdict
from tests.support.recording import judged, recording, rule

CONTROL = "config-rules-compliant"
PITR = "DYNAMODB_PITR_ENABLED"
PROTECTION = "DYNAMODB_TABLE_DELETION_PROTECTION_ENABLED"
NAME = "dynamodb-pitr-enabled"
NO_DETAILS = denied_listing("config:GetComplianceDetailsByConfigRule")


def judge(*rules, of=None, **how):
    return verdict(CONTROL, snapshot(region(of or table(), recording=recording(*rules, **how))))


def test_compliant_passes():
    assert judge(judged(PITR, "COMPLIANT")).status is Status.PASS


def test_one_bad_result_fails_and_names_the_rule():
    found = judge(judged(PITR, "NON_COMPLIANT"), judged(PROTECTION, "COMPLIANT"))
    assert (found.status, NAME in found.reason) == (Status.FAIL, True)


@pytest.mark.parametrize(
    "rules",
    [
        [],
        [judged(PITR, None)],
        [judged(PITR, "NON_COMPLIANT", table="other")],
        [judged(PITR, "NOT_APPLICABLE")],
        [judged(PITR, "INSUFFICIENT_DATA")],
        [judged(PITR, "NON_COMPLIANT", owner="CUSTOM_LAMBDA")],
        [rule("S3_BUCKET_VERSIONING_ENABLED")],
    ],
)
def test_without_a_result_there_is_nothing_to_say(rules):
    assert judge(*rules).status is Status.NOT_APPLICABLE


def test_results_that_cannot_be_read_may_be_bad():
    hidden = DeployedRule(rule=rule(PITR).rule, evaluations=NO_DETAILS)
    assert judge(hidden, judged(PROTECTION, "COMPLIANT")).status is Status.UNKNOWN
    assert judge(hidden, judged(PROTECTION, "NON_COMPLIANT")).status is Status.FAIL
    assert judge(rules=denied_listing("config:DescribeConfigRules")).status is Status.UNKNOWN


@pytest.mark.parametrize(
    "how",
    [
        {"on": False},
        {"recorders": Listing()},
        {"recorder_statuses": denied_listing("config:DescribeConfigurationRecorderStatus")},
    ],
)
def test_good_results_that_nothing_keeps_fresh_prove_nothing(how):
    assert judge(judged(PITR, "COMPLIANT"), **how).status is Status.UNKNOWN
    assert judge(judged(PITR, "NON_COMPLIANT"), **how).status is Status.FAIL


@pytest.mark.parametrize(
    ("compliance", "enabled", "status"),
    [("COMPLIANT", False, Status.PASS), ("NON_COMPLIANT", True, Status.FAIL)],
)
def test_a_result_that_the_table_contradicts_is_named(compliance, enabled, status):
    found = judge(judged(PITR, compliance), of=table(continuous_backups=ContinuousBackups(enabled=enabled)))
    assert (found.status, found.evidence["contradicted"]) == (status, [NAME])
    assert f"shows otherwise now than {NAME}" in found.reason


@pytest.mark.parametrize(
    "of",
    [
        table(continuous_backups=ContinuousBackups(enabled=True)),
        table(continuous_backups=denied("dynamodb:DescribeContinuousBackups")),
    ],
)
def test_agreement_and_ignorance_are_no_contradiction(of):
    found = judge(judged(PITR, "COMPLIANT"), of=of)
    assert (found.status, found.evidence["contradicted"]) == (Status.PASS, [])


def test_deletion_protection_is_compared_too():
    unprotected = table(description=description(deletion_protection_enabled=False))
    assert judge(judged(PROTECTION, "COMPLIANT"), of=unprotected).evidence["contradicted"]
