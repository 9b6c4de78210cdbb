import pytest

from dynasec.check import Status
from dynasec.model.table import ContinuousBackups
from tests.support.accounts import denied, region, snapshot, table, verdict

CONTROL = "point-in-time-recovery"


@pytest.mark.parametrize(
    ("backups", "status"),
    [
        (ContinuousBackups(enabled=True, window_days=7), Status.PASS),
        (ContinuousBackups(enabled=True), Status.PASS),
        (ContinuousBackups(enabled=False), Status.FAIL),
        (denied("dynamodb:DescribeContinuousBackups"), Status.UNKNOWN),
    ],
)
def test_status(backups, status):
    assert verdict(CONTROL, snapshot(region(table(continuous_backups=backups)))).status is status


def test_an_unread_switch_names_what_is_missing():
    finding = verdict(
        CONTROL, snapshot(region(table(continuous_backups=denied("dynamodb:DescribeContinuousBackups"))))
    )
    assert [(gap.operation, gap.code) for gap in finding.gaps] == [
        ("dynamodb:DescribeContinuousBackups", "AccessDeniedException")
    ]
