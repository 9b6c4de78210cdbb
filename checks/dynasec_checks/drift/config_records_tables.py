"""AWS Config records tables, and what guards the ways to them.

## Why it matters
What a table, a key or an endpoint looked like last Tuesday, and when it changed, is known only if a recorder was on. Rules that react to
changes sleep without one.

## Passes when
The account's own recorder is on in this Region and records `AWS::DynamoDB::Table`, `AWS::EC2::VPCEndpoint` and `AWS::KMS::Key`.
Recorders that AWS services keep for themselves do not count. Recording once a day is enough, and told. IAM's roles and policies
belong to no Region, and one Region should record them: whether this one does is told in the evidence.

## How to fix
- Console: AWS Config, Settings, Edit, Recording is on; Recording strategy: All resource types.
- CLI: `aws configservice put-configuration-recorder --configuration-recorder name=default,roleARN=ARN
  --recording-group allSupported=true`, then
  `aws configservice start-configuration-recorder --configuration-recorder-name default`.
- Terraform: `aws_config_configuration_recorder` and `aws_config_configuration_recorder_status` with `is_enabled = true`.
- CloudFormation: `AWS::Config::ConfigurationRecorder` with `RecordingGroup: {AllSupported: true}`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.region import Region
from dynasec.semantics.config_recorder import TABLE, frequency, records_iam, shortcoming

check = Check(
    subject=Region,
    title="AWS Config records tables, endpoints and keys",
    severity=Severity.HIGH,
    reads=("config:DescribeConfigurationRecorders", "config:DescribeConfigurationRecorderStatus"),
    frameworks=(
        "aws-fsbp:Config.1",
        "cis-aws-3.0:3.3",
        "nist-800-53-r5:CM-3",
        "source-post:configuration-drift",
    ),
)

TYPES = (TABLE, "AWS::EC2::VPCEndpoint", "AWS::KMS::Key")


@check.evaluator
def evaluate(region: Region, _: Context) -> Verdict:
    """Judge the Region's own recorder, type by type."""
    lacking = list(dict.fromkeys(text for kind in TYPES if (text := shortcoming(region.recording, kind))))
    recorder = region.recording.customer_recorder()
    if lacking or recorder is None:
        return Verdict.failed("; ".join(lacking), lacking=lacking)
    often = frequency(recorder, TABLE) or "CONTINUOUS"
    how = "once a day" if often == "DAILY" else "with every change"
    return Verdict.passed(
        f"recorder {recorder.name} records tables {how}, and endpoints and keys too",
        records=often,
        iam=records_iam(recorder),
    )
