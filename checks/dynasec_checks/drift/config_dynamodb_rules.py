"""AWS Config watches the tables of a Region with its managed rules.

## Why it matters
An audit sees one moment. A rule of AWS Config sees that somebody switched a protection off right when it happens, long before the
next audit, and keeps the record of when it was.

## Passes when
Rules with the source identifiers below are deployed, whatever they are called and whoever deployed them (Security Hub, a conformance
pack), watch every table, and the recorder that wakes them up is on and records tables:

- `DYNAMODB_PITR_ENABLED`: recovery
- `DYNAMODB_TABLE_ENCRYPTED_KMS`: the key (`DYNAMODB_TABLE_ENCRYPTION_ENABLED` is content with any table, so it does not count)
- `DYNAMODB_TABLE_DELETION_PROTECTION_ENABLED`: deletion
- `DYNAMODB_AUTOSCALING_ENABLED`: availability
- `DYNAMODB_IN_BACKUP_PLAN` or `DYNAMODB_RESOURCES_PROTECTED_BY_BACKUP_PLAN`: backups

A rule that is being deleted, that is narrowed to a tag or a single table, or that looks only at what is about to be deployed does not
count. The first three rules run when a recorder sees a change: without one, their verdicts are those of long ago.

## How to fix
- Console: AWS Config, Rules, Add rule, Add AWS managed rule.
- CLI: `aws configservice put-config-rule --config-rule file://rule.json` with
  `{"ConfigRuleName": "dynamodb-pitr-enabled", "Source": {"Owner": "AWS", "SourceIdentifier": "DYNAMODB_PITR_ENABLED"}}`.
- Terraform: `aws_config_config_rule` with `source { owner = "AWS" source_identifier = "DYNAMODB_PITR_ENABLED" }`.
- CloudFormation: `AWS::Config::ConfigRule` with the same `Source`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Gaps, Unknown
from dynasec.model.region import Region
from dynasec.semantics import config_recorder, config_rule

check = Check(
    subject=Region,
    title="AWS Config's rules for DynamoDB are deployed",
    severity=Severity.MEDIUM,
    reads=(
        "config:DescribeConfigRules",
        "config:DescribeConfigurationRecorders",
        "config:DescribeConfigurationRecorderStatus",
    ),
    frameworks=("nist-800-53-r5:CM-6", "source-post:configuration-drift"),
)

REQUIRED = (
    ("DYNAMODB_PITR_ENABLED",),
    ("DYNAMODB_TABLE_ENCRYPTED_KMS",),
    ("DYNAMODB_TABLE_DELETION_PROTECTION_ENABLED",),
    ("DYNAMODB_AUTOSCALING_ENABLED",),
    ("DYNAMODB_IN_BACKUP_PLAN", "DYNAMODB_RESOURCES_PROTECTED_BY_BACKUP_PLAN"),
)


@check.evaluator
def evaluate(region: Region, _: Context) -> Verdict:
    """Judge the rules, then whether anything wakes them up."""
    gaps = Gaps()
    rules = [one.rule for one in gaps.items(region.recording.rules)]
    lacking = [text for one in REQUIRED if (text := config_rule.lacks(one, rules, gaps))]
    if lacking:
        gaps.settle()
        also = _asleep_if_known(region)
        return Verdict.failed(
            f"AWS Config does not watch tables with {'; '.join(lacking)}{also and f'; and {also}'}",
            missing=lacking,
        )
    asleep = config_recorder.shortcoming(region.recording, config_recorder.TABLE)
    if asleep:
        return Verdict.failed(f"the rules are deployed, but {asleep}: changes do not wake them up")
    return Verdict.passed(
        "the required rules are deployed, and the recorder that wakes them up is on",
        records=_how_often(region),
    )


def _asleep_if_known(region: Region) -> str:
    try:
        return config_recorder.shortcoming(region.recording, config_recorder.TABLE)
    except Unknown:
        return ""


def _how_often(region: Region) -> str:
    recorder = region.recording.customer_recorder()
    often = None if recorder is None else config_recorder.frequency(recorder, config_recorder.TABLE)
    return often or "CONTINUOUS"
