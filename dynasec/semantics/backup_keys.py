"""Under which keys the backups of a table are: the key that the table had then, or the key of the vault of AWS Backup.

Rests on `SourceTableFeatureDetails.SSEDescription` of `DescribeBackup` and on `EncryptionKeyArn` of `ListBackupVaults`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dynasec.model.fact import Gaps, malformed
from dynasec.model.region import Region
from dynasec.model.table import Sse, Table
from dynasec.semantics.table_encryption import uses_aws_owned_key

_OWNED: Final = "AWS_OWNED_KMS_KEY"


def keys_of_backups(table: Table, region: Region, gaps: Gaps) -> Iterator[tuple[str, str | None]]:
    """Yield each available backup, in words, with its key's ARN; None where AWS owns the key. What cannot be told goes into `gaps`."""
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
