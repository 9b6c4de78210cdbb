"""What AWS Config records arrives in its bucket.

## Why it matters
A recorder may be on while its bucket is gone or refuses it. The history that an investigation asks for is then not there.

## Passes when
The Region has a delivery channel, the latest delivery of the configuration history went well, and so did, where there were any, the latest
snapshot and the latest message to the channel's topic. A channel that has not delivered a history yet is unknown. Asked only while the
account's own recorder is on: else see `config-records-tables`.

## How to fix
- Console: AWS Config, Settings, Delivery method: choose a bucket that lets `config.amazonaws.com` write.
- CLI: `aws configservice describe-delivery-channel-status` shows the error; then `aws s3api put-bucket-policy` or
  `aws configservice put-delivery-channel --delivery-channel name=default,s3BucketName=BUCKET`.
- Terraform: `aws_config_delivery_channel`, `aws_s3_bucket_policy`.
- CloudFormation: `AWS::Config::DeliveryChannel`, `AWS::S3::BucketPolicy`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Gap, Unknown, malformed
from dynasec.model.recording import DeliveryChannelStatus
from dynasec.model.region import Region
from dynasec.semantics.config_recorder import idleness

_STATUS = "config:DescribeDeliveryChannelStatus"

check = Check(
    subject=Region,
    title="AWS Config delivers",
    severity=Severity.MEDIUM,
    reads=(
        "config:DescribeConfigurationRecorders",
        "config:DescribeConfigurationRecorderStatus",
        "config:DescribeDeliveryChannels",
        _STATUS,
    ),
    frameworks=("aws-fsbp:Config.1", "nist-800-53-r5:CM-3", "source-post:configuration-drift"),
)


@check.evaluator
def evaluate(region: Region, _: Context) -> Verdict:
    """Judge the Region's one channel by its latest deliveries."""
    idle = idleness(region.recording)
    if idle:
        return Verdict.not_applicable(f"{idle}: see config-records-tables")
    channels = region.recording.delivery_channels.complete()
    if not channels:
        return Verdict.failed("AWS Config has no delivery channel here")
    channel = channels[0]
    statuses = {one.name: one for one in region.recording.delivery_statuses.complete()}
    status = statuses.get(channel.name)
    if status is None:
        raise Unknown(malformed(_STATUS, f"no status of channel {channel.name}", region.region))
    errors = _errors(status)
    if errors:
        said = "; ".join(f"{what}: {error}" for what, error in errors.items())
        return Verdict.failed(
            f"channel {channel.name} does not deliver {said}", errors=errors, bucket=channel.s3_bucket_name
        )
    if (history := status.config_history_delivery_info) is None or history.last_status != "Success":
        message = f"channel {channel.name} has delivered no history so far"
        raise Unknown(Gap(_STATUS, "NotYetDelivered", message, region.region))
    return Verdict.passed(f"channel {channel.name} delivers to bucket {channel.s3_bucket_name}")


def _errors(status: DeliveryChannelStatus) -> dict[str, str]:
    latest = {
        "the history": status.config_history_delivery_info,
        "snapshots": status.config_snapshot_delivery_info,
        "messages": status.config_stream_delivery_info,
    }
    return {
        what: one.last_error_code or one.last_error_message or "failed"
        for what, one in latest.items()
        if one is not None and one.last_status == "Failure"
    }
