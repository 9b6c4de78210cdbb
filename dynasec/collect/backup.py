"""Reads AWS Backup: plans with what they select, vaults with their policies, the opt-in, and what really was backed up."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from dynasec.collect.keys import KeyRing
from dynasec.collect.reader import RegionReader
from dynasec.model.backup import (
    BackupPlan,
    BackupRule,
    BackupSelection,
    BackupService,
    BackupVault,
    ProtectedResource,
    SelectionBody,
    VaultDescription,
)
from dynasec.model.fact import Listing
from dynasec.model.shape import JsonObject

_PLAN = "backup:GetBackupPlan"
_SELECTION = "backup:GetBackupSelection"
_VAULT_POLICY = "backup:GetBackupVaultAccessPolicy"
_SETTINGS = "backup:DescribeRegionSettings"
_TABLE = "DynamoDB"
_OWNED_BY_AWS = "AWS_OWNED_KMS_KEY"


async def collect(reader: RegionReader, keys: KeyRing) -> BackupService:
    """Read one Region."""
    plans, vaults, protected, settings = await asyncio.gather(
        reader.each("backup:ListBackupPlans", "BackupPlansList", lambda raw: _plan(reader, raw)),
        reader.each("backup:ListBackupVaults", "BackupVaultList", lambda raw: _vault(reader, keys, raw)),
        reader.items("backup:ListProtectedResources", "Results", _protected),
        reader.read(_SETTINGS),
    )
    tables = (one for one in protected.items if one is not None)
    return BackupService(
        plans=Listing(tuple(sorted(plans.items, key=lambda plan: plan.arn)), plans.gap),
        vaults=Listing(tuple(sorted(vaults.items, key=lambda vault: vault.arn)), vaults.gap),
        protected=Listing(tuple(sorted(tables, key=lambda one: one.resource_arn)), protected.gap),
        opt_ins=settings.map(_opt_ins, _SETTINGS),
    )


async def _plan(reader: RegionReader, raw: JsonObject) -> BackupPlan:
    plan_id = raw["BackupPlanId"]
    rules, selections = await asyncio.gather(
        reader.read(_PLAN, BackupPlanId=plan_id),
        reader.each(
            "backup:ListBackupSelections",
            "BackupSelectionsList",
            lambda selection: _selection(reader, plan_id, selection),
            BackupPlanId=plan_id,
        ),
    )
    return BackupPlan(
        id=plan_id,
        arn=raw["BackupPlanArn"],
        name=raw["BackupPlanName"],
        last_execution=raw.get("LastExecutionDate"),
        rules=rules.map(_rules, _PLAN),
        selections=Listing(tuple(sorted(selections.items, key=lambda one: one.id)), selections.gap),
    )


async def _selection(reader: RegionReader, plan_id: str, raw: JsonObject) -> BackupSelection:
    selection_id = raw["SelectionId"]
    answer = await reader.read(_SELECTION, BackupPlanId=plan_id, SelectionId=selection_id)
    return BackupSelection(id=selection_id, name=raw["SelectionName"], body=answer.map(_body, _SELECTION))


async def _vault(reader: RegionReader, keys: KeyRing, raw: JsonObject) -> BackupVault:
    described = VaultDescription.model_validate(raw)
    if described.encryption_key_type != _OWNED_BY_AWS:
        keys.want(described.encryption_key_arn, reader.region)
    policy = await reader.find(
        _VAULT_POLICY, absent=("ResourceNotFoundException",), BackupVaultName=described.backup_vault_name
    )
    return BackupVault(
        arn=described.backup_vault_arn,
        region=reader.region,
        name=described.backup_vault_name,
        description=described,
        policy=policy.map(_policy_text, _VAULT_POLICY),
    )


def _rules(response: JsonObject) -> tuple[BackupRule, ...]:
    return tuple(BackupRule.model_validate(one) for one in response["BackupPlan"]["Rules"])


def _body(response: JsonObject) -> SelectionBody:
    return SelectionBody.model_validate(response["BackupSelection"])


def _policy_text(response: JsonObject | None) -> str | None:
    return None if response is None else str(response["Policy"])


def _protected(raw: JsonObject) -> ProtectedResource | None:
    return ProtectedResource.model_validate(raw) if raw["ResourceType"] == _TABLE else None


def _opt_ins(response: JsonObject) -> Mapping[str, bool]:
    return dict(response["ResourceTypeOptInPreference"])
