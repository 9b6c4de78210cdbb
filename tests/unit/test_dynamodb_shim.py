"""The shim over moto: what it claims of DynamoDB and KMS."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.support.dynamodb_shim import Shim, like_dynamodb

KMS = {"Enabled": True, "SSEType": "KMS"}
OWNED = {"Enabled": False}


@pytest.fixture
def shim(aws: None) -> Iterator[Shim]:
    del aws
    with like_dynamodb() as found:
        yield found


def make(name: str = "orders", region: str = "us-east-1") -> Any:
    dynamodb = boto3.client("dynamodb", region_name=region)
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return dynamodb


def described(dynamodb: Any, name: str = "orders") -> Any:
    return dynamodb.describe_table(TableName=name)["Table"]


def key(region: str = "us-east-1", **members: Any) -> str:
    return str(boto3.client("kms", region_name=region).create_key(**members)["KeyMetadata"]["Arn"])


def refused(call: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as problem:
        call(**params)
    return str(problem.value.response["Error"]["Code"])


@pytest.mark.usefixtures("shim")
def test_keys_change_and_change_back() -> None:
    dynamodb, own = make(), key()
    assert "SSEDescription" not in described(dynamodb)
    dynamodb.update_table(TableName="orders", SSESpecification=KMS)
    managed = described(dynamodb)["SSEDescription"]
    kms = boto3.client("kms")
    metadata = kms.describe_key(KeyId="alias/aws/dynamodb")["KeyMetadata"]
    assert managed == {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": metadata["Arn"]}
    assert metadata["KeyManager"] == "AWS"
    dynamodb.update_table(TableName="orders", SSESpecification={**KMS, "KMSMasterKeyId": own})
    assert described(dynamodb)["SSEDescription"]["KMSMasterKeyArn"] == own
    dynamodb.update_table(TableName="orders", SSESpecification=OWNED)
    assert "SSEDescription" not in described(dynamodb)


@pytest.mark.usefixtures("shim")
def test_only_usable_symmetric_keys_of_the_region_encrypt() -> None:
    dynamodb = make()
    disabled = key()
    boto3.client("kms").disable_key(KeyId=disabled)
    for wrong in (disabled, key("us-west-2"), key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")):
        sse = {**KMS, "KMSMasterKeyId": wrong}
        assert refused(dynamodb.update_table, TableName="orders", SSESpecification=sse) == (
            "ValidationException"
        )


def test_a_table_is_updating_for_a_while_and_refuses_another_update(shim: Shim) -> None:
    dynamodb = make()
    shim.updating_for = 2
    answer = dynamodb.update_table(TableName="orders", SSESpecification=KMS)["TableDescription"]
    assert answer["TableStatus"] == "UPDATING"
    assert answer["SSEDescription"]["Status"] == "UPDATING"
    assert refused(dynamodb.update_table, TableName="orders", DeletionProtectionEnabled=True) == (
        "ResourceInUseException"
    )
    assert [described(dynamodb)["TableStatus"] for _ in range(3)] == ["UPDATING", "UPDATING", "ACTIVE"]
    dynamodb.update_table(TableName="orders", DeletionProtectionEnabled=True)
    assert described(dynamodb)["SSEDescription"]["Status"] == "ENABLED"


def test_the_quota_of_key_changes(shim: Shim) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    shim.clock = lambda: now
    dynamodb, keys = make(), [key() for _ in range(6)]

    def change(place: int) -> Any:
        sse = {**KMS, "KMSMasterKeyId": keys[place]}
        return dynamodb.update_table(TableName="orders", SSESpecification=sse)

    for place in range(4):
        change(place)
    assert refused(change, place=4) == "LimitExceededException"
    dynamodb.update_table(TableName="orders", SSESpecification=OWNED)
    assert refused(change, place=4) == "LimitExceededException"
    now += timedelta(hours=6)
    change(4)
    assert refused(change, place=5) == "LimitExceededException"
    now += timedelta(hours=24)
    change(5)


@pytest.mark.usefixtures("shim")
def test_a_table_made_again_is_another_one() -> None:
    dynamodb = make()
    first = described(dynamodb)["TableId"]
    assert described(dynamodb)["TableId"] == first
    dynamodb.delete_table(TableName="orders")
    make()
    assert described(dynamodb)["TableId"] != first


@pytest.mark.usefixtures("shim")
def test_streams_go_on_and_off_and_on() -> None:
    dynamodb = make()
    on = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    off = {"StreamEnabled": False}
    assert (
        refused(dynamodb.update_table, TableName="orders", StreamSpecification=off) == "ValidationException"
    )
    dynamodb.update_table(TableName="orders", StreamSpecification=on)
    assert refused(dynamodb.update_table, TableName="orders", StreamSpecification=on) == "ValidationException"
    first = described(dynamodb)["LatestStreamArn"]
    dynamodb.update_table(TableName="orders", StreamSpecification=off)
    dynamodb.update_table(TableName="orders", StreamSpecification=on)
    assert described(dynamodb)["LatestStreamArn"] != first


def test_replicas_have_keys_of_their_own(shim: Shim) -> None:
    here, there = make(), make(region="us-west-2")
    shim.make_global("orders", "us-east-1", "us-west-2")
    own = key("us-west-2")
    update = {"Update": {"RegionName": "us-west-2", "KMSMasterKeyId": own}}
    here.update_table(TableName="orders", ReplicaUpdates=[update])
    assert described(there)["SSEDescription"]["KMSMasterKeyArn"] == own
    (replica,) = described(here)["Replicas"]
    assert replica == {"RegionName": "us-west-2", "ReplicaStatus": "ACTIVE", "KMSMasterKeyId": own}
    assert "SSEDescription" not in described(here)


@pytest.mark.usefixtures("shim")
def test_a_backup_remembers_its_key() -> None:
    dynamodb = make()

    def remembered() -> Any:
        arn = dynamodb.create_backup(TableName="orders", BackupName="one")["BackupDetails"]["BackupArn"]
        return dynamodb.describe_backup(BackupArn=arn)["BackupDescription"]["SourceTableFeatureDetails"]

    assert remembered() == {}
    own = key()
    dynamodb.update_table(TableName="orders", SSESpecification={**KMS, "KMSMasterKeyId": own})
    before = remembered()
    dynamodb.update_table(TableName="orders", SSESpecification=OWNED)
    assert before["SSEDescription"]["KMSMasterKeyArn"] == own


@pytest.mark.usefixtures("shim")
def test_a_tag_has_one_value() -> None:
    dynamodb = make()
    arn = described(dynamodb)["TableArn"]
    for value in ("one", "two"):
        dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "team", "Value": value}])
    tags = dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"]
    assert tags == [{"Key": "team", "Value": "two"}]


@pytest.mark.usefixtures("shim")
def test_contributor_insights() -> None:
    dynamodb = make()
    assert dynamodb.list_contributor_insights()["ContributorInsightsSummaries"] == []
    dynamodb.update_contributor_insights(TableName="orders", ContributorInsightsAction="ENABLE")
    (summary,) = dynamodb.list_contributor_insights()["ContributorInsightsSummaries"]
    assert summary == {
        "TableName": "orders",
        "ContributorInsightsStatus": "ENABLED",
        "ContributorInsightsMode": "ACCESSED_AND_THROTTLED_KEYS",
    }
    dynamodb.update_contributor_insights(TableName="orders", ContributorInsightsAction="DISABLE")
    answer = dynamodb.describe_contributor_insights(TableName="orders")
    assert answer["ContributorInsightsStatus"] == "DISABLED"


@pytest.mark.usefixtures("shim")
def test_rotation_has_a_period_and_states_count() -> None:
    kms, own = boto3.client("kms"), key()
    kms.enable_key_rotation(KeyId=own, RotationPeriodInDays=90)
    assert kms.get_key_rotation_status(KeyId=own)["RotationPeriodInDays"] == 90
    kms.disable_key_rotation(KeyId=own)
    assert "RotationPeriodInDays" not in kms.get_key_rotation_status(KeyId=own)
    kms.enable_key_rotation(KeyId=own)
    assert kms.get_key_rotation_status(KeyId=own)["RotationPeriodInDays"] == 365
    kms.schedule_key_deletion(KeyId=own)
    assert kms.get_key_rotation_status(KeyId=own)["KeyRotationEnabled"] is False
    assert refused(kms.enable_key, KeyId=own) == "KMSInvalidStateException"
    assert refused(kms.disable_key_rotation, KeyId=own) == "KMSInvalidStateException"
    kms.cancel_key_deletion(KeyId=own)
    assert kms.describe_key(KeyId=own)["KeyMetadata"]["KeyState"] == "Disabled"
    assert refused(kms.cancel_key_deletion, KeyId=own) == "KMSInvalidStateException"
    assert refused(kms.enable_key_rotation, KeyId=own) == "KMSInvalidStateException"
    kms.enable_key(KeyId=own)
    kms.enable_key_rotation(KeyId=own)


def test_moto_is_itself_again_afterwards(aws: None) -> None:
    del aws
    with like_dynamodb():
        pass
    dynamodb = make()
    assert "TableId" not in described(dynamodb)
