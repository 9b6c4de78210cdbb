"""The remediation `enable-guardduty`."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from dynasec.remediation import UndoClass
from tests.support.remedied import planned, read, round_trip

NAME = "enable-guardduty"
pytestmark = pytest.mark.usefixtures("aws", "detectives", "orders")


def test_a_detector_is_made_and_stays_suspended_after_the_undo() -> None:
    plan = round_trip(NAME, remains=("detectors",))
    (change,) = plan.changes
    assert change.undo.kind is UndoClass.LIMITED
    guardduty = boto3.client("guardduty")
    (detector,) = guardduty.list_detectors()["DetectorIds"]
    told = guardduty.get_detector(DetectorId=detector)
    assert told["Status"] == "DISABLED"
    assert told["FindingPublishingFrequency"] == "FIFTEEN_MINUTES"
    optional = [
        one for one in told["Features"] if one["Name"] not in {"CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS"}
    ]
    assert len(optional) == 6
    assert {one["Status"] for one in optional} == {"DISABLED"}


def test_a_suspended_detector_is_switched_on_and_nothing_else_of_it() -> None:
    boto3.client("guardduty").create_detector(Enable=False, FindingPublishingFrequency="SIX_HOURS")
    plan = round_trip(NAME)
    assert plan.changes[0].undo.kind is UndoClass.EXACT
    assert plan.changes[0].calls[0].params.keys() == {"DetectorId", "Enable"}


def test_what_another_account_administers_is_left_to_it() -> None:
    boto3.client("guardduty").create_detector(Enable=False)
    administrator: dict[str, Any] = {"AccountId": "999988887777", "RelationshipStatus": "Enabled"}
    report = read(NAME, script={"guardduty:GetAdministratorAccount": {"Administrator": administrator}})
    plan = planned(NAME, report)
    assert plan.changes == ()
    assert "account 999988887777 administers GuardDuty" in plan.advice[0].why
