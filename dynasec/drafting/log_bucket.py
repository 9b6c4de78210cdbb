"""A private bucket that CloudTrail may deliver to.

The policy is the one that CloudTrail asks for, bound to one trail:
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html.
"""

from __future__ import annotations

import json
from typing import Any

from dynasec.change import Call, Identity, State

_CLASSIC = "us-east-1"
"""The one Region whose name S3 refuses as a location."""


def new_bucket(name: str, region: str, trail_arn: str) -> tuple[Call, ...]:
    """Return the calls that make a bucket for a trail: private, versioned, encrypted by default. It is kept when a change is undone."""
    location = {} if region == _CLASSIC else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    blocked = dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    )
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    policy = bucket_policy(name, trail_arn)
    return (
        Call(
            operation="s3:CreateBucket",
            params={"Bucket": name, **location},
            identity=Identity.NAME,
            done=bucket_exists(name, exists=True),
        ),
        _setting(
            "s3:PutPublicAccessBlock",
            {"Bucket": name, "PublicAccessBlockConfiguration": blocked},
            "s3:GetPublicAccessBlock",
            {"PublicAccessBlockConfiguration": blocked},
        ),
        _setting(
            "s3:PutBucketVersioning",
            {"Bucket": name, "VersioningConfiguration": {"Status": "Enabled"}},
            "s3:GetBucketVersioning",
            {"Status": "Enabled"},
        ),
        _setting(
            "s3:PutBucketEncryption",
            {"Bucket": name, "ServerSideEncryptionConfiguration": {"Rules": [rule]}},
            "s3:GetBucketEncryption",
            {
                "ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm": "AES256"
            },
        ),
        _setting(
            "s3:PutBucketPolicy",
            {"Bucket": name, "Policy": policy},
            "s3:GetBucketPolicy",
            {"Policy": policy},
        ),
    )


def bucket_exists(name: str, *, exists: bool) -> State:
    """Return the state in which the account has a bucket of a name, or has none."""
    return State(
        operation="s3:ListBuckets",
        params={},
        facts={f"length(Buckets[?Name=='{name}'] || `[]`)": int(exists)},
    )


def bucket_policy(name: str, trail_arn: str) -> str:
    """Return the policy by which CloudTrail may write one trail's files, over TLS only."""
    partition, account = trail_arn.split(":")[1], trail_arn.split(":")[4]
    bucket = f"arn:{partition}:s3:::{name}"
    trail = {"StringEquals": {"aws:SourceArn": trail_arn}}
    service = {"Service": "cloudtrail.amazonaws.com"}
    written = {"StringEquals": {"aws:SourceArn": trail_arn, "s3:x-amz-acl": "bucket-owner-full-control"}}
    statements: list[dict[str, Any]] = [
        {
            "Sid": "TrailAsks",
            "Effect": "Allow",
            "Principal": service,
            "Action": "s3:GetBucketAcl",
            "Resource": bucket,
            "Condition": trail,
        },
        {
            "Sid": "TrailWrites",
            "Effect": "Allow",
            "Principal": service,
            "Action": "s3:PutObject",
            "Resource": f"{bucket}/AWSLogs/{account}/*",
            "Condition": written,
        },
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [bucket, f"{bucket}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))


def _setting(operation: str, params: dict[str, Any], look: str, facts: dict[str, Any]) -> Call:
    done = State(operation=look, params={"Bucket": params["Bucket"]}, facts=facts, absent=_ABSENT)
    return Call(operation=operation, params=params, identity=Identity.SET_STATE, done=done)


_ABSENT = (
    "NoSuchBucketPolicy",
    "NoSuchPublicAccessBlockConfiguration",
    "ServerSideEncryptionConfigurationNotFoundError",
)
