"""The bucket of a trail is the account's own and closed to the public.

## Why it matters
Log files name tables, keys of items, principals and addresses. A public bucket gives them to everybody; one that was deleted while the
trail went on can be made again by anybody, who then receives the log.

## Passes when
The bucket exists and belongs to the audited account, Block Public Access is on in all four ways, on the bucket or for the account, and S3
does not take the bucket's policy for public. A bucket of another account cannot be judged from here (audit the account that owns it); a
trail of another account, an organization's for instance, is judged there.

## How to fix
- Console: S3, the bucket, Permissions, Block public access, Edit, Block all public access; then Bucket policy.
- CLI: `aws s3api put-public-access-block --bucket NAME --public-access-block-configuration
  BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true`
- Terraform: `aws_s3_bucket_public_access_block`.
- CloudFormation: `PublicAccessBlockConfiguration` in `AWS::S3::Bucket`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Gap, Unknown
from dynasec.model.trail import Trail
from dynasec.semantics.public_bucket import is_gone, unblocked

_POLICY = "s3:GetBucketPolicy"

check = Check(
    subject=Trail,
    title="The trail's bucket is private",
    severity=Severity.HIGH,
    regional=False,
    reads=(
        _POLICY,
        "s3:GetBucketPolicyStatus",
        "s3:GetPublicAccessBlock",
        "s3control:GetPublicAccessBlock",
    ),
    frameworks=("nist-800-53-r5:AU-9", "nist-800-53-r5:AC-3", "source-post:fine-grained-audits"),
)


@check.evaluator
def evaluate(trail: Trail, context: Context) -> Verdict:
    """Find out whose the bucket is, then judge how open."""
    if trail.account != context.snapshot.account.id:
        return Verdict.not_applicable(f"the trail and its bucket are account {trail.account}'s to guard")
    name, trails = trail.description.s3_bucket_name, context.snapshot.trails
    bucket = trails.bucket(name)
    if bucket is None:
        raise Unknown(Gap(_POLICY, "NotCollected", f"bucket {name} was not read", trail.region))
    if is_gone(bucket):
        return Verdict.failed(f"bucket {name} does not exist: whoever makes it receives the log", bucket=name)
    if bucket.policy_is_public.gap is None and bucket.policy_is_public.known():
        return Verdict.failed(f"the policy of bucket {name} is public", bucket=name)
    off = unblocked(bucket, trails.account_public_access_block)
    if off:
        said = ", ".join(off)
        return Verdict.failed(
            f"Block Public Access is off for bucket {name} ({said})", bucket=name, off=list(off)
        )
    bucket.policy.known()
    bucket.policy_is_public.known()
    return Verdict.passed(f"bucket {name} is this account's, and closed to the public", bucket=name)
