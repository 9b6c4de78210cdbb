import pytest

from dynasec.check import Status
from dynasec.model.fact import Fact, Listing
from tests.support.accounts import denied, denied_listing, region, snapshot, table, verdict
from tests.support.detection import detection, detector

CONTROL = "guardduty-publishes-quickly"


def found(frequency="FIFTEEN_MINUTES", status="ENABLED", **members):
    described = detector(status).description.known()
    own = detector(description=Fact(described.model_copy(update={"finding_publishing_frequency": frequency})))
    here = detection(**{"detectors": Listing((own,)), **members})
    return verdict(CONTROL, snapshot(region(table(), detection=here)))


@pytest.mark.parametrize(
    ("frequency", "status"),
    [
        ("FIFTEEN_MINUTES", Status.PASS),
        ("ONE_HOUR", Status.FAIL),
        ("SIX_HOURS", Status.FAIL),
        (None, Status.UNKNOWN),
        ("DAILY", Status.UNKNOWN),
    ],
)
def test_status(frequency, status):
    assert found(frequency).status is status


def test_a_failure_names_detector_and_frequency():
    assert found("SIX_HOURS").reason == "detector d1 publishes every 6 hours"


def test_without_an_enabled_detector_there_is_nothing_to_publish():
    assert found(status="DISABLED").status is Status.NOT_APPLICABLE
    assert found(detectors=Listing()).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    "detectors",
    [
        denied_listing("guardduty:ListDetectors"),
        Listing((detector(description=denied("guardduty:GetDetector")),)),
    ],
)
def test_a_detector_that_cannot_be_read_is_unknown(detectors):
    assert found(detectors=detectors).status is Status.UNKNOWN
