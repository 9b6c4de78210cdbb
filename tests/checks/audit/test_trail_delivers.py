from datetime import UTC, datetime

import pytest

from dynasec.check import Status
from dynasec.model.trail import TrailStatus
from tests.support.accounts import denied, snapshot, verdict
from tests.support.trails import trail, trails

CONTROL = "trail-delivers"
LATEST = datetime(2026, 1, 15, 11, 55, tzinfo=UTC)
GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:trail:*"


def judge(status=None, **description):
    return verdict(CONTROL, snapshot(trails=trails(trail(status=status, **description))))


def told(**members):
    return TrailStatus(**{"is_logging": True, "latest_delivery_time": LATEST, **members})


def test_a_trail_that_delivered_passes():
    found = judge(told())
    assert (found.status, "2026-01-15T11:55" in found.reason) == (Status.PASS, True)


def test_an_error_fails_although_the_trail_is_logging():
    found = judge(told(latest_delivery_error="NoSuchBucket"))
    assert (found.status, found.reason) == (Status.FAIL, "log files are not delivered: NoSuchBucket")


@pytest.mark.parametrize(
    ("error", "description"),
    [
        ({"latest_digest_delivery_error": "AccessDenied"}, {"log_file_validation_enabled": True}),
        (
            {"latest_cloud_watch_logs_delivery_error": "AccessDenied"},
            {"cloud_watch_logs_log_group_arn": GROUP},
        ),
    ],
)
def test_errors_of_what_is_switched_off_are_leftovers(error, description):
    assert judge(told(**error), **description).status is Status.FAIL
    assert judge(told(**error)).status is Status.PASS


def test_an_empty_error_is_none():
    assert judge(told(latest_delivery_error="")).status is Status.PASS


def test_a_trail_that_has_not_delivered_yet_is_unknown():
    assert judge(told(latest_delivery_time=None)).status is Status.UNKNOWN
    assert judge(told(latest_delivery_time=None, latest_delivery_error="AccessDenied")).status is Status.FAIL


def test_a_stopped_trail_is_another_controls_matter():
    assert judge(told(is_logging=False, latest_delivery_error="x")).status is Status.NOT_APPLICABLE


def test_a_status_that_cannot_be_read_is_unknown():
    assert judge(denied("cloudtrail:GetTrailStatus")).status is Status.UNKNOWN
