"""The remediation `rescue-key`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest

from dynasec.audit.report import Report, audit
from dynasec.model.backup import BackupService
from dynasec.model.fact import Fact, Listing
from dynasec.model.key import Key
from dynasec.model.table import Sse, TableBackup
from dynasec.remedy.plan import Plan
from dynasec.settings import Settings
from tests.support.accounts import ACCOUNT, NOW, description, region, registry, snapshot, table
from tests.support.dynamodb_shim import Shim, like_dynamodb
from tests.support.keys import encrypted, key, key_arn, metadata
from tests.support.remedied import Stage, planned, read, round_trip

NAME = "rescue-key"
ANSWERS: Any = {"backup:ListProtectedResources": {"Results": []}}


@pytest.fixture(autouse=True)
def shim(aws: None) -> Iterator[Shim]:
    del aws
    with like_dynamodb() as found:
        yield found


def make(name: str, arn: str | None = None) -> None:
    sse: Any = {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": arn}} if arn else {}
    boto3.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        **sse,
    )


def made_key(**members: Any) -> str:
    return str(boto3.client("kms").create_key(**members)["KeyMetadata"]["Arn"])


def doom(arn: str) -> None:
    boto3.client("kms").schedule_key_deletion(KeyId=arn)


def test_round_trip_of_a_key_that_waits_for_its_deletion_and_serves_two_tables() -> None:
    arn = made_key()
    make("orders", arn)
    make("customers", arn)
    doom(arn)
    found = round_trip(NAME, script=ANSWERS, remains=("key_state", "enabled", "deletion_date"))
    (change,) = found.changes
    assert [call.operation for call in change.calls] == ["kms:CancelKeyDeletion", "kms:EnableKey"]
    assert len(change.fingerprints) == 2
    assert boto3.client("kms").describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == "Enabled"


def test_round_trip_of_a_disabled_key() -> None:
    arn = made_key()
    make("orders", arn)
    boto3.client("kms").disable_key(KeyId=arn)
    (change,) = round_trip(NAME, script=ANSWERS, remains=("key_state", "enabled", "deletion_date")).changes
    assert [call.operation for call in change.calls] == ["kms:EnableKey"]


def test_round_trip_of_the_key_of_a_backup_alone() -> None:
    arn = made_key()
    make("orders", arn)
    dynamodb = boto3.client("dynamodb")
    dynamodb.create_backup(TableName="orders", BackupName="before")
    dynamodb.update_table(TableName="orders", SSESpecification={"Enabled": False})
    boto3.client("kms").disable_key(KeyId=arn)
    (change,) = round_trip(NAME, script=ANSWERS, remains=("key_state", "enabled", "deletion_date")).changes
    assert change.controls == ("backup-keys-usable",)


def test_a_key_of_a_stack_is_left_to_the_stack() -> None:
    arn = made_key(Tags=[{"TagKey": "aws:cloudformation:stack-name", "TagValue": "shop"}])
    make("orders", arn)
    boto3.client("kms").disable_key(KeyId=arn)
    (change,) = planned(NAME, read(NAME, script=ANSWERS)).changes
    assert [one.override for one in change.blocked] == ["allow-drift"]


def test_a_key_that_somebody_else_rescued_is_stale() -> None:
    arn = made_key()
    make("orders", arn)
    boto3.client("kms").disable_key(KeyId=arn)
    found = planned(NAME, read(NAME, script=ANSWERS))
    boto3.client("kms").enable_key(KeyId=arn)
    with pytest.raises(AssertionError, match="kms:DescribeKey"):
        Stage().apply(found)


def audited(one: Any, *keys: Any) -> Report:
    controls = [registry().get("key-usable")]
    account = snapshot(region(one)).model_copy(update={"keys": keys})
    return audit(account, registry(), controls, Settings())


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"metadata": metadata(key_state="PendingImport", enabled=False)}, "PendingImport"),
        ({"metadata": metadata(key_state="Unavailable", enabled=False)}, "Unavailable"),
        ({"gone": True}, "gone"),
    ],
)
def test_what_no_call_rescues_is_advice(facts: dict[str, Any], words: str) -> None:
    found = planned(NAME, audited(encrypted(), key(**facts)))
    assert found.changes == ()
    assert words in found.advice[0].why


def test_the_key_of_another_account_is_advice() -> None:
    arn = key_arn(account="999988887777")
    one = encrypted(sse=Sse.model_validate({"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": arn}))
    theirs = key(arn=arn, metadata=metadata(arn=arn, key_state="Disabled", enabled=False))
    found = planned(NAME, audited(one, theirs))
    assert found.changes == ()
    assert "another account" in found.advice[0].why


def test_a_table_that_was_put_away_is_advice() -> None:
    found = planned(NAME, audited(table(description=description(table_status="ARCHIVED"))))
    assert found.changes == ()
    assert "ARCHIVED" in found.advice[0].why


def test_a_table_whose_key_is_fine_is_advice() -> None:
    locked = table(description=description(table_status="INACCESSIBLE_ENCRYPTION_CREDENTIALS"))
    found = planned(NAME, audited(locked))
    assert found.changes == ()
    assert "policy" in found.advice[0].how


def test_a_locked_table_is_looked_at_until_it_is_active() -> None:
    one = encrypted()
    told = one.description.known().model_copy(update={"table_status": "INACCESSIBLE_ENCRYPTION_CREDENTIALS"})
    locked = one.model_copy(update={"description": Fact(told)})
    disabled = key(metadata=metadata(key_state="Disabled", enabled=False), tags={})
    (change,) = planned(NAME, audited(locked, disabled)).changes
    assert change.blocked == ()
    assert [state.operation for state in change.verify] == ["kms:DescribeKey", "dynamodb:DescribeTable"]
    assert ACCOUNT in change.resource


def test_a_report_that_is_suppressed_is_nobody_s_business() -> None:
    from dynasec.audit.finding import Suppressed

    report = audited(encrypted(), key(metadata=metadata(key_state="Disabled", enabled=False), tags={}))
    accepted = tuple(
        replace(one, suppressed=Suppressed("accepted", "owner", "2099-01-01")) for one in report.findings
    )
    assert planned(NAME, replace(report, findings=accepted)).changes == ()


def sse(arn: str) -> Sse:
    return Sse.model_validate({"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": arn})


def backup(name: str, arn: str) -> TableBackup:
    return TableBackup(
        table_arn=table(name).arn,
        backup_arn=f"{table(name).arn}/backup/{arn[-4:]}",
        backup_name=arn[-4:],
        backup_status="AVAILABLE",
        backup_type="USER",
        backup_creation_date_time=NOW,
        encryption=Fact(sse(arn)),
    )


def disabled(number: int, **facts: Any) -> Key:
    arn = key_arn(key_id=f"{number:08d}-0000-0000-0000-000000000000")
    state = metadata(arn=arn, key_state="Disabled", enabled=False)
    return key(arn=arn, metadata=state, tags={}, **facts)


def both(tables: list[Any], backups: list[TableBackup], *keys: Key) -> Plan:
    names = ("key-usable", "backup-keys-usable")
    here = region(
        *tables,
        table_backups=Listing(tuple(backups)),
        backup=BackupService(protected=Listing(()), vaults=Listing(())),
    )
    account = snapshot(here).model_copy(update={"keys": keys})
    controls = [registry().get(name) for name in names]
    found = planned(NAME, audit(account, registry(), controls, Settings()))
    assert not found.problems
    assert [one.blocked for one in found.changes if one.blocked] == []
    return found


def test_a_backup_beyond_rescue_does_not_keep_its_table_from_it() -> None:
    mine, lost = disabled(1), disabled(2, gone=True)
    found = both([encrypted(sse=sse(mine.arn))], [backup("orders", lost.arn)], mine, lost)
    (change,) = found.changes
    assert (change.resource, change.controls) == (mine.arn, ("key-usable",))
    assert [one.control for one in found.advice] == ["backup-keys-usable"]


def test_one_key_of_table_and_backup_is_one_change() -> None:
    mine = disabled(1)
    found = both([encrypted(sse=sse(mine.arn))], [backup("orders", mine.arn)], mine)
    (change,) = found.changes
    assert change.controls == ("key-usable", "backup-keys-usable")
    assert not found.advice


def test_a_backup_that_needs_two_keys_is_closed_by_the_later_change() -> None:
    mine, older = disabled(1), disabled(2)
    backups = [backup("orders", mine.arn), backup("orders", older.arn)]
    first, second = both([encrypted(sse=sse(mine.arn))], backups, mine, older).changes
    assert (first.resource, first.controls) == (mine.arn, ("key-usable",))
    assert (second.resource, second.controls) == (older.arn, ("backup-keys-usable",))
    assert second.depends_on == (first.key,)


def test_backups_that_need_two_keys_of_their_own_are_left_to_a_person() -> None:
    one, two = disabled(1), disabled(2)
    plain = table(description=description())
    found = both([plain], [backup("orders", one.arn), backup("orders", two.arn)], one, two)
    assert found.changes == ()
    assert one.arn in found.advice[0].why


def test_a_key_of_one_table_and_of_another_s_backup_whose_own_key_is_broken_too() -> None:
    mine, theirs = disabled(1), disabled(2)
    tables = [encrypted("orders", sse=sse(mine.arn)), encrypted("carts", sse=sse(theirs.arn))]
    found = both(tables, [backup("carts", mine.arn)], mine, theirs)
    assert [one.controls for one in found.changes] == [("key-usable",), ("key-usable",)]
    assert "other changes" in found.advice[0].why
