"""A table cannot be deleted by one mistaken call.

## Why it matters
`DeleteTable` asks nothing and takes all items with it. A wrong profile, a renamed resource in a stack or a stolen credential is enough.

## Passes when
Deletion protection is on for this very table. It is a setting of its own on every replica: that they are alike is asked by
`replica-settings-equal`.

## How to fix
- Console: DynamoDB, the table, Additional settings, Deletion protection, Turn on.
- CLI: `aws dynamodb update-table --table-name NAME --deletion-protection-enabled`
- Terraform: `deletion_protection_enabled = true` in `aws_dynamodb_table`.
- CloudFormation: `DeletionProtectionEnabled: true` in `AWS::DynamoDB::Table`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Unknown, malformed
from dynasec.model.table import Table

check = Check(
    subject=Table,
    title="Deletion protection is on",
    severity=Severity.MEDIUM,
    reads=("dynamodb:DescribeTable",),
    frameworks=("aws-fsbp:DynamoDB.6", "nist-800-53-r5:CM-3", "hipaa-164:312(c)(1)"),
)


@check.evaluator
def evaluate(table: Table, _: Context) -> Verdict:
    """Judge the switch itself; DynamoDB always tells it."""
    protected = table.description.known().deletion_protection_enabled
    if protected is None:
        raise Unknown(malformed("dynamodb:DescribeTable", "no DeletionProtectionEnabled"))
    if not protected:
        return Verdict.failed("deletion protection is off")
    return Verdict.passed("deletion protection is on")
