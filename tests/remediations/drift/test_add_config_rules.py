"""The remediation `add-config-rules`."""

from __future__ import annotations

import boto3
import pytest

from tests.remediations.drift import recorders
from tests.support.remedied import planned, read, round_trip

NAME = "add-config-rules"
pytestmark = pytest.mark.usefixtures("aws", "orders")


def deploy(identifier: str, **members: object) -> None:
    rule = {"ConfigRuleName": "own", "Source": {"Owner": "AWS", "SourceIdentifier": identifier}, **members}
    boto3.client("config").put_config_rule(ConfigRule=rule)  # type: ignore[arg-type] # members by name


def test_all_are_deployed() -> None:
    recorders.make()
    (change,) = round_trip(NAME).changes
    assert len(change.calls) == 5


def test_only_those_that_are_missing() -> None:
    recorders.make()
    deploy("DYNAMODB_PITR_ENABLED")
    (change,) = round_trip(NAME).changes
    assert len(change.calls) == 4
    assert "DYNAMODB_PITR_ENABLED" not in change.after["Rules"]


def test_a_rule_that_is_narrowed_stays_and_gets_one_for_all_tables_beside_it() -> None:
    recorders.make()
    deploy(
        "DYNAMODB_PITR_ENABLED",
        Scope={"ComplianceResourceTypes": ["AWS::DynamoDB::Table"], "ComplianceResourceId": "orders"},
    )
    round_trip(NAME)
    names = [one["ConfigRuleName"] for one in boto3.client("config").describe_config_rules()["ConfigRules"]]
    assert names == ["own"]


def test_rules_that_sleep_are_not_deployed() -> None:
    recorders.make(on=False)
    (change,) = planned(NAME, read(NAME)).changes
    assert "recorder main is off: let `enable-config-recorder` come first" in change.blocked[0].reason
