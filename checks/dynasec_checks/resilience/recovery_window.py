"""Point-in-time recovery reaches back far enough.

## Why it matters
Damage is often noticed late: items destroyed three weeks ago are lost where the window is seven days. A window may be set to as little
as one day, and shortening it discards the history at once.

## Passes when
The window is at least `thresholds.recovery_window_days` (35 by default, the longest there is). Not applicable where point-in-time
recovery is off, which `point-in-time-recovery` reports.

## How to fix
- Console: DynamoDB, the table, Backups, Point-in-time recovery, Edit, Backup recovery period.
- CLI: `aws dynamodb update-continuous-backups --table-name NAME --point-in-time-recovery-specification
  PointInTimeRecoveryEnabled=true,RecoveryPeriodInDays=35`
- Terraform: `point_in_time_recovery { enabled = true, recovery_period_in_days = 35 }` in `aws_dynamodb_table`.
- CloudFormation: `RecoveryPeriodInDays` of `PointInTimeRecoverySpecification` in `AWS::DynamoDB::Table`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Unknown, malformed
from dynasec.model.table import Table

check = Check(
    subject=Table,
    title="The recovery window is long enough",
    severity=Severity.LOW,
    reads=("dynamodb:DescribeContinuousBackups",),
    frameworks=("nist-800-53-r5:CP-9", "nist-800-53-r5:CP-10"),
)


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Compare the days; AWS tells them wherever recovery is on."""
    wanted = context.settings.thresholds.recovery_window_days
    backups = table.continuous_backups.known()
    if not backups.enabled:
        return Verdict.not_applicable("point-in-time recovery is off, so there is no window")
    days = backups.window_days
    if days is None:
        raise Unknown(
            malformed("dynamodb:DescribeContinuousBackups", "no RecoveryPeriodInDays", table.region)
        )
    if days < wanted:
        return Verdict.failed(f"keeps {days} days, not {wanted}", window_days=days)
    return Verdict.passed(f"keeps {days} days", window_days=days)
