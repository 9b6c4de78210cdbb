"""AWS Backup in one Region. It has no answer to "is this table covered": plans, their selections and the opt-in decide that together.

Fields rest on `ListBackupPlans`, `GetBackupPlan`, `ListBackupSelections`, `GetBackupSelection`, `DescribeRegionSettings`,
`ListBackupVaults`, `GetBackupVaultAccessPolicy` and `ListProtectedResources` of the AWS Backup service model.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from dynasec.model.fact import Fact, Listing, unlisted, unread
from dynasec.model.shape import AwsShape, Resource, Shape


class Lifecycle(AwsShape):
    """How long a recovery point is kept; for ever where `delete_after_days` is absent."""

    move_to_cold_storage_after_days: int | None = None
    delete_after_days: int | None = None


class CopyAction(AwsShape):
    """A further vault that gets a copy of each recovery point."""

    destination_backup_vault_arn: str
    lifecycle: Lifecycle | None = None


class BackupRule(AwsShape):
    """A schedule of a plan. Without an expression, it runs daily at 05:00 UTC."""

    rule_name: str
    target_backup_vault_name: str
    schedule_expression: str | None = None
    enable_continuous_backup: bool | None = None
    lifecycle: Lifecycle | None = None
    copy_actions: tuple[CopyAction, ...] = ()


class TagEquality(AwsShape):
    """One entry of `ListOfTags`: a tag that is enough to be selected. The key is written plainly."""

    condition_type: str
    condition_key: str
    condition_value: str


class TagCondition(AwsShape):
    """One entry of `Conditions`. The key is written "aws:ResourceTag/KEY"."""

    condition_key: str
    condition_value: str


class TagConditions(AwsShape):
    """`Conditions`: all of them must hold."""

    string_equals: tuple[TagCondition, ...] = ()
    string_not_equals: tuple[TagCondition, ...] = ()
    string_like: tuple[TagCondition, ...] = ()
    string_not_like: tuple[TagCondition, ...] = ()


class SelectionBody(AwsShape):
    """`BackupSelection`: which resources a plan is for. ARNs may hold wildcards."""

    selection_name: str
    iam_role_arn: str
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    list_of_tags: tuple[TagEquality, ...] = ()
    conditions: TagConditions | None = None


class BackupSelection(Shape):
    """A selection of a plan, and what it selects."""

    id: str
    name: str
    body: Fact[SelectionBody] = unread("backup:GetBackupSelection")


class BackupPlan(Shape):
    """A plan: when, into which vault (`rules`), and of what (`selections`)."""

    id: str
    arn: str
    name: str
    last_execution: datetime | None = None
    rules: Fact[tuple[BackupRule, ...]] = unread("backup:GetBackupPlan")
    selections: Listing[BackupSelection] = unlisted("backup:ListBackupSelections")


class VaultDescription(AwsShape):
    """`BackupVaultListMember`. `lock_date` is when the lock becomes immutable; a lock without one can be taken away."""

    backup_vault_name: str
    backup_vault_arn: str
    vault_type: str | None = None
    vault_state: str | None = None
    encryption_key_arn: str | None = None
    encryption_key_type: str | None = None
    number_of_recovery_points: int | None = None
    locked: bool | None = None
    lock_date: datetime | None = None
    min_retention_days: int | None = None
    max_retention_days: int | None = None


class BackupVault(Resource):
    """A vault. Its access policy is kept as AWS returned it; None where there is none."""

    aws_type: ClassVar[str] = "AWS::Backup::BackupVault"

    name: str
    description: VaultDescription
    policy: Fact[str | None] = unread("backup:GetBackupVaultAccessPolicy")

    @property
    def label(self) -> str:
        """The vault's name."""
        return self.name


class ProtectedResource(AwsShape):
    """Something that AWS Backup really backed up at least once, and when last."""

    resource_arn: str
    resource_type: str
    last_backup_time: datetime
    last_backup_vault_arn: str | None = None
    last_recovery_point_arn: str | None = None


class BackupService(Shape):
    """The service's things. `opt_ins` tells per resource type ("DynamoDB") whether the Region opted in; `protected` holds tables alone."""

    plans: Listing[BackupPlan] = unlisted("backup:ListBackupPlans")
    vaults: Listing[BackupVault] = unlisted("backup:ListBackupVaults")
    protected: Listing[ProtectedResource] = unlisted("backup:ListProtectedResources")
    opt_ins: Fact[Mapping[str, bool]] = unread("backup:DescribeRegionSettings")
