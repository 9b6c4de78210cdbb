import pytest

from dynasec.check import Status
from dynasec.model.detection import DataSources, DetectorDescription, DetectorFeature, SourceStatus
from dynasec.model.fact import Fact, Listing
from tests.support.accounts import denied, denied_listing, judge, region, snapshot, table, verdict
from tests.support.detection import detection, detector

CONTROL = "guardduty-enabled"
ON, OFF = SourceStatus(status="ENABLED"), SourceStatus(status="DISABLED")


def _found(*detectors):
    return verdict(CONTROL, snapshot(region(table(), detection=detection(detectors=Listing(detectors)))))


def _described(**members):
    return detector(description=Fact(DetectorDescription(status="ENABLED", service_role="role", **members)))


def _features(**statuses):
    return tuple(DetectorFeature(name=name, status=status) for name, status in statuses.items())


def test_an_enabled_detector_with_its_sources_passes():
    assert _found(detector()).status is Status.PASS


def test_no_detector_fails():
    assert _found().status is Status.FAIL


def test_a_suspended_detector_fails():
    assert _found(detector("DISABLED")).status is Status.FAIL


def test_a_source_that_is_off_is_named():
    found = _found(
        _described(features=_features(CLOUD_TRAIL="DISABLED", DNS_LOGS="ENABLED", FLOW_LOGS="ENABLED"))
    )
    assert (found.status, "CLOUD_TRAIL" in found.reason) == (Status.FAIL, True)


@pytest.mark.parametrize(
    ("cloud_trail", "status"), [(ON, Status.PASS), (OFF, Status.FAIL)], ids=["read", "not read"]
)
def test_without_features_the_older_member_decides(cloud_trail, status):
    older = DataSources(cloud_trail=cloud_trail, dns_logs=ON, flow_logs=ON)
    assert _found(_described(features=(), data_sources=older)).status is status


def test_an_answer_that_tells_no_source_is_unknown():
    assert _found(_described()).status is Status.UNKNOWN


def test_an_answer_that_leaves_a_source_out_is_unknown():
    assert _found(_described(features=_features(CLOUD_TRAIL="ENABLED"))).status is Status.UNKNOWN


@pytest.mark.parametrize(
    "detectors",
    [
        denied_listing("guardduty:ListDetectors"),
        Listing((detector(description=denied("guardduty:GetDetector")),)),
    ],
    ids=["list", "get"],
)
def test_a_refusal_is_unknown(detectors):
    found = verdict(CONTROL, snapshot(region(table(), detection=detection(detectors=detectors))))
    assert found.status is Status.UNKNOWN


def test_a_region_without_tables_needs_none():
    assert [one.status for one in judge(CONTROL, snapshot(region()))] == [Status.NOT_APPLICABLE]
