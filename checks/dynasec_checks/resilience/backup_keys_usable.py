"""The keys of a table's existing backups can be used.

## Why it matters
A backup is encrypted with the key that the table had then, or with its vault's. A key that was replaced soon looks useless, is disabled
or scheduled for deletion, and takes every older backup with it.

## Passes when
Each key that encrypts an available on-demand backup, or the vault with the table's latest recovery point of AWS Backup, is Enabled (or
Updating). A key that AWS owns is AWS's to keep. Not applicable without backups; point-in-time recovery uses the table's own key, which
`key-usable` judges.

## How to fix
- Console: Key Management Service, the key, Cancel key deletion or Enable.
- CLI: `aws kms cancel-key-deletion --key-id ARN`, then `aws kms enable-key --key-id ARN`
- Terraform: `is_enabled = true` in `aws_kms_key`.
- CloudFormation: `Enabled: true` in `AWS::KMS::Key`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Gaps, Unknown
from dynasec.model.table import Table
from dynasec.semantics.backup_keys import keys_of_backups
from dynasec.semantics.key_state import why_unusable
from dynasec.semantics.table_encryption import key_of

check = Check(
    subject=Table,
    title="The keys of existing backups can be used",
    severity=Severity.HIGH,
    reads=(
        "dynamodb:ListBackups",
        "dynamodb:DescribeBackup",
        "backup:ListProtectedResources",
        "backup:ListBackupVaults",
        "kms:DescribeKey",
    ),
    frameworks=("aws-fsbp:KMS.3", "nist-800-53-r5:SC-12", "nist-800-53-r5:CP-9"),
)


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Judge each key; one that is seen to be broken counts although others are hidden."""
    gaps = Gaps()
    number = 0
    broken: list[str] = []
    for what, arn in keys_of_backups(table, context.region(table), gaps):
        number += 1
        try:
            why = None if arn is None else why_unusable(key_of(arn, context.snapshot))
        except Unknown as missing:
            gaps.found.extend(missing.gaps)
            continue
        broken += [] if why is None else [f"{what} cannot be restored: {why}"]
    if broken:
        more = f", and {len(broken) - 1} more" if len(broken) > 1 else ""
        return Verdict.failed(broken[0] + more, backups=broken)
    gaps.settle()
    if not number:
        return Verdict.not_applicable("has no backups")
    return Verdict.passed(f"the keys of its backups ({number}) can be used")
