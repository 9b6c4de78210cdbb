"""A backup plan of AWS Backup takes the table in.

## Why it matters
A plan keeps backups for longer than the 35 days of point-in-time recovery, in a vault of its own, and copies them to another Region or
account. That a plan exists says nothing: what it backs up is decided by its selections, by tags and by the Region's opt-in.

## Passes when
Some selection of a plan in the table's Region takes it in, worked out as AWS Backup does: any of `Resources`, none of `NotResources`, any
of `ListOfTags`, all of `Conditions`; and DynamoDB is opted in where the selection does not name tables as a type. A negated condition on
a tag that the table lacks is not documented and makes the answer unknown. That a backup was made is asked by `recent-backup`.

## How to fix
- Console: AWS Backup, Backup plans, the plan, Assign resources; Settings, Service opt-in.
- CLI: `aws backup create-backup-selection --backup-plan-id ID --backup-selection file://selection.json`
- Terraform: `aws_backup_selection` with `resources = [aws_dynamodb_table.NAME.arn]`.
- CloudFormation: `AWS::Backup::BackupSelection`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Gaps
from dynasec.model.table import Table
from dynasec.semantics.backup_selection import Answer, answers

check = Check(
    subject=Table,
    title="A backup plan takes the table in",
    severity=Severity.MEDIUM,
    reads=(
        "backup:ListBackupPlans",
        "backup:ListBackupSelections",
        "backup:GetBackupSelection",
        "backup:DescribeRegionSettings",
    ),
    frameworks=("aws-fsbp:DynamoDB.4", "nist-800-53-r5:CP-9", "nist-800-53-r5:CP-10"),
)


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Look for one selection that takes the table in; only if there is none, what is unreadable matters."""
    gaps = Gaps()
    nearest: Answer | None = None
    for one in answers(context.region(table).backup, table, gaps):
        if one.miss is None:
            return Verdict.passed(
                f"is in plan {one.plan}, by selection {one.selection}", plan=one.plan, selection=one.selection
            )
        if nearest is None or nearest.miss is None or one.miss > nearest.miss:
            nearest = one
    gaps.settle()
    if nearest is None or nearest.miss is None:
        return Verdict.failed(f"no backup plan in {table.region} selects anything")
    return Verdict.failed(
        f"is in no backup plan: selection {nearest.selection} of plan {nearest.plan} {nearest.miss.words}"
    )
