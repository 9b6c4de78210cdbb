"""Builds what AWS Backup keeps in a Region by hand."""

from __future__ import annotations

from typing import Any

from dynasec.model.backup import (
    BackupPlan,
    BackupSelection,
    BackupService,
    BackupVault,
    ProtectedResource,
    SelectionBody,
    VaultDescription,
)
from dynasec.model.fact import Fact, Listing
from tests.support.accounts import ACCOUNT, NOW, REGION, table

VAULT = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:orders"
OPTED_IN = {"DynamoDB": True}


def body(**members: Any) -> SelectionBody:
    """What a selection selects; `members` as AWS spells them."""
    role = f"arn:aws:iam::{ACCOUNT}:role/backup"
    return SelectionBody.model_validate({"SelectionName": "tables", "IamRoleArn": role, **members})


def plan(*bodies: SelectionBody | Fact[Any], name: str = "daily") -> BackupPlan:
    """A plan with these selections."""
    selections = tuple(
        BackupSelection(
            id=str(number), name=f"selection-{number}", body=one if isinstance(one, Fact) else Fact(one)
        )
        for number, one in enumerate(bodies)
    )
    arn = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-plan:{name}"
    return BackupPlan(id=name, arn=arn, name=name, selections=Listing(selections))


def service(*plans: BackupPlan, opt_ins: Any = OPTED_IN, **families: Any) -> BackupService:
    """AWS Backup with these plans, completely listed; nothing was backed up and no vault is there unless given."""
    fields = {"plans": Listing(plans), "protected": Listing(()), "vaults": Listing(()), **families}
    return BackupService(opt_ins=opt_ins if isinstance(opt_ins, Fact) else Fact(opt_ins), **fields)


def protected(name: str = "orders", *, when: Any = NOW, vault: str | None = VAULT) -> ProtectedResource:
    """A table that was backed up into a vault."""
    return ProtectedResource(
        resource_arn=table(name).arn,
        resource_type="DynamoDB",
        last_backup_time=when,
        last_backup_vault_arn=vault,
    )


def vault(arn: str = VAULT, *, policy: Any = None, **members: Any) -> BackupVault:
    """A vault; its access policy is observed, by default that there is none."""
    name = arn.rpartition(":")[2]
    described = VaultDescription(backup_vault_name=name, backup_vault_arn=arn, **members)
    facts = policy if isinstance(policy, Fact) else Fact(policy)
    return BackupVault(arn=arn, region=REGION, name=name, description=described, policy=facts)
