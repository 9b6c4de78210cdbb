"""The remediation `add-to-backup-plan`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from dynasec.settings import Remedy, Settings
from tests.support.backup_shim import with_selections
from tests.support.remedied import Stage, planned, read, round_trip
from tests.support.scripted import AwsError

NAME = "add-to-backup-plan"
ANSWERS: Any = {
    "backup:DescribeRegionSettings": {"ResourceTypeOptInPreference": {"DynamoDB": False}},
    "backup:GetBackupVaultAccessPolicy": AwsError("ResourceNotFoundException"),
}
ROLE = "arn:aws:iam::123456789012:role/service/backup"
SETTINGS = Settings(remedy=Remedy(backup_role=ROLE))
REMAINS = ("vaults",)


@pytest.fixture(autouse=True)
def _selections(aws: None) -> Iterator[None]:
    del aws
    with with_selections():
        yield


def make(name: str = "orders", *, region: str = "us-east-1", **members: Any) -> None:
    boto3.client("dynamodb", region_name=region).create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        **members,
    )


def make_role() -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    boto3.client("iam").create_role(RoleName="backup", Path="/service/", AssumeRolePolicyDocument=document)


def make_plan(name: str = "theirs") -> str:
    backup = boto3.client("backup")
    rules: Any = [{"RuleName": "daily", "TargetBackupVaultName": "vault"}]
    return str(backup.create_backup_plan(BackupPlan={"BackupPlanName": name, "Rules": rules})["BackupPlanId"])


def plan(settings: Settings = SETTINGS, how: Any = None) -> Any:
    return planned(NAME, read(NAME, settings=settings, script={**ANSWERS, **(how or {})}))


def test_round_trip_of_all_tables_of_a_region_at_once() -> None:
    make_role()
    make()
    make("customers")
    found = round_trip(NAME, settings=SETTINGS, script=ANSWERS, remains=REMAINS)
    (change,) = found.changes
    assert len(change.fingerprints) == 2
    assert [call.operation.rpartition(":")[2] for call in change.calls] == [
        "CreateBackupVault",
        "CreateBackupPlan",
        "CreateBackupSelection",
    ]
    assert change.cost is not None


def test_each_region_has_a_plan_of_its_own() -> None:
    make_role()
    make()
    make(region="us-west-2")
    regions = ("us-east-1", "us-west-2")
    found = round_trip(NAME, settings=SETTINGS, script=ANSWERS, regions=regions, remains=REMAINS)
    assert [change.region for change in found.changes] == ["us-east-1", "us-west-2"]


def test_round_trip_into_the_plan_that_an_earlier_run_made() -> None:
    make_role()
    boto3.client("backup").create_backup_vault(BackupVaultName="dynasec-tables")
    mine = make_plan("dynasec-tables")
    make_plan("theirs")
    make()
    (change,) = round_trip(NAME, settings=SETTINGS, script=ANSWERS, remains=REMAINS).changes
    (call,) = change.calls
    assert call.params["BackupPlanId"] == mine
    assert "iam:PassRole" in change.permissions


def test_more_tables_than_a_selection_takes_are_several_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    from dynasec_remediations.resilience import add_to_backup_plan

    monkeypatch.setattr(add_to_backup_plan, "LARGEST_SELECTION", 2)
    make_role()
    for name in ("a-table", "b-table", "c-table"):
        make(name)
    found = plan()
    first, second = found.changes
    assert second.depends_on == (first.key,)
    stage = Stage()
    stage.apply(found)
    again = read(NAME, settings=SETTINGS, script=ANSWERS)
    assert {one.status for one in again.findings} == {"PASS"}
    stage.take_back(found)
    assert boto3.client("backup").list_backup_plans()["BackupPlansList"] == []


def test_without_a_role_it_is_advice() -> None:
    make()
    found = plan(Settings())
    assert found.changes == ()
    assert "remedy.backup_role" in found.advice[0].why


def test_a_role_that_is_not_there_makes_the_plan_stale() -> None:
    make()
    make_role()
    found = plan()
    boto3.client("iam").delete_role(RoleName="backup")
    with pytest.raises(Exception, match="iam:GetRole"):
        Stage().apply(found)


def test_vaults_that_cannot_be_read_are_not_absent() -> None:
    make_role()
    make()
    found = plan(how={"backup:ListBackupVaults": AwsError("AccessDeniedException")})
    assert found.changes == ()
    assert "backup:ListBackupVaults" in found.advice[0].why
