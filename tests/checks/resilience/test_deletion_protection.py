import pytest

from dynasec.check import Status
from tests.support.accounts import denied, description, region, snapshot, table, verdict

CONTROL = "deletion-protection"


@pytest.mark.parametrize(
    ("described", "status"),
    [
        (description(deletion_protection_enabled=True), Status.PASS),
        (description(deletion_protection_enabled=False), Status.FAIL),
        (description(), Status.UNKNOWN),
        (denied("dynamodb:DescribeTable"), Status.UNKNOWN),
    ],
)
def test_status(described, status):
    assert verdict(CONTROL, snapshot(region(table(description=described)))).status is status


def test_an_absent_member_is_named():
    finding = verdict(CONTROL, snapshot(region(table(description=description()))))
    assert "DeletionProtectionEnabled" in finding.gaps[0].message
