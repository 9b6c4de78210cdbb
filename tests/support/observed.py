"""Builds log files of CloudTrail by hand."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from tests.support.accounts import ACCOUNT, REGION

ORDERS = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
APP_SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/i-1"


def session(role: str = "app", name: str = "i-1", *, path: str = "/") -> dict[str, Any]:
    """The identity of a role's session."""
    return {
        "type": "AssumedRole",
        "principalId": f"AROA:{name}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}",
        "accountId": ACCOUNT,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "arn": f"arn:aws:iam::{ACCOUNT}:role{path}{role}",
                "userName": role,
            },
            "attributes": {"mfaAuthenticated": "false", "creationDate": "2026-01-01T00:00:00Z"},
        },
    }


def event(**members: Any) -> dict[str, Any]:
    """A GetItem on the table orders by a session of the role app; a member that is None is left out."""
    record = {
        "eventVersion": "1.11",
        "userIdentity": session(),
        "eventTime": "2026-01-10T00:00:00Z",
        "eventSource": "dynamodb.amazonaws.com",
        "eventName": "GetItem",
        "awsRegion": REGION,
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-sdk",
        "requestParameters": {"tableName": "orders", "key": {"id": "1"}},
        "resources": [{"accountId": ACCOUNT, "type": "AWS::DynamoDB::Table", "ARN": ORDERS}],
        "eventType": "AwsApiCall",
        "managementEvent": False,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Data",
        "tlsDetails": {"tlsVersion": "TLSv1.3"},
        **members,
    }
    return {name: value for name, value in record.items() if value is not None}


def write_log(path: Path, *records: Any, packed: bool = True) -> None:
    """Write a log file as CloudTrail delivers it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps({"Records": list(records)}).encode()
    path.write_bytes(gzip.compress(content) if packed and path.suffix == ".gz" else content)
