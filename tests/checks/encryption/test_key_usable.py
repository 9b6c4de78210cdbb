from datetime import UTC, datetime

import pytest

from dynasec.check import Status
from dynasec.model.fact import Fact, Gap
from dynasec.model.table import Sse
from tests.support.accounts import denied, description, region, snapshot, table, verdict
from tests.support.keys import encrypted, key, key_arn, metadata

CONTROL = "key-usable"
WHEN = datetime(2026, 1, 20, tzinfo=UTC)


def judged(one, *keys):
    return verdict(CONTROL, snapshot(region(one), keys=keys))


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("Enabled", Status.PASS),
        ("Updating", Status.PASS),
        ("Creating", Status.FAIL),
        ("Disabled", Status.FAIL),
        ("PendingDeletion", Status.FAIL),
        ("PendingImport", Status.FAIL),
        ("PendingReplicaDeletion", Status.FAIL),
        ("Unavailable", Status.FAIL),
        ("SomethingNew", Status.UNKNOWN),
    ],
)
def test_every_state_of_a_key(state, status):
    assert judged(encrypted(), key(metadata=metadata(key_state=state))).status is status


def test_a_deletion_is_dated():
    finding = judged(encrypted(), key(metadata=metadata(key_state="PendingDeletion", deletion_date=WHEN)))
    assert "PendingDeletion: KMS deletes it on 2026-01-20" in finding.reason


@pytest.mark.parametrize("state", ["INACCESSIBLE_ENCRYPTION_CREDENTIALS", "ARCHIVING", "ARCHIVED"])
def test_a_locked_table_fails_whatever_its_key_says(state):
    one = table(description=description(table_status=state))
    assert judged(one).status is Status.FAIL


def test_a_key_that_dynamodb_cannot_use_fails_though_it_is_enabled():
    sse = Sse(
        status="ENABLED",
        sse_type="KMS",
        kms_master_key_arn=key_arn(),
        inaccessible_encryption_date_time=WHEN,
    )
    assert judged(encrypted(sse=sse), key()).status is Status.FAIL


def test_the_key_that_aws_owns_is_usable():
    assert judged(table(description=description())).status is Status.PASS
    assert judged(encrypted(sse=Sse(status="DISABLED"))).status is Status.PASS


def test_a_key_that_does_not_exist_any_more_fails():
    lost = Fact(gap=Gap("kms:DescribeKey", "NotFoundException"))
    finding = judged(encrypted(), key(gone=True, metadata=lost))
    assert finding.status is Status.FAIL
    assert "does not exist" in finding.reason


def test_a_foreign_key_that_may_not_be_described_is_unknown():
    foreign = key_arn(account="999999999999")
    one = encrypted(sse=Sse(status="ENABLED", sse_type="KMS", kms_master_key_arn=foreign))
    finding = judged(one, key(arn=foreign, metadata=denied("kms:DescribeKey")))
    assert finding.status is Status.UNKNOWN
    assert [gap.operation for gap in finding.gaps] == ["kms:DescribeKey"]


@pytest.mark.parametrize("status", ["ENABLING", "UPDATING", "DISABLING"])
def test_during_a_change_only_an_unusable_key_is_an_answer(status):
    one = encrypted(sse=Sse(status=status, sse_type="KMS", kms_master_key_arn=key_arn()))
    assert judged(one, key()).status is Status.UNKNOWN
    assert judged(one, key(metadata=metadata(key_state="Disabled"))).status is Status.FAIL


@pytest.mark.parametrize(
    "one",
    [
        encrypted(),
        encrypted(sse=Sse(status="ENABLED", sse_type="KMS")),
        encrypted(sse=Sse(status="UPDATING", sse_type="KMS")),
        table(description=denied("dynamodb:DescribeTable")),
    ],
)
def test_what_was_not_read_is_unknown(one):
    assert judged(one).status is Status.UNKNOWN
