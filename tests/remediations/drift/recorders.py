"""AWS Config in the emulator."""

from __future__ import annotations

from typing import Any

import boto3

from tests.support.accounts import ACCOUNT

ROLE = f"arn:aws:iam::{ACCOUNT}:role/config"
ALL = {"allSupported": True, "includeGlobalResourceTypes": True}


def make(group: Any = None, *, on: bool = True, channel: bool = True) -> None:
    """A recorder named `main` with its channel."""
    config = boto3.client("config")
    recorder = {"name": "main", "roleARN": ROLE, "recordingGroup": group or ALL}
    config.put_configuration_recorder(ConfigurationRecorder=recorder)
    if channel:
        boto3.client("s3").create_bucket(Bucket="snapshots")
        config.put_delivery_channel(DeliveryChannel={"name": "main", "s3BucketName": "snapshots"})
    if on:
        config.start_configuration_recorder(ConfigurationRecorderName="main")
