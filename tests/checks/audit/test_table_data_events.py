import pytest

from dynasec.check import Status
from dynasec.model.trail import EventSelectors, TrailStatus
from tests.support.accounts import denied, region, snapshot, table, verdict
from tests.support.trails import basic, data, management, store, trail, trails

CONTROL = "table-data-events"
ARN = table("orders").arn
OTHER = table("customers").arn
EVERY = "arn:aws:dynamodb"
STOPPED = TrailStatus(is_logging=False)
NO_STATUS = denied("cloudtrail:GetTrailStatus")
NO_SELECTORS = denied("cloudtrail:GetEventSelectors")
USER = data(**{"userIdentity.arn": ["arn:aws:iam::123456789012:role/app"]})


def judge(*found, tags=None, **listing):
    account = snapshot(region(table("orders", tags=tags)), trails=trails(*found, **listing))
    return verdict(CONTROL, account)


@pytest.mark.parametrize(
    ("found", "status"),
    [
        ([trail("items", basic(EVERY))], Status.PASS),
        ([trail("items", basic(ARN))], Status.PASS),
        ([trail("items", basic(ARN), multi_region=False)], Status.PASS),
        ([trail("items", advanced=[data()])], Status.PASS),
        ([trail("items", advanced=[data(resources_arn=[ARN])])], Status.PASS),
        ([trail("items", advanced=[data(readOnly=["true"]), data(readOnly=["false"])])], Status.PASS),
        ([trail("r", basic(ARN, of="ReadOnly")), trail("w", basic(ARN, of="WriteOnly"))], Status.PASS),
        ([store("lake", data())], Status.PASS),
        ([store("lake", data(), multi_region_enabled=False)], Status.PASS),
        ([], Status.FAIL),
        ([trail("items", basic())], Status.FAIL),
        ([trail("items", basic(ARN, of="ReadOnly"))], Status.FAIL),
        ([trail("items", advanced=[management()])], Status.FAIL),
        ([trail("items", advanced=[data(eventName=["GetItem"])])], Status.FAIL),
        ([store("lake", data(), status="STARTING_INGESTION")], Status.FAIL),
        ([store("lake", data(), home="eu-west-1", multi_region_enabled=False)], Status.FAIL),
        ([store("lake", management())], Status.FAIL),
        ([trail("items", advanced=[USER])], Status.UNKNOWN),
        ([trail("items", basic(EVERY), status=NO_STATUS)], Status.UNKNOWN),
        ([trail("items", selected=NO_SELECTORS)], Status.UNKNOWN),
        ([store("lake", description=denied("cloudtrail:GetEventDataStore"))], Status.UNKNOWN),
    ],
)
def test_status(found, status):
    assert judge(*found, regions=("us-east-1", "eu-west-1")).status is status


def test_a_table_that_is_not_sensitive_need_not_be_logged():
    assert judge(tags={"data-class": "public"}).status is Status.NOT_APPLICABLE


def test_what_was_not_collected_is_unknown():
    assert verdict(CONTROL, snapshot()).status is Status.UNKNOWN


def test_a_trail_that_is_stopped_logs_nothing():
    finding = judge(trail("items", basic(EVERY), status=STOPPED))
    assert finding.status is Status.FAIL
    assert "trail items is stopped" in finding.reason


def test_a_trail_of_writes_misses_reads():
    finding = judge(trail("ops", basic(EVERY, of="WriteOnly")))
    assert finding.status is Status.FAIL
    assert finding.reason == "not all reads of items are logged: trail ops logs writes only"


def test_a_selector_for_another_table_does_not_help():
    for other in (trail("items", basic(OTHER)), trail("items", advanced=[data(resources_arn=[OTHER])])):
        finding = judge(other)
        assert finding.status is Status.FAIL
        assert "trail items logs no data events of it" in finding.reason


def test_a_single_region_trail_of_another_region_does_not_help():
    finding = judge(
        trail("items", basic(EVERY), home="eu-west-1", multi_region=False), regions=("us-east-1", "eu-west-1")
    )
    assert finding.status is Status.FAIL
    assert "trail items covers eu-west-1 only" in finding.reason


def test_a_trail_that_logs_management_events_only_is_not_enough():
    assert judge(trail("org", basic(), has_custom_event_selectors=False)).status is Status.FAIL


def test_the_nearest_log_is_named_first():
    finding = judge(
        trail("a", basic()),
        trail("b", basic(EVERY), status=STOPPED),
        trail("c", basic(EVERY, of="WriteOnly")),
    )
    assert finding.reason.endswith(
        "trail c logs writes only; trail b is stopped; trail a logs no data events of it"
    )


@pytest.mark.parametrize("unread", [{"trails_denied_in": ["us-east-1"]}, {"stores_denied_in": ["us-east-1"]}])
def test_an_unlisted_region_hides_a_trail_but_does_not_unprove_one(unread):
    assert judge(**unread).status is Status.UNKNOWN
    assert judge(trail("items", basic(EVERY)), **unread).status is Status.PASS


def test_trails_of_another_region_that_cannot_be_listed_do_not_matter():
    both = ("us-east-1", "eu-west-1")
    assert judge(regions=both, trails_denied_in=["eu-west-1"]).status is Status.FAIL
    assert judge(regions=both, stores_denied_in=["eu-west-1"]).status is Status.UNKNOWN


def test_a_proven_half_does_not_hide_a_missing_one():
    missing = judge(
        trail("w", basic(ARN, of="WriteOnly")), trail("w2", basic(ARN, of="WriteOnly"), status=NO_STATUS)
    )
    assert missing.status is Status.FAIL
    perhaps = judge(
        trail("w", basic(ARN, of="WriteOnly")), trail("r", basic(ARN, of="ReadOnly"), status=NO_STATUS)
    )
    assert perhaps.status is Status.UNKNOWN


def test_selectors_of_two_kinds_may_complete_each_other():
    reads = trail("r", basic(ARN, of="ReadOnly"))
    both = judge(reads, trail("w", advanced=[data(readOnly=["false"])]))
    assert both.status is Status.UNKNOWN
    assert {gap.code for gap in both.gaps} == {"Undecided"}
    writes = judge(trail("w", basic(ARN, of="WriteOnly")), trail("w2", advanced=[data(readOnly=["false"])]))
    assert writes.status is Status.FAIL


def test_what_each_event_alone_tells_is_not_guessed():
    finding = judge(trail("items", advanced=[USER]))
    assert {(gap.operation, gap.code) for gap in finding.gaps} == {
        ("cloudtrail:GetEventSelectors", "Undecided")
    }


def test_custom_selectors_that_are_not_told_are_unknown():
    assert judge(trail("items", selected=EventSelectors())).status is Status.UNKNOWN
