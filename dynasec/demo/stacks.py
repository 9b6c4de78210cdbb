"""The shop's one stack, which holds two of its tables; moto's stacks neither drift nor can hold tables that were made before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from dynasec.demo.emulator import Aws
from dynasec.demo.overlay import Answers

_STACK: Final = "shop-website"
_TABLES: Final[Mapping[str, str]] = MappingProxyType({"Catalog": "catalog", "Sessions": "sessions"})
"""Names in the template and names of the tables."""
_DRIFTED: Final = "Sessions"
"""Somebody switched the protection of this one off by hand, as a detection finds out."""
_LAST_CHECK: Final = timedelta(days=45)


def seed(aws: Aws) -> None:
    """Create the stack."""
    parameter = {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Name": "/shop/website", "Type": "String", "Value": "on"},
    }
    template = {"Resources": {"Website": parameter}}
    aws.client("cloudformation").create_stack(StackName=_STACK, TemplateBody=json.dumps(template))


def answers() -> Answers:
    """Return what CloudFormation would say of a detection that is started."""
    now = datetime.now(UTC)
    return {
        "cloudformation:DetectStackDrift": {"StackDriftDetectionId": "demo"},
        "cloudformation:DescribeStackDriftDetectionStatus": {
            "StackId": _STACK,
            "StackDriftDetectionId": "demo",
            "DetectionStatus": "DETECTION_COMPLETE",
            "StackDriftStatus": "DRIFTED",
            "DriftedStackResourceCount": 1,
            "Timestamp": now,
        },
        "cloudformation:DescribeStackResourceDrifts": {
            "StackResourceDrifts": [_drift(name, table, now) for name, table in _TABLES.items()]
        },
    }


def describe_stacks(answer: dict[str, Any]) -> None:
    """Let the drift of stacks have been looked for long ago, and none found."""
    for stack in answer["Stacks"]:
        stack["DriftInformation"] = {"StackDriftStatus": "IN_SYNC", "LastCheckTimestamp": _last_check()}


def list_stack_resources(answer: dict[str, Any]) -> None:
    """Let the stack hold its tables."""
    answer["StackResourceSummaries"] += [
        {
            "LogicalResourceId": name,
            "PhysicalResourceId": table,
            "ResourceType": "AWS::DynamoDB::Table",
            "LastUpdatedTimestamp": _last_check(),
            "ResourceStatus": "CREATE_COMPLETE",
            "DriftInformation": {
                "StackResourceDriftStatus": "IN_SYNC",
                "LastCheckTimestamp": _last_check(),
            },
        }
        for name, table in _TABLES.items()
    ]


def _last_check() -> datetime:
    return datetime.now(UTC) - _LAST_CHECK


def _drift(name: str, table: str, now: datetime) -> dict[str, Any]:
    found: dict[str, Any] = {
        "StackId": _STACK,
        "LogicalResourceId": name,
        "PhysicalResourceId": table,
        "ResourceType": "AWS::DynamoDB::Table",
        "StackResourceDriftStatus": "IN_SYNC",
        "Timestamp": now,
    }
    if name != _DRIFTED:
        return found
    difference = {
        "PropertyPath": "/DeletionProtectionEnabled",
        "ExpectedValue": "true",
        "ActualValue": "false",
        "DifferenceType": "NOT_EQUAL",
    }
    return {**found, "StackResourceDriftStatus": "MODIFIED", "PropertyDifferences": [difference]}
