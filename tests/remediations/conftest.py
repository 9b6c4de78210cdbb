"""What tests of remediations share."""

from __future__ import annotations

import boto3
import pytest

from tests.support import detective_shim, endpoint_shim, waf_shim


@pytest.fixture
def detectives(monkeypatch: pytest.MonkeyPatch) -> None:
    """GuardDuty and CloudTrail as AWS documents them."""
    detective_shim.install(monkeypatch)


@pytest.fixture
def routed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gateway endpoints with their routes, as AWS documents them."""
    endpoint_shim.install(monkeypatch)


@pytest.fixture
def shielded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Web ACLs as AWS documents them."""
    waf_shim.install(monkeypatch)


@pytest.fixture
def orders(aws: None) -> None:
    """A table: most things matter only where there is one."""
    del aws
    boto3.client("dynamodb").create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
