"""The remediation `create-trail`."""

from __future__ import annotations

import boto3
import pytest

from dynasec.settings import Remedy, Settings
from tests.remediations.audit import trails
from tests.support.remedied import planned, read, round_trip

NAME = "create-trail"
pytestmark = pytest.mark.usefixtures("aws", "detectives", "orders")


@pytest.mark.parametrize("home", ["us-east-1", "eu-west-1"])
def test_round_trip_with_a_new_bucket(home: str) -> None:
    (change,) = round_trip(NAME, regions=(home,), script=trails.SCRIPT).changes
    s3 = boto3.client("s3")
    bucket = change.after["bucket"]
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
    assert "bucket stays" in change.undo.loses


def test_a_bucket_that_is_configured_is_used_as_it_is() -> None:
    boto3.client("s3").create_bucket(Bucket="our-logs")
    settings = Settings(remedy=Remedy(log_bucket="our-logs"))
    (change,) = round_trip(NAME, settings=settings, script=trails.SCRIPT).changes
    assert [call.operation for call in change.calls] == ["cloudtrail:CreateTrail", "cloudtrail:StartLogging"]


def test_a_trail_that_logs_is_enough() -> None:
    trails.make()
    assert planned(NAME, read(NAME, script=trails.SCRIPT)).changes == ()
