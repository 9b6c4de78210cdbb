"""The sample events, and the patterns people really write."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dynasec.semantics.event_pattern import parse
from dynasec.semantics.sample_events import (
    FINDING_SEVERITIES,
    READ_CALLS,
    WRITE_CALLS,
    dynamodb_call,
    dynamodb_calls,
    guardduty_finding,
    guardduty_findings,
)

GUARDDUTY = {"source": ["aws.guardduty"], "detail-type": ["GuardDuty Finding"]}
DYNAMODB = {
    "source": ["aws.dynamodb"],
    "detail-type": ["AWS API Call via CloudTrail"],
    "detail": {"eventSource": ["dynamodb.amazonaws.com"]},
}


def matched(pattern: dict[str, Any], events: list[dict[str, Any]]) -> int:
    compiled = parse(json.dumps(pattern))
    return sum(compiled.matches(event) for event in events)


def test_findings_cover_every_severity_band() -> None:
    severities = {event["detail"]["severity"] for event in guardduty_findings()}
    assert severities == {2.0, 5.0, 8.0}
    assert matched(GUARDDUTY, guardduty_findings()) == len(FINDING_SEVERITIES)
    assert matched(DYNAMODB, guardduty_findings()) == 0


def test_a_severity_threshold_lets_the_low_findings_go() -> None:
    medium_up = GUARDDUTY | {"detail": {"severity": [{"numeric": [">=", 4]}]}}
    low = [name for name, severity in FINDING_SEVERITIES.items() if severity < 4]
    assert matched(medium_up, guardduty_findings()) == len(FINDING_SEVERITIES) - len(low)


def test_the_type_with_spaces_of_the_original_post_never_matches() -> None:
    with_spaces = GUARDDUTY | {"detail": {"type": ["UnauthorizedAccess: IAMUser / MaliciousIPCaller.Custom"]}}
    correct = GUARDDUTY | {"detail": {"type": ["UnauthorizedAccess:IAMUser/MaliciousIPCaller.Custom"]}}
    assert matched(with_spaces, guardduty_findings()) == 0
    assert matched(correct, guardduty_findings()) == 1


def test_a_finding_is_placed_in_account_and_region() -> None:
    event = guardduty_finding("Custom:Type/Of.Finding", account="444455556666", region="eu-west-1")
    assert (event["account"], event["region"]) == ("444455556666", "eu-west-1")
    assert event["detail"]["accountId"] == "444455556666"
    assert event["detail"]["arn"].startswith("arn:aws:guardduty:eu-west-1:444455556666:detector/")
    assert event["detail"]["severity"] == 5.0


def test_a_given_severity_wins_even_when_zero() -> None:
    name = "Exfiltration:IAMUser/AnomalousBehavior"
    assert guardduty_finding(name)["detail"]["severity"] == 8.0
    assert guardduty_finding(name, severity=0.0)["detail"]["severity"] == 0.0


def test_dynamodb_calls_match_the_documented_pattern() -> None:
    assert matched(DYNAMODB, dynamodb_calls()) == len(WRITE_CALLS)
    assert matched(GUARDDUTY, dynamodb_calls()) == 0


@pytest.mark.parametrize(
    ("name", "read_only"), [(n, False) for n in WRITE_CALLS] + [(n, True) for n in READ_CALLS]
)
def test_calls_say_whether_they_only_read(name: str, read_only: bool) -> None:  # noqa: FBT001 - a table's column
    event = dynamodb_call(name)
    assert event["detail"]["readOnly"] is read_only
    assert event["detail"]["eventName"] == name
    assert matched({"detail": {"readOnly": [True]}}, [event]) == read_only


@pytest.mark.parametrize(
    ("region", "partition"),
    [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("eu-west-1", "aws")],
)
def test_arns_carry_the_partition_of_the_region(region: str, partition: str) -> None:
    event = dynamodb_call("PutResourcePolicy", account="444455556666", region=region, table="T")
    arn = f"arn:{partition}:dynamodb:{region}:444455556666:table/T"
    assert event["detail"]["requestParameters"] == {"resourceArn": arn}
    assert "resources" not in event["detail"]
    assert (event["region"], event["detail"]["awsRegion"]) == (region, region)


def test_table_calls_name_the_table() -> None:
    assert dynamodb_call("DeleteTable", table="T")["detail"]["requestParameters"] == {"tableName": "T"}


def test_events_are_json_and_fresh() -> None:
    for event in (*guardduty_findings(), *dynamodb_calls()):
        assert json.loads(json.dumps(event)) == event
    one, other = dynamodb_call("UpdateTable"), dynamodb_call("UpdateTable")
    one["detail"]["eventName"] = one["resources"].append("x")
    assert other == dynamodb_call("UpdateTable")
