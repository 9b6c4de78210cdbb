from datetime import timedelta

import pytest

from dynasec.check import Status
from dynasec.model.fact import Listing
from dynasec.model.table import ContinuousBackups, TableBackup
from dynasec.settings import Settings, Thresholds
from tests.support.accounts import NOW, denied, denied_listing, description, region, snapshot, table, verdict
from tests.support.backup import protected, service

CONTROL = "recent-backup"
OFF, ON = ContinuousBackups(enabled=False), ContinuousBackups(enabled=True)
BORN = NOW - timedelta(days=30)
NONE = Listing(())


def backup(hours, *, name="orders", status="AVAILABLE", **members):
    return TableBackup(
        table_arn=table(name).arn,
        backup_arn=f"{table(name).arn}/backup/1",
        backup_name="before-release",
        backup_status=status,
        backup_type="USER",
        backup_creation_date_time=NOW - timedelta(hours=hours),
        **members,
    )


def judged(*, pitr=OFF, backups=NONE, points=NONE, born=BORN, settings=None):
    one = table(continuous_backups=pitr, description=description(creation_date_time=born))
    listing = backups if isinstance(backups, Listing) else Listing(backups)
    found = region(one, table_backups=listing, backup=service(protected=points))
    return verdict(CONTROL, snapshot(found), settings)


def points(hours, name="orders"):
    return Listing((protected(name, when=NOW - timedelta(hours=hours)),))


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"pitr": ON}, Status.PASS),
        ({"backups": (backup(23),)}, Status.PASS),
        ({"backups": (backup(100), backup(1))}, Status.PASS),
        ({"points": points(23)}, Status.PASS),
        ({}, Status.FAIL),
        ({"backups": (backup(25),)}, Status.FAIL),
        ({"points": points(25)}, Status.FAIL),
        ({"backups": (backup(1, name="others"),)}, Status.FAIL),
        ({"points": points(1, "others")}, Status.FAIL),
        ({"backups": (backup(1, status="CREATING"),)}, Status.FAIL),
        ({"backups": (backup(1, status="DELETED"),)}, Status.FAIL),
        ({"pitr": denied("dynamodb:DescribeContinuousBackups")}, Status.UNKNOWN),
        ({"pitr": denied("dynamodb:DescribeContinuousBackups"), "points": points(1)}, Status.PASS),
        ({"backups": denied_listing("dynamodb:ListBackups")}, Status.UNKNOWN),
        ({"points": denied_listing("backup:ListProtectedResources")}, Status.UNKNOWN),
        (
            {"backups": (backup(25),), "points": denied_listing("backup:ListProtectedResources")},
            Status.UNKNOWN,
        ),
    ],
)
def test_status(facts, status):
    assert judged(**facts).status is status


def test_a_backup_of_an_earlier_table_of_the_same_name_does_not_count():
    assert judged(backups=(backup(5),), born=NOW - timedelta(hours=1)).status is Status.FAIL


def test_the_age_is_told_and_may_be_set():
    finding = judged(points=points(72))
    assert finding.reason == "its newest copy, a recovery point of AWS Backup, is 3 days old"
    relaxed = Settings(thresholds=Thresholds(backup_age_hours=72))
    assert judged(points=points(72), settings=relaxed).status is Status.PASS


def test_a_table_that_does_not_tell_its_age_leaves_it_open_whose_backup_it_is():
    assert judged(backups=(backup(1),), born=None).status is Status.UNKNOWN
    assert judged(backups=(backup(1),), born=None, points=points(1)).status is Status.PASS
