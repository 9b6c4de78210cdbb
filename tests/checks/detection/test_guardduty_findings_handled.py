from datetime import timedelta

import pytest

from dynasec.check import Status
from dynasec.model.detection import OpenFinding
from dynasec.model.fact import Listing
from dynasec.settings import Settings
from tests.support.accounts import NOW, denied, denied_listing, region, snapshot, table, verdict
from tests.support.detection import detection, detector

CONTROL = "guardduty-findings-handled"
CREDENTIALS = "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS"
LIST = "guardduty:ListFindings"


def finding(kind=CREDENTIALS, *, days=8, service=None, name="f1"):
    raw = {
        "Id": name,
        "Type": kind,
        "Severity": 8,
        "CreatedAt": NOW - timedelta(days=days),
        "UpdatedAt": NOW,
        "Service": {"Action": {"AwsApiCallAction": {"Api": "Scan", "ServiceName": service}}}
        if service
        else {},
    }
    return OpenFinding.model_validate(raw)


def judge(*findings, settings=None, listing=None, **members):
    own = detector(findings=listing or Listing(findings))
    here = detection(**{"detectors": Listing((own,)), **members})
    return verdict(CONTROL, snapshot(region(table(), detection=here)), settings)


def test_nothing_open_passes():
    assert judge().status is Status.PASS


@pytest.mark.parametrize(
    "one",
    [
        finding(),
        finding("AttackSequence:IAM/CompromisedCredentials"),
        finding("Discovery:Kubernetes/x", service="dynamodb.amazonaws.com"),
        finding("Discovery:Kubernetes/x", service="kms.amazonaws.com"),
    ],
)
def test_an_old_finding_about_tables_or_credentials_fails(one):
    found = judge(one)
    assert (found.status, found.reason) == (Status.FAIL, f"{one.type} is open since 2026-01-07")


def test_the_oldest_is_named_and_the_others_counted():
    found = judge(finding(days=9, name="a"), finding(days=30, name="b"), finding(days=1, name="c"))
    assert found.reason.endswith("is open since 2025-12-16 and 1 more")
    assert set(found.evidence["open"]) == {"a", "b"}


@pytest.mark.parametrize(
    "one",
    [
        finding(days=7),
        finding("CryptoCurrency:EC2/BitcoinTool.B"),
        finding("Discovery:S3/x", service="s3.amazonaws.com"),
    ],
)
def test_young_findings_and_others_pass(one):
    assert judge(one).status is Status.PASS


def test_how_long_a_finding_may_be_open_is_configured():
    strict = Settings.model_validate({"thresholds": {"open_finding_days": 0}})
    assert judge(finding(days=1), settings=strict).status is Status.FAIL


def test_findings_that_were_not_read_may_be_worse():
    assert judge(listing=denied_listing(LIST)).status is Status.UNKNOWN
    assert judge(listing=denied_listing(LIST, finding(days=1))).status is Status.UNKNOWN
    assert judge(listing=denied_listing(LIST, finding())).status is Status.FAIL


def test_without_an_enabled_detector_there_are_none():
    assert judge(detectors=Listing()).status is Status.NOT_APPLICABLE
    assert judge(detectors=Listing((detector("DISABLED"),))).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    "detectors",
    [
        denied_listing("guardduty:ListDetectors"),
        Listing((detector(description=denied("guardduty:GetDetector")),)),
        Listing((detector(),)),
    ],
)
def test_a_detector_that_cannot_be_read_is_unknown(detectors):
    assert judge(detectors=detectors).status is Status.UNKNOWN
