import pytest

from dynasec.check import Status
from dynasec.model.table import ContinuousBackups
from dynasec.settings import Settings, Thresholds
from tests.support.accounts import denied, region, snapshot, table, verdict

CONTROL = "recovery-window"
WEEK = Settings(thresholds=Thresholds(recovery_window_days=7))


@pytest.mark.parametrize(
    ("backups", "settings", "status"),
    [
        (ContinuousBackups(enabled=True, window_days=35), None, Status.PASS),
        (ContinuousBackups(enabled=True, window_days=34), None, Status.FAIL),
        (ContinuousBackups(enabled=True, window_days=7), WEEK, Status.PASS),
        (ContinuousBackups(enabled=True, window_days=6), WEEK, Status.FAIL),
        (ContinuousBackups(enabled=False), None, Status.NOT_APPLICABLE),
        (ContinuousBackups(enabled=True), None, Status.UNKNOWN),
        (denied("dynamodb:DescribeContinuousBackups"), None, Status.UNKNOWN),
    ],
)
def test_status(backups, settings, status):
    one = snapshot(region(table(continuous_backups=backups)))
    assert verdict(CONTROL, one, settings).status is status


def test_a_window_that_is_not_told_is_not_taken_for_the_longest():
    """Wrong answer 2."""
    one = snapshot(region(table(continuous_backups=ContinuousBackups(enabled=True))))
    assert verdict(CONTROL, one).status is Status.UNKNOWN
