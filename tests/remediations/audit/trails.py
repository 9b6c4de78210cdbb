"""Trails in the emulator."""

from __future__ import annotations

import json
from typing import Any

import boto3

SCRIPT: dict[str, Any] = {"cloudtrail:ListEventDataStores": {"EventDataStores": []}}
"""The emulator has no event data stores and cannot say so."""
ARN = "arn:aws:cloudtrail:us-east-1:123456789012:trail/main"


def make(name: str = "main", *, logging: bool = True, **members: Any) -> None:
    """A trail of all Regions that is logging, with its bucket."""
    bucket = f"logs-of-{name}"
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=bucket)
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:*",
        "Resource": "*",
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [allow]}))
    cloudtrail = boto3.client("cloudtrail")
    cloudtrail.create_trail(**{"Name": name, "S3BucketName": bucket, "IsMultiRegionTrail": True, **members})
    if logging:
        cloudtrail.start_logging(Name=name)


def select(**selectors: Any) -> None:
    """Give the trail `main` selectors."""
    boto3.client("cloudtrail").put_event_selectors(TrailName="main", **selectors)


def selected() -> Any:
    """The advanced selectors of `main`."""
    return boto3.client("cloudtrail").get_event_selectors(TrailName="main")["AdvancedEventSelectors"]
