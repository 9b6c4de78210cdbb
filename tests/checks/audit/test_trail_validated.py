import pytest

from dynasec.check import Status
from tests.support.accounts import judge, region, snapshot, verdict
from tests.support.trails import trail, trails

CONTROL = "trail-validated"


@pytest.mark.parametrize(
    ("switch", "status"), [(True, Status.PASS), (False, Status.FAIL), (None, Status.UNKNOWN)]
)
def test_status(switch, status):
    account = snapshot(trails=trails(trail(log_file_validation_enabled=switch)))
    assert verdict(CONTROL, account).status is status


def test_a_trail_matters_although_its_region_has_no_table():
    account = snapshot(region(), trails=trails(trail(log_file_validation_enabled=False)))
    assert verdict(CONTROL, account).status is Status.FAIL


def test_a_region_that_cannot_show_its_trails_is_unknown():
    account = snapshot(trails=trails(trail(log_file_validation_enabled=True), trails_denied_in=["us-east-1"]))
    assert [one.status for one in judge(CONTROL, account)] == [Status.PASS, Status.UNKNOWN]
