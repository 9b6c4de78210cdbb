"""The remediation `log-data-events`."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from tests.remediations.audit import trails
from tests.support.accounts import ACCOUNT
from tests.support.detective_shim import DEFAULT_SELECTOR
from tests.support.remedied import Stage, planned, read, round_trip

NAME = "log-data-events"
TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"
pytestmark = pytest.mark.usefixtures("aws", "detectives", "orders")


@pytest.fixture(autouse=True)
def _sensitive(orders: None) -> None:
    del orders
    boto3.client("dynamodb").tag_resource(
        ResourceArn=TABLE, Tags=[{"Key": "data-class", "Value": "restricted"}]
    )


def fields(selector: Any) -> dict[str, Any]:
    return {
        one["Field"]: {k: v for k, v in one.items() if k != "Field" and v}
        for one in selector["FieldSelectors"]
    }


def apply() -> list[dict[str, Any]]:
    plan = planned(NAME, read(NAME, script=trails.SCRIPT))
    Stage().apply(plan)
    return [fields(one) for one in trails.selected()]


def test_round_trip_of_a_trail_with_default_selectors() -> None:
    trails.make()
    plan = round_trip(NAME, script=trails.SCRIPT)
    assert [change.resource for change in plan.changes] == [trails.ARN]
    assert plan.changes[0].before == {"EventSelectors": [DEFAULT_SELECTOR]}


def test_round_trip_of_a_trail_with_advanced_selectors() -> None:
    trails.make()
    trails.select(
        AdvancedEventSelectors=[
            {"Name": "m", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}
        ]
    )
    round_trip(NAME, script=trails.SCRIPT)


def test_nothing_that_was_selected_is_dropped() -> None:
    trails.make()
    basic = [
        {
            "ReadWriteType": "WriteOnly",
            "IncludeManagementEvents": True,
            "ExcludeManagementEventSources": ["kms.amazonaws.com"],
            "DataResources": [
                {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::bucket/"]},
                {"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]},
            ],
        }
    ]
    trails.select(EventSelectors=basic)
    writes = {"Equals": ["false"]}
    data = {"Equals": ["Data"]}
    assert apply() == [
        {
            "eventCategory": {"Equals": ["Management"]},
            "readOnly": writes,
            "eventSource": {"NotEquals": ["kms.amazonaws.com"]},
        },
        {
            "eventCategory": data,
            "resources.type": {"Equals": ["AWS::S3::Object"]},
            "readOnly": writes,
            "resources.ARN": {"StartsWith": ["arn:aws:s3:::bucket/"]},
        },
        {"eventCategory": data, "resources.type": {"Equals": ["AWS::Lambda::Function"]}, "readOnly": writes},
        {
            "eventCategory": data,
            "resources.type": {"Equals": ["AWS::DynamoDB::Table"]},
            "resources.ARN": {"Equals": [TABLE]},
        },
    ]


def test_one_change_takes_all_tables() -> None:
    trails.make()
    boto3.client("dynamodb").create_table(
        TableName="customers",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "data-class", "Value": "restricted"}],
    )
    (change,) = planned(NAME, read(NAME, script=trails.SCRIPT)).changes
    assert len(change.fingerprints) == 2


def test_a_trail_that_does_not_log_is_not_chosen() -> None:
    trails.make(logging=False)
    plan = planned(NAME, read(NAME, script=trails.SCRIPT))
    assert plan.changes == ()
    assert "create-trail" in plan.advice[0].how


def test_a_trail_of_another_region_does_not_reach_the_table() -> None:
    trails.make(IsMultiRegionTrail=False)
    assert planned(NAME, read(NAME, script=trails.SCRIPT)).changes
    far = boto3.client("cloudtrail", region_name="eu-west-1")
    boto3.client("cloudtrail").delete_trail(Name="main")
    far.create_trail(Name="far", S3BucketName="logs-of-main", IsMultiRegionTrail=False)
    far.start_logging(Name="far")
    assert planned(NAME, read(NAME, regions=("us-east-1", "eu-west-1"), script=trails.SCRIPT)).changes == ()


def test_more_values_than_a_trail_takes() -> None:
    trails.make()
    many = [f"arn:aws:s3:::bucket-{i}/" for i in range(500)]
    trails.select(
        EventSelectors=[
            {
                "ReadWriteType": "All",
                "IncludeManagementEvents": True,
                "DataResources": [{"Type": "AWS::S3::Object", "Values": many}],
            }
        ]
    )
    (change,) = planned(NAME, read(NAME, script=trails.SCRIPT)).changes
    assert "more than 500 values" in change.blocked[0].reason
