"""A trail's log files are encrypted with a KMS key.

## Why it matters
The log of who read which item is itself worth reading: it names tables, keys of items, principals and addresses. Under a KMS key a reader
needs the bucket *and* the key, and each use of the key is on record. Without one, S3's own key opens the files to whoever may read the
bucket.

## Passes when
The trail names a KMS key. Whether the key is still usable shows in `trail-delivers`.

## How to fix
- Console: CloudTrail, Trails, the trail, General details, Edit, Log file SSE-KMS encryption.
- CLI: `aws cloudtrail update-trail --name NAME --kms-key-id ARN`, after the key's policy lets `cloudtrail.amazonaws.com` use
  `kms:GenerateDataKey*` and `kms:DescribeKey`.
- Terraform: `kms_key_id` in `aws_cloudtrail`.
- CloudFormation: `KMSKeyId` in `AWS::CloudTrail::Trail`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.trail import Trail

check = Check(
    subject=Trail,
    title="The trail's log files are encrypted with a KMS key",
    severity=Severity.MEDIUM,
    regional=False,
    frameworks=(
        "aws-fsbp:CloudTrail.2",
        "cis-aws-3.0:3.5",
        "nist-800-53-r5:AU-9",
        "nist-800-53-r5:SC-28",
        "source-post:fine-grained-audits",
    ),
)


@check.evaluator
def evaluate(trail: Trail, _: Context) -> Verdict:
    """Judge the member that CloudTrail leaves out of trails without a key."""
    key = trail.description.kms_key_id
    if not key:
        return Verdict.failed("log files are encrypted with S3's own key, not with a KMS key")
    return Verdict.passed(f"log files are encrypted with {key.rpartition(':')[2]}", key=key)
