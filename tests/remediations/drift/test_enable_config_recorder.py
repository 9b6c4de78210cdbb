"""The remediation `enable-config-recorder`."""

from __future__ import annotations

import boto3
import pytest

from dynasec.remediation import UndoClass
from dynasec.settings import Remedy, Settings
from tests.remediations.drift import recorders
from tests.support.remedied import Stage, planned, read, round_trip

NAME = "enable-config-recorder"
TOLD = Settings(remedy=Remedy(config_role=recorders.ROLE, log_bucket="snapshots"))
WHEN = ("last_status", "last_status_change_time")
"""What tells when a recorder was switched last."""
pytestmark = pytest.mark.usefixtures("aws", "orders")


def test_a_recorder_that_is_off_is_started() -> None:
    recorders.make(on=False)
    (change,) = round_trip(NAME, remains=WHEN).changes
    assert [call.operation for call in change.calls] == ["config:StartConfigurationRecorder"]
    assert change.undo.kind is UndoClass.EXACT


def test_types_that_are_missing_are_added_and_the_others_stay() -> None:
    group = {
        "allSupported": False,
        "resourceTypes": ["AWS::S3::Bucket", "AWS::DynamoDB::Table"],
        "recordingStrategy": {"useOnly": "INCLUSION_BY_RESOURCE_TYPES"},
    }
    recorders.make(group)
    (change,) = round_trip(NAME).changes
    types = change.after["recorder"]["recordingGroup"]["resourceTypes"]
    assert set(types) == {"AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::EC2::VPCEndpoint", "AWS::KMS::Key"}


def test_types_that_are_left_out_are_let_in_and_the_others_stay_out() -> None:
    group = {
        "allSupported": False,
        "exclusionByResourceTypes": {"resourceTypes": ["AWS::DynamoDB::Table", "AWS::S3::Bucket"]},
        "recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"},
    }
    recorders.make(group, on=False)
    (change,) = round_trip(NAME, remains=WHEN).changes
    assert len(change.calls) == 2
    assert change.after["recorder"]["recordingGroup"]["exclusionByResourceTypes"]["resourceTypes"] == [
        "AWS::S3::Bucket"
    ]


def test_a_new_recorder_for_a_chosen_role_and_bucket() -> None:
    boto3.client("s3").create_bucket(Bucket="snapshots")
    (change,) = round_trip(NAME, settings=TOLD).changes
    assert [call.operation.partition(":")[2] for call in change.calls] == [
        "PutConfigurationRecorder", "PutDeliveryChannel", "StartConfigurationRecorder",
    ]  # fmt: skip
    assert change.undo.loses


def test_nobody_chose_a_role() -> None:
    plan = planned(NAME, read(NAME))
    assert plan.changes == ()
    assert "config_role" in plan.advice[0].how


def test_a_recorder_without_channel_cannot_be_started() -> None:
    recorders.make(on=False, channel=False)
    (change,) = planned(NAME, read(NAME)).changes
    assert "no delivery channel" in change.blocked[0].reason


def test_a_recorder_that_changed_in_any_way_is_stale() -> None:
    group = {"allSupported": True, "includeGlobalResourceTypes": True}
    recorders.make(group, on=False)
    plan = planned(NAME, read(NAME))
    config = boto3.client("config")
    recorder = {"name": "main", "roleARN": recorders.ROLE}
    changed = {**group, "includeGlobalResourceTypes": False}
    config.put_configuration_recorder(ConfigurationRecorder={**recorder, "recordingGroup": changed})
    with pytest.raises(AssertionError, match="includeGlobalResourceTypes is false, not true"):
        Stage().apply(plan)
