"""A trail's log files arrive.

## Why it matters
A trail goes on "logging" when its bucket is gone, its bucket's policy was tightened or its key was disabled: only nothing arrives any more,
and what is not delivered in time is lost.

## Passes when
A logging trail has delivered log files, and the latest deliveries of log files, of digests (where validation is on) and to CloudWatch Logs
(where there is a log group) met no error. A trail that has not delivered anything yet is unknown. A trail that is stopped is
`trail-logging`'s matter.

## How to fix
- Console: CloudTrail, Trails, the trail: the error stands beside the bucket. Mend the bucket's policy (`s3:PutObject` and
  `s3:GetBucketAcl` for `cloudtrail.amazonaws.com`) and the key's (`kms:GenerateDataKey*`).
- CLI: `aws cloudtrail get-trail-status --name ARN` shows `LatestDeliveryError`; then `aws s3api put-bucket-policy`.
- Terraform: `aws_s3_bucket_policy`, `aws_kms_key_policy`.
- CloudFormation: `AWS::S3::BucketPolicy`, `KeyPolicy` in `AWS::KMS::Key`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Gap, Unknown
from dynasec.model.trail import Trail, TrailDescription, TrailStatus

_STATUS = "cloudtrail:GetTrailStatus"

check = Check(
    subject=Trail,
    title="The trail delivers",
    severity=Severity.MEDIUM,
    regional=False,
    reads=(_STATUS,),
    frameworks=("nist-800-53-r5:AU-12", "hipaa-164:312(b)", "source-post:fine-grained-audits"),
)


@check.evaluator
def evaluate(trail: Trail, _: Context) -> Verdict:
    """Judge what CloudTrail tells of the latest deliveries."""
    status = trail.status.known()
    if not status.is_logging:
        return Verdict.not_applicable("the trail is stopped: see trail-logging")
    errors = _errors(trail.description, status)
    if errors:
        said = "; ".join(f"{what} are not delivered: {error}" for what, error in errors.items())
        return Verdict.failed(said, errors=errors, bucket=trail.description.s3_bucket_name)
    if status.latest_delivery_time is None:
        raise Unknown(Gap(_STATUS, "NotYetDelivered", "nothing was delivered so far", trail.region))
    latest = status.latest_delivery_time.isoformat(timespec="minutes")
    return Verdict.passed(f"the latest log file was delivered at {latest}", latest=latest)


def _errors(description: TrailDescription, status: TrailStatus) -> dict[str, str]:
    """Return what does not arrive and why; errors about something that is switched off are leftovers."""
    told = {
        "log files": status.latest_delivery_error,
        "digests": description.log_file_validation_enabled and status.latest_digest_delivery_error,
        "events for CloudWatch Logs": description.cloud_watch_logs_log_group_arn
        and status.latest_cloud_watch_logs_delivery_error,
    }
    return {what: str(error) for what, error in told.items() if error}
