import pytest

from dynasec.check import Status
from dynasec.model.trail import EventSelectors, TrailStatus
from tests.support.accounts import denied, snapshot, verdict
from tests.support.trails import basic, data, management, store, trail, trails

CONTROL = "trail-logging"
STOPPED = TrailStatus(is_logging=False)
NO_STATUS = denied("cloudtrail:GetTrailStatus")
NO_SELECTORS = denied("cloudtrail:GetEventSelectors")
NO_STORE = denied("cloudtrail:GetEventDataStore")
ALL = basic()


def judge(*found, **listing):
    return verdict(CONTROL, snapshot(trails=trails(*found, **listing)))


@pytest.mark.parametrize(
    ("found", "status"),
    [
        ([trail("org", ALL)], Status.PASS),
        ([trail("org", ALL, account="999999999999")], Status.PASS),
        ([trail("org", ALL, home="eu-west-1")], Status.PASS),
        ([trail("org", advanced=[management()])], Status.PASS),
        ([trail("r", basic(of="ReadOnly")), trail("w", basic(of="WriteOnly"))], Status.PASS),
        ([trail("org", has_custom_event_selectors=False)], Status.PASS),
        ([store("lake", management())], Status.PASS),
        ([], Status.FAIL),
        ([trail("org", ALL, status=STOPPED)], Status.FAIL),
        ([trail("org", ALL, multi_region=False)], Status.FAIL),
        ([trail("org", basic(of="WriteOnly"))], Status.FAIL),
        ([trail("org", basic(of="ReadOnly"))], Status.FAIL),
        ([trail("org", basic(management=False))], Status.FAIL),
        ([trail("org", basic(excluded=["kms.amazonaws.com"]))], Status.FAIL),
        ([trail("org", advanced=[data()])], Status.FAIL),
        ([store("lake", management(), status="STOPPED_INGESTION")], Status.FAIL),
        ([store("lake", management(), multi_region_enabled=False)], Status.FAIL),
        ([store("lake", management(readOnly=["false"]))], Status.FAIL),
        ([trail("org", ALL, status=NO_STATUS)], Status.UNKNOWN),
        ([trail("org", selected=NO_SELECTORS)], Status.UNKNOWN),
        ([trail("org", selected=EventSelectors())], Status.UNKNOWN),
        ([store("lake", description=NO_STORE)], Status.UNKNOWN),
    ],
)
def test_status(found, status):
    assert judge(*found).status is status


def test_what_was_not_collected_is_unknown():
    assert verdict(CONTROL, snapshot()).status is Status.UNKNOWN


@pytest.mark.parametrize("unread", [{"trails_denied_in": ["us-east-1"]}, {"stores_denied_in": ["us-east-1"]}])
def test_an_unlisted_region_hides_a_trail_but_does_not_unprove_one(unread):
    assert judge(**unread).status is Status.UNKNOWN
    assert judge(trail("org", ALL), **unread).status is Status.PASS


def test_another_trail_that_cannot_be_read_does_not_unprove_one():
    dark = trail("dark", selected=NO_SELECTORS, status=NO_STATUS)
    assert judge(trail("org", ALL), dark).status is Status.PASS


def test_an_unread_trail_matters_only_if_it_could_help():
    one_region = trail("local", multi_region=False, selected=NO_SELECTORS, status=NO_STATUS)
    stopped = trail("old", selected=NO_SELECTORS, status=STOPPED)
    no_management = trail("items", basic(management=False), status=NO_STATUS)
    assert judge(one_region, stopped, no_management).status is Status.FAIL


def test_what_no_unread_trail_could_mend_is_a_failure():
    writes, maybe = trail("w", basic(of="WriteOnly")), trail("w2", basic(of="WriteOnly"), status=NO_STATUS)
    assert judge(writes, maybe).status is Status.FAIL


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (trail("ops", ALL, status=STOPPED), "trail ops is stopped"),
        (trail("ops", basic(of="WriteOnly")), "trail ops logs writes only"),
        (trail("ops", ALL, multi_region=False), "trail ops covers us-east-1 only"),
        (trail("ops", basic(excluded=["kms.amazonaws.com"])), "trail ops leaves out kms.amazonaws.com"),
        (trail("ops", advanced=[data()]), "trail ops logs no management events"),
        (
            store("lake", management(), status="STOPPED_INGESTION"),
            "event data store lake is STOPPED_INGESTION",
        ),
    ],
)
def test_a_failure_names_what_each_candidate_lacks(found, says):
    assert says in judge(found).reason


def test_a_failure_without_any_log_says_so():
    assert judge().reason.endswith("no trail and no event data store was found")


def test_only_the_missing_half_is_named():
    assert "all management reads:" in judge(trail("ops", basic(of="WriteOnly"))).reason


def test_a_delivery_error_is_mentioned_but_is_no_failure_here():
    broken = TrailStatus(is_logging=True, latest_delivery_error="AccessDenied")
    finding = judge(trail("org", ALL, status=broken))
    assert finding.status is Status.PASS
    assert "the latest delivery of trail org failed: AccessDenied" in finding.reason


def test_unknown_names_the_trail_status():
    assert [gap.operation for gap in judge(trail("org", ALL, status=NO_STATUS)).gaps] == [
        "cloudtrail:GetTrailStatus"
    ]
