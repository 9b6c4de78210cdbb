"""S3: the posture of the trail's bucket."""

import json
from collections.abc import Mapping
from typing import Any

from simulated_aws.errors import ServiceError
from simulated_aws.services import tables
from simulated_aws.services.handler import Handler, fixed
from simulated_aws.services.trails import BUCKET
from simulated_aws.size import ACCOUNT_ID, CREATED, HOME_REGION, Call, Size

_OWNER = {"ID": "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"}
_BLOCK = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "TrailWrites",
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{BUCKET}/AWSLogs/{ACCOUNT_ID}/*",
        }
    ],
}
_GRANT = {"Grantee": {**_OWNER, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}
_ENCRYPTION = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": tables.key_arn(0)}


def _of_bucket(output: Mapping[str, Any]) -> Handler:
    """Make the handler of an operation on a bucket that only the trail's bucket answers."""

    def handle(_: Size, call: Call) -> Mapping[str, Any]:
        if call.text("Bucket") != BUCKET:
            code = "NoSuchBucket"
            raise ServiceError(code, "The specified bucket does not exist", 404)
        return output

    return handle


HANDLERS: Mapping[str, Handler] = {
    "s3:ListBuckets": fixed({"Buckets": [{"Name": BUCKET, "CreationDate": CREATED}], "Owner": _OWNER}),
    "s3:HeadBucket": _of_bucket({"BucketRegion": HOME_REGION}),
    "s3:GetBucketLocation": _of_bucket({}),
    "s3:GetBucketPolicy": _of_bucket({"Policy": json.dumps(_POLICY)}),
    "s3:GetBucketPolicyStatus": _of_bucket({"PolicyStatus": {"IsPublic": False}}),
    "s3:GetPublicAccessBlock": _of_bucket({"PublicAccessBlockConfiguration": _BLOCK}),
    "s3:GetBucketAcl": _of_bucket({"Owner": _OWNER, "Grants": [_GRANT]}),
    "s3:GetBucketEncryption": _of_bucket(
        {
            "ServerSideEncryptionConfiguration": {
                "Rules": [{"ApplyServerSideEncryptionByDefault": _ENCRYPTION}]
            }
        }
    ),
    "s3:GetBucketVersioning": _of_bucket({"Status": "Enabled"}),
    "s3:GetBucketLogging": _of_bucket({}),
    "s3:GetBucketOwnershipControls": _of_bucket(
        {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}
    ),
    "s3control:GetPublicAccessBlock": fixed({"PublicAccessBlockConfiguration": _BLOCK}),
}
