"""A vault that holds backups of tables lets nobody delete them.

## Why it matters
Ransom comes after the backups first. Whoever may delete recovery points can take the last copy away, the account's own administrators
and anybody with their credentials included.

## Passes when
The vault's lock is past its grace time, so that nobody at all can take it away (compliance mode); or the vault is locked in governance mode
and its access policy denies `backup:DeleteRecoveryPoint` to everybody, unconditionally. Not applicable to vaults that hold no table's
latest backup.

## How to fix
A lock with `--changeable-for-days` cannot be undone after that time, not even by AWS: choose the retention with care.
- Console: AWS Backup, Vaults, the vault, Create vault lock.
- CLI: `aws backup put-backup-vault-lock-configuration --backup-vault-name NAME --min-retention-days 35`
- Terraform: `aws_backup_vault_lock_configuration` and `aws_backup_vault_policy`.
- CloudFormation: `LockConfiguration` and `AccessPolicy` in `AWS::Backup::BackupVault`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.iam.actions import surely_reaches
from dynasec.model.backup import BackupVault
from dynasec.model.fact import Gap, Unknown, malformed
from dynasec.semantics.policy_text import document_of

_POLICY = "backup:GetBackupVaultAccessPolicy"
_DELETE = "backup:DeleteRecoveryPoint"

check = Check(
    subject=BackupVault,
    title="Vaults with backups of tables are locked",
    severity=Severity.LOW,
    reads=("backup:ListProtectedResources", _POLICY),
    frameworks=("nist-800-53-r5:CP-9",),
)


@check.evaluator
def evaluate(vault: BackupVault, context: Context) -> Verdict:
    """Ask what is in it, then the lock, then the policy."""
    protected = context.region(vault).backup.protected
    if not any(one.last_backup_vault_arn == vault.arn for one in protected.items):
        protected.complete()
        return Verdict.not_applicable("holds no table's latest backup")
    locked, since = vault.description.locked, vault.description.lock_date
    if locked is None:
        raise Unknown(malformed("backup:ListBackupVaults", "no Locked", vault.region))
    if not locked:
        return Verdict.failed("is not locked: recovery points can be deleted before their time")
    if since is not None and since <= context.now:
        return Verdict.passed(f"is locked for good since {since.date()}")
    if _forbids_deletion(vault):
        return Verdict.passed("is locked in governance mode, and its policy denies deletion to everybody")
    return Verdict.failed(
        "its lock can still be taken away, and its policy does not deny deletion to everybody"
    )


def _forbids_deletion(vault: BackupVault) -> bool:
    """Whether the policy denies everybody to delete; a Deny under a condition that this does not judge leaves it open."""
    text = vault.policy.known()
    if text is None:
        return False
    conditional = False
    for statement in document_of(text, _POLICY, vault.region).statements:
        anyone = statement.principals is not None and statement.principals.anyone
        everything = "*" in (statement.resources or ())
        if statement.allows or not anyone or not everything or not surely_reaches(statement, _DELETE):
            continue
        if not statement.conditions:
            return True
        conditional = True
    if conditional:
        raise Unknown(Gap(_POLICY, "Conditional", "deletion is denied under a condition", vault.region))
    return False
