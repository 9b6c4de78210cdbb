"""The remediation `create-backup`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from tests.support.dynamodb_shim import Shim, like_dynamodb
from tests.support.remedied import Stage, planned, read, round_trip

NAME = "create-backup"
ANSWERS: Any = {"backup:ListProtectedResources": {"Results": []}}


@pytest.fixture(autouse=True)
def shim(aws: None) -> Iterator[Shim]:
    del aws
    with like_dynamodb() as found:
        yield found


def make(name: str, **members: Any) -> None:
    boto3.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        **members,
    )


def test_round_trip() -> None:
    make("orders")
    make("customers")
    found = round_trip(NAME, script=ANSWERS)
    assert [change.resource.rpartition("/")[2] for change in found.changes] == ["customers", "orders"]
    assert found.changes[0].cost is not None


def test_a_table_that_has_one_is_left_alone() -> None:
    make("orders")
    boto3.client("dynamodb").create_backup(TableName="orders", BackupName="mine")
    assert planned(NAME, read(NAME, script=ANSWERS)).changes == ()


def test_undo_deletes_no_backup_but_its_own() -> None:
    make("orders")
    found = planned(NAME, read(NAME, script=ANSWERS))
    stage = Stage()
    stage.apply(found)
    boto3.client("dynamodb").create_backup(TableName="orders", BackupName="mine")
    stage.take_back(found)
    left = boto3.client("dynamodb").list_backups()["BackupSummaries"]
    assert [one["BackupName"] for one in left] == ["mine"]


def test_a_table_of_a_stack_is_left_to_the_stack() -> None:
    make("orders", Tags=[{"Key": "aws:cloudformation:stack-name", "Value": "shop"}])
    (change,) = planned(NAME, read(NAME, script=ANSWERS)).changes
    assert [one.override for one in change.blocked] == ["allow-drift"]
