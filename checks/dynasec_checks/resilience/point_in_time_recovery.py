"""A table can be restored to any second of its recovery window.

## Why it matters
On-demand backups keep one moment each. Between two of them a faulty deployment or a stolen credential can destroy items for good.

## Passes when
Point-in-time recovery is on. (`ContinuousBackupsStatus` is ENABLED for every table and says nothing.)

## How to fix
- Console: DynamoDB, the table, Backups, Point-in-time recovery, Edit, Turn on.
- CLI: `aws dynamodb update-continuous-backups --table-name NAME --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true`
- Terraform: `point_in_time_recovery { enabled = true }` in `aws_dynamodb_table`.
- CloudFormation: `PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}` in `AWS::DynamoDB::Table`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.table import Table

check = Check(
    subject=Table,
    title="Point-in-time recovery is on",
    severity=Severity.HIGH,
    reads=("dynamodb:DescribeContinuousBackups",),
    frameworks=("aws-fsbp:DynamoDB.2", "nist-800-53-r5:CP-9", "nist-800-53-r5:CP-10"),
)


@check.evaluator
def evaluate(table: Table, _: Context) -> Verdict:
    """Judge the switch itself."""
    backups = table.continuous_backups.known()
    if not backups.enabled:
        return Verdict.failed("point-in-time recovery is off")
    window = "" if backups.window_days is None else f", keeping {backups.window_days} days"
    return Verdict.passed(f"point-in-time recovery is on{window}", window_days=backups.window_days)
