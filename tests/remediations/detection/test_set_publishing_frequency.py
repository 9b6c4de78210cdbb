"""The remediation `set-publishing-frequency`."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from tests.support.remedied import planned, read, round_trip

NAME = "set-publishing-frequency"
pytestmark = pytest.mark.usefixtures("aws", "detectives", "orders")


@pytest.mark.parametrize("old", ["SIX_HOURS", "ONE_HOUR"])
def test_round_trip(old: Any) -> None:
    boto3.client("guardduty").create_detector(Enable=True, FindingPublishingFrequency=old)
    plan = round_trip(NAME)
    assert plan.changes[0].before == {"FindingPublishingFrequency": old}


def test_what_another_account_administers_is_left_to_it() -> None:
    boto3.client("guardduty").create_detector(Enable=True, FindingPublishingFrequency="SIX_HOURS")
    administrator: dict[str, Any] = {"AccountId": "999988887777", "RelationshipStatus": "Enabled"}
    report = read(NAME, script={"guardduty:GetAdministratorAccount": {"Administrator": administrator}})
    plan = planned(NAME, report)
    assert plan.changes == ()
    assert "account 999988887777 administers GuardDuty" in plan.advice[0].why
