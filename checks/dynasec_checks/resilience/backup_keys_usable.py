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

from collections.abc import Iterator

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Gaps, Unknown, malformed
from dynasec.model.table import Sse, Table
from dynasec.semantics.key_state import why_unusable
from dynasec.semantics.table_encryption import key_of, uses_aws_owned_key

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

_OWNED = "AWS_OWNED_KMS_KEY"


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Judge each key; one that is seen to be broken counts although others are hidden."""
    gaps = Gaps()
    number = 0
    broken: list[str] = []
    for what, arn in _keys(table, context, gaps):
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


def _keys(table: Table, context: Context, gaps: Gaps) -> Iterator[tuple[str, str | None]]:
    """Yield each backup with its key's ARN; None where AWS owns the key."""
    region = context.region(table)
    for backup in gaps.items(region.table_backups):
        if backup.table_arn != table.arn or backup.backup_status != "AVAILABLE":
            continue
        if backup.encryption.gap is not None:
            gaps.found.append(backup.encryption.gap)
            continue
        yield from _key_of_sse(f"backup {backup.backup_name}", backup.encryption.known(), gaps)
    for point in gaps.items(region.backup.protected):
        if point.resource_arn != table.arn:
            continue
        vault = next(
            (one for one in region.backup.vaults.items if one.arn == point.last_backup_vault_arn), None
        )
        if vault is None:
            unread = malformed(
                "backup:ListBackupVaults", f"no vault {point.last_backup_vault_arn}", table.region
            )
            gaps.found.append(region.backup.vaults.gap or unread)
        elif vault.description.encryption_key_arn is not None:
            owned = vault.description.encryption_key_type == _OWNED
            yield f"the backup in vault {vault.name}", None if owned else vault.description.encryption_key_arn
        else:
            gaps.found.append(malformed("backup:ListBackupVaults", "no EncryptionKeyArn", table.region))


def _key_of_sse(what: str, sse: Sse | None, gaps: Gaps) -> Iterator[tuple[str, str | None]]:
    if sse is None or uses_aws_owned_key(sse):
        yield what, None
    elif sse.kms_master_key_arn is None:
        gaps.found.append(malformed("dynamodb:DescribeBackup", "SSEDescription names no KMSMasterKeyArn"))
    else:
        yield what, sse.kms_master_key_arn
