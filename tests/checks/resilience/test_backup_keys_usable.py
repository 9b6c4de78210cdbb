import pytest

from dynasec.check import Status
from dynasec.model.fact import Fact, Gap, Listing
from dynasec.model.table import Sse, TableBackup
from tests.support.accounts import NOW, denied, denied_listing, region, snapshot, table, verdict
from tests.support.backup import protected, service, vault
from tests.support.keys import key, key_arn, metadata

CONTROL = "backup-keys-usable"
KMS = Sse(status="ENABLED", sse_type="KMS", kms_master_key_arn=key_arn())
VAULTS = Listing((vault(encryption_key_arn=key_arn()),))
GOOD, BAD = key(), key(metadata=metadata(key_state="PendingDeletion"))


def backup(sse=KMS, *, status="AVAILABLE", name="orders"):
    return TableBackup(
        table_arn=table(name).arn,
        backup_arn="arn",
        backup_name="before",
        backup_status=status,
        backup_type="USER",
        backup_creation_date_time=NOW,
        encryption=sse if isinstance(sse, Fact) else Fact(sse),
    )


def judged(*backups, keys=(GOOD,), points=(), vaults=VAULTS, listing=None):
    points = points if isinstance(points, Listing) else Listing(points)
    found = region(
        table(), table_backups=listing or Listing(backups), backup=service(vaults=vaults, protected=points)
    )
    return verdict(CONTROL, snapshot(found, keys=keys))


@pytest.mark.parametrize(
    ("backups", "keys", "status"),
    [
        ((backup(),), (GOOD,), Status.PASS),
        ((backup(None),), (), Status.PASS),
        ((backup(Sse(sse_type="AES256")),), (), Status.PASS),
        ((backup(),), (BAD,), Status.FAIL),
        ((backup(),), (key(gone=True, metadata=Fact(gap=Gap("kms:DescribeKey", "NotFound"))),), Status.FAIL),
        ((backup(denied("dynamodb:DescribeBackup")), backup()), (BAD,), Status.FAIL),
        ((backup(denied("dynamodb:DescribeBackup")),), (GOOD,), Status.UNKNOWN),
        ((backup(Sse(status="ENABLED", sse_type="KMS")),), (GOOD,), Status.UNKNOWN),
        ((backup(),), (key(metadata=denied("kms:DescribeKey")),), Status.UNKNOWN),
        ((backup(),), (key(metadata=metadata(key_state="New")),), Status.UNKNOWN),
        ((backup(),), (), Status.UNKNOWN),
        ((), (BAD,), Status.NOT_APPLICABLE),
        ((backup(status="DELETED"), backup(name="others")), (BAD,), Status.NOT_APPLICABLE),
    ],
)
def test_on_demand_backups(backups, keys, status):
    assert judged(*backups, keys=keys).status is status


@pytest.mark.parametrize(
    ("vaults", "keys", "status"),
    [
        (VAULTS, (GOOD,), Status.PASS),
        (VAULTS, (BAD,), Status.FAIL),
        (
            Listing((vault(encryption_key_arn=key_arn(), encryption_key_type="AWS_OWNED_KMS_KEY"),)),
            (),
            Status.PASS,
        ),
        (Listing((vault(),)), (GOOD,), Status.UNKNOWN),
        (Listing(()), (GOOD,), Status.UNKNOWN),
        (denied_listing("backup:ListBackupVaults"), (GOOD,), Status.UNKNOWN),
    ],
)
def test_recovery_points_are_under_their_vaults_key(vaults, keys, status):
    assert judged(points=(protected(),), vaults=vaults, keys=keys).status is status


def test_hidden_backups_are_unknown():
    assert judged(listing=denied_listing("dynamodb:ListBackups")).status is Status.UNKNOWN
    assert judged(points=denied_listing("backup:ListProtectedResources")).status is Status.UNKNOWN


def test_a_failure_names_backup_key_and_state():
    assert judged(backup(), keys=(BAD,)).reason.startswith("backup before cannot be restored: the key ")
