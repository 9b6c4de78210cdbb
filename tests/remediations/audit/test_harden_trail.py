"""The remediation `harden-trail`."""

from __future__ import annotations

import boto3
import pytest

from tests.remediations.audit import trails
from tests.support.remedied import planned, read, round_trip

NAME = "harden-trail"
pytestmark = pytest.mark.usefixtures("aws", "detectives", "orders")


def test_round_trip_of_validation() -> None:
    trails.make()
    plan = round_trip(NAME, script=trails.SCRIPT)
    assert [change.resource for change in plan.changes] == [trails.ARN]
    assert [one.control for one in plan.advice] == ["trail-encrypted"]


def test_a_validated_trail_is_left_alone() -> None:
    trails.make(EnableLogFileValidation=True)
    assert planned(NAME, read(NAME, script=trails.SCRIPT)).changes == ()


def test_another_accounts_trail_is_left_to_it() -> None:
    trails.make()
    described = boto3.client("cloudtrail").describe_trails()["trailList"][0]
    foreign = {
        **described,
        "TrailARN": trails.ARN.replace("123456789012", "999988887777"),
        "IsOrganizationTrail": True,
    }
    report = read(NAME, script={"cloudtrail:DescribeTrails": {"trailList": [foreign]}})
    plan = planned(NAME, report)
    assert plan.changes == ()
    assert {one.why for one in plan.advice} == {"account 999988887777 owns it"}
