"""There is a recent copy of the table to go back to.

## Why it matters
A backup plan that fails, because its role lost a permission or its vault's key was disabled, looks like one that works until the day of
the restore. What counts is the age of the last copy.

## Passes when
Point-in-time recovery is on, or an on-demand backup of this very table (not of an earlier one of the same name) or a recovery point of
AWS Backup is not older than `thresholds.backup_age_hours` (24 by default).

## How to fix
- Console: DynamoDB, the table, Backups, Create backup; or turn point-in-time recovery on.
- CLI: `aws dynamodb create-backup --table-name NAME --backup-name NAME`
- Terraform: `point_in_time_recovery { enabled = true }` in `aws_dynamodb_table`, or `aws_backup_plan`.
- CloudFormation: `PointInTimeRecoverySpecification` in `AWS::DynamoDB::Table`, or `AWS::Backup::BackupPlan`.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Gaps, malformed
from dynasec.model.table import Table

check = Check(
    subject=Table,
    title="A recent backup exists",
    severity=Severity.MEDIUM,
    reads=(
        "dynamodb:DescribeTable",
        "dynamodb:DescribeContinuousBackups",
        "dynamodb:ListBackups",
        "backup:ListProtectedResources",
    ),
    frameworks=("nist-800-53-r5:CP-9", "nist-800-53-r5:CP-10"),
)


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Look for one copy that is young enough; only if there is none, what is unreadable matters."""
    gaps = Gaps()
    continuous = gaps.of(table.continuous_backups)
    if continuous is not None and continuous.enabled:
        return Verdict.passed("point-in-time recovery is on")
    limit = timedelta(hours=context.settings.thresholds.backup_age_hours)
    newest = max(_copies(table, context, gaps), default=None)
    if newest is not None and context.now - newest[0] <= limit:
        return Verdict.passed(f"{newest[1]} was made {newest[0].isoformat()}", made=newest[0].isoformat())
    gaps.settle()
    if newest is None:
        return Verdict.failed("has no backup, and point-in-time recovery is off")
    age = context.now - newest[0]
    told = f"{age.days} days" if age.days else f"{age.seconds // 3600} hours"
    return Verdict.failed(f"its newest copy, {newest[1]}, is {told} old", made=newest[0].isoformat())


def _copies(table: Table, context: Context, gaps: Gaps) -> Iterator[tuple[datetime, str]]:
    region = context.region(table)
    for backup in gaps.items(region.table_backups):
        if backup.table_arn != table.arn or backup.backup_status != "AVAILABLE":
            continue
        description = gaps.of(table.description)
        born = None if description is None else description.creation_date_time
        if born is None:
            gaps.found.append(malformed("dynamodb:DescribeTable", "no CreationDateTime", table.region))
        elif backup.backup_creation_date_time >= born:
            yield backup.backup_creation_date_time, f"backup {backup.backup_name}"
    for protected in gaps.items(region.backup.protected):
        if protected.resource_arn == table.arn:
            yield protected.last_backup_time, "a recovery point of AWS Backup"
