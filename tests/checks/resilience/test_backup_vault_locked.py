from datetime import timedelta

import pytest

from dynasec.check import Status
from dynasec.model.fact import Listing
from tests.support.accounts import ACCOUNT, NOW, denied, denied_listing, region, snapshot, table, verdict
from tests.support.backup import protected, service, vault
from tests.support.identity import deny, document

CONTROL = "backup-vault-locked"
POINTS = Listing((protected(),))
PAST, FUTURE = NOW - timedelta(days=1), NOW + timedelta(days=1)


def policy(**members):
    return document({**deny("backup:DeleteRecoveryPoint"), "Principal": "*", **members})


def judged(one, points=POINTS):
    backup = service(vaults=Listing((one,)), protected=points)
    return verdict(CONTROL, snapshot(region(table(), backup=backup)))


@pytest.mark.parametrize(
    ("one", "status"),
    [
        (vault(locked=True, lock_date=PAST), Status.PASS),
        (vault(locked=True, policy=policy()), Status.PASS),
        (vault(locked=True, policy=policy(Action="backup:*")), Status.PASS),
        (vault(locked=True, lock_date=FUTURE, policy=policy()), Status.PASS),
        (vault(locked=True, lock_date=PAST, policy=denied("backup:Read")), Status.PASS),
        (vault(locked=False, policy=policy()), Status.FAIL),
        (vault(locked=True), Status.FAIL),
        (vault(locked=True, lock_date=FUTURE), Status.FAIL),
        (vault(locked=True, policy=policy(Effect="Allow")), Status.FAIL),
        (vault(locked=True, policy=policy(Action="backup:DeleteBackupVault")), Status.FAIL),
        (vault(locked=True, policy=policy(Principal={"AWS": ACCOUNT})), Status.FAIL),
        (
            vault(locked=True, policy=policy(Resource="arn:aws:backup:us-east-1:1:recovery-point:x")),
            Status.FAIL,
        ),
        (
            vault(locked=True, policy=policy(Condition={"Null": {"aws:PrincipalTag/x": "true"}})),
            Status.UNKNOWN,
        ),
        (vault(locked=True, policy=denied("backup:GetBackupVaultAccessPolicy")), Status.UNKNOWN),
        (vault(locked=True, policy="{"), Status.UNKNOWN),
        (vault(), Status.UNKNOWN),
    ],
)
def test_status(one, status):
    assert judged(one).status is status


def test_a_vault_without_backups_of_tables():
    one = vault(locked=False)
    assert judged(one, Listing(())).status is Status.NOT_APPLICABLE
    assert judged(one, Listing((protected(vault=None),))).status is Status.NOT_APPLICABLE
    assert judged(one, denied_listing("backup:ListProtectedResources")).status is Status.UNKNOWN
