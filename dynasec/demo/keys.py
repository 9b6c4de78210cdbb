"""The account's KMS keys.

`shop` is as it should be. `archive` was scheduled for deletion by somebody who did not know that the invoices still need it. `partner`
never rotates.
"""

from __future__ import annotations

from dataclasses import dataclass

from dynasec.demo.emulator import Aws


@dataclass(frozen=True)
class Keys:
    """The ARNs of the keys."""

    shop: str
    archive: str
    partner: str


def seed(aws: Aws) -> Keys:
    """Create the keys; those of tables are scheduled for deletion only when the tables exist, by `age`."""
    kms = aws.client("kms")
    created = {
        name: kms.create_key(Description=f"{name} tables")["KeyMetadata"]["Arn"]
        for name in ("shop", "archive", "partner")
    }
    for name, arn in created.items():
        kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=arn)
    for name in ("shop", "archive"):
        kms.enable_key_rotation(KeyId=created[name])
    return Keys(**created)


def age(aws: Aws, keys: Keys) -> None:
    """Let happen what happened since."""
    aws.client("kms").schedule_key_deletion(KeyId=keys.archive.rpartition("/")[2], PendingWindowInDays=30)
