"""A second emulator, which lacks services and answers in other ways: nothing may crash, and nothing unread may look good."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.config import Config


@pytest.fixture(scope="module")
def furnished(ministack):
    client = boto3.client(
        "dynamodb",
        endpoint_url=ministack.url,
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(retries={"total_max_attempts": 2}),
    )
    for name, protected in (("good", True), ("bad", False)):
        client.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            DeletionProtectionEnabled=protected,
        )
    client.update_continuous_backups(
        TableName="good", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    return ministack


@pytest.fixture(scope="module")
def report(furnished):
    done = furnished.dynasec("audit", "-f", "json")
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout)


def test_what_it_can_answer_is_judged(report):
    found = {
        one["label"]: one["status"]
        for one in report["findings"]
        if one["control"] == "point-in-time-recovery"
    }
    assert found == {"good": "PASS", "bad": "FAIL"}


def test_what_it_cannot_answer_is_unknown(report):
    found = {one["control"] for one in report["findings"] if one["status"] == "UNKNOWN"}
    assert {"guardduty-enabled", "shield-advanced"} <= found
    for one in report["findings"]:
        assert bool(one["gaps"]) == (one["status"] == "UNKNOWN"), one


def test_incomplete_is_not_ok(furnished):
    done = furnished.dynasec("audit", "--fail-on", "never")
    assert done.returncode == 4
    assert "UNKNOWN" in done.stdout
