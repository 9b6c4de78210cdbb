"""The remediation `wire-guardduty-alert`."""

from __future__ import annotations

import boto3
import pytest

from dynasec.settings import Remedy, Settings
from tests.support.accounts import ACCOUNT
from tests.support.remedied import Stage, planned, read, round_trip

NAME = "wire-guardduty-alert"
RULE = "dynasec-guardduty-findings"
MAILBOX = Settings(remedy=Remedy(alert_address="security@example.com"))
SCRIPT = {"guardduty:ListFilters": {"FilterNames": []}}
pytestmark = pytest.mark.usefixtures("aws", "detectives", "orders", "detector")


@pytest.fixture
def detector(aws: None) -> None:
    del aws
    boto3.client("guardduty").create_detector(Enable=True)


def test_round_trip_with_a_mailbox() -> None:
    (change,) = round_trip(NAME, settings=MAILBOX, script=SCRIPT).changes
    assert [call.operation for call in change.calls] == [
        "sns:CreateTopic", "sns:SetTopicAttributes", "sns:Subscribe", "events:PutRule", "events:PutTargets",
    ]  # fmt: skip
    assert "must confirm" in change.risk.reasons[0]


def test_a_topic_that_is_configured_is_used_as_it_is() -> None:
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="pager")["TopicArn"]
    settings = Settings(remedy=Remedy(alert_topic=topic))
    plan = planned(NAME, read(NAME, settings=settings, script=SCRIPT))
    Stage().apply(plan)
    targets = boto3.client("events").list_targets_by_rule(Rule=RULE)["Targets"]
    assert [one["Arn"] for one in targets] == [topic]
    assert {call.operation for call in plan.changes[0].calls} == {"events:PutRule", "events:PutTargets"}


def test_a_topic_of_another_region_is_of_no_use() -> None:
    settings = Settings(remedy=Remedy(alert_topic=f"arn:aws:sns:eu-west-1:{ACCOUNT}:pager"))
    plan = planned(NAME, read(NAME, settings=settings, script=SCRIPT))
    assert plan.changes == ()
    assert "alert_topic" in plan.advice[0].how


def test_the_rule_matches_grave_findings_only() -> None:
    (change,) = planned(NAME, read(NAME, settings=MAILBOX, script=SCRIPT)).changes
    assert change.after["pattern"]["detail"] == {"severity": [{"numeric": [">=", 7]}]}
