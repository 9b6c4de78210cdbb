"""Three weeks of CloudTrail's data events of the simulated account: what its trail logs, as its trail would log it.

The service and the support desk come through the shop's VPC endpoint; the nightly clean-up of `orders-maintenance` runs elsewhere and
comes over the internet, so that nobody may close the table to all but the endpoint before that has moved. Of `payments` nobody asks but
the administrator: the partner that may read them does not, so that its right can be withdrawn.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from dynasec.demo.emulator import ACCOUNT
from dynasec.model.snapshot import Snapshot
from dynasec.remedy.observed.log_files import LogFile
from dynasec.remedy.observed.requests import Observed, observe

READS: Final = frozenset({"ec2:DescribeVpcEndpoints"})
"""What must have been read of an account to tell what was observed there."""
_REGION: Final = "us-east-1"
_DAYS: Final = 21


def observed(account: Snapshot) -> Observed:
    """Return what was observed in the weeks before an account was read."""
    endpoints = account.region(_REGION).network.endpoints.complete()
    shop = next(one.vpc_endpoint_id for one in endpoints if one.tags.get("Name") == "shop-dynamodb")
    events = {"Records": list(_events(account.taken_at, shop))}
    content = gzip.compress(json.dumps(events).encode())
    return observe([LogFile("account-trail.json.gz", lambda: io.BytesIO(content))])


def _events(until: datetime, endpoint: str) -> Iterator[Mapping[str, Any]]:
    inside = {"sourceIPAddress": "10.0.1.20", "vpcEndpointId": endpoint}
    outside = {"sourceIPAddress": "203.0.113.20"}
    for day in range(_DAYS):
        time = until - timedelta(days=_DAYS - day, minutes=-30)
        for name in ("GetItem", "Query", "PutItem"):
            yield _event(time, "orders-service", name, "orders", inside)
        for name in ("Scan", "DeleteItem"):
            yield _event(time, "orders-maintenance", name, "orders", outside)
        yield _event(time, "account-admin", "Query", "payments", outside)


def _event(time: datetime, role: str, name: str, table: str, way: Mapping[str, Any]) -> Mapping[str, Any]:
    arn = f"arn:aws:dynamodb:{_REGION}:{ACCOUNT}:table/{table}"
    return {
        "eventVersion": "1.11",
        "eventTime": f"{time:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": "dynamodb.amazonaws.com",
        "eventName": name,
        "awsRegion": _REGION,
        "userAgent": "aws-sdk",
        "requestParameters": {"tableName": table, "key": {"id": "1"}},
        "resources": [{"accountId": ACCOUNT, "type": "AWS::DynamoDB::Table", "ARN": arn}],
        "eventType": "AwsApiCall",
        "managementEvent": False,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Data",
        "tlsDetails": {"tlsVersion": "TLSv1.3"},
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": f"AROA:{role}",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/session",
            "accountId": ACCOUNT,
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "arn": f"arn:aws:iam::{ACCOUNT}:role/{role}",
                    "userName": role,
                },
                "attributes": {"mfaAuthenticated": "false"},
            },
        },
        **way,
    }
