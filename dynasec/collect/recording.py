"""Collects dynasec.model.recording: AWS Config, and CloudFormation's stacks."""

from __future__ import annotations

import asyncio
from typing import Any, Final, TypeVar

from dynasec.collect.reader import RegionReader
from dynasec.collect.stacks import stacks
from dynasec.model.fact import Listing, unlisted
from dynasec.model.recording import (
    ConfigRule,
    DeliveryChannel,
    DeliveryChannelStatus,
    DeployedRule,
    Evaluation,
    Recorder,
    RecorderStatus,
    Recording,
    RuleCompliance,
)
from dynasec.model.shape import AwsShape

A = TypeVar("A", bound=AwsShape)

_DETAILS: Final = "config:GetComplianceDetailsByConfigRule"
_PAGE: Final = 100
"""Evaluations a page: the most that AWS Config gives."""


async def collect(reader: RegionReader) -> Recording:
    """Read recorders, channels, rules with their results, and stacks of one Region."""
    recorders, statuses, channels, deliveries = await asyncio.gather(
        _listed(reader, "config:DescribeConfigurationRecorders", "ConfigurationRecorders", Recorder),
        _listed(
            reader,
            "config:DescribeConfigurationRecorderStatus",
            "ConfigurationRecordersStatus",
            RecorderStatus,
        ),
        _listed(reader, "config:DescribeDeliveryChannels", "DeliveryChannels", DeliveryChannel),
        _listed(
            reader, "config:DescribeDeliveryChannelStatus", "DeliveryChannelsStatus", DeliveryChannelStatus
        ),
    )
    rules, compliance, deployed = await asyncio.gather(
        _rules(reader),
        _listed(reader, "config:DescribeComplianceByConfigRule", "ComplianceByConfigRules", RuleCompliance),
        stacks(reader),
    )
    return Recording(
        recorders=recorders,
        recorder_statuses=statuses,
        delivery_channels=channels,
        delivery_statuses=deliveries,
        rules=rules,
        compliance=compliance,
        stacks=deployed,
    )


async def _listed(reader: RegionReader, operation: str, key: str, kind: type[A]) -> Listing[A]:
    """Read a listing in the order of its names, which stand first in what is listed."""
    found = await reader.items(operation, key, kind.model_validate)
    name = next(iter(kind.model_fields))
    return Listing(tuple(sorted(found.items, key=lambda one: str(getattr(one, name)))), found.gap)


async def _rules(reader: RegionReader) -> Listing[DeployedRule]:
    async def follow(raw: Any) -> DeployedRule:  # noqa: ANN401 - raw AWS JSON
        rule = ConfigRule.model_validate(raw)
        if not (rule.managed_identifier or "").startswith("DYNAMODB_"):
            return DeployedRule(rule=rule, evaluations=unlisted(_DETAILS))
        name = rule.config_rule_name
        found = await reader.items(
            _DETAILS, "EvaluationResults", Evaluation.model_validate, ConfigRuleName=name, Limit=_PAGE
        )
        ordered = sorted(found.items, key=lambda one: (one.resource_type, one.resource_id))
        return DeployedRule(rule=rule, evaluations=Listing(tuple(ordered), found.gap))

    found = await reader.each("config:DescribeConfigRules", "ConfigRules", follow)
    return Listing(tuple(sorted(found.items, key=lambda one: one.rule.config_rule_name)), found.gap)
