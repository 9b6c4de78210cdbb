"""Policy documents as accounts have them: least-privilege ones, broad ones, and those that only look narrow."""

import json
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from simulated_aws.services import tables
from simulated_aws.size import ACCOUNT_ID, HOME_REGION

Statement = Mapping[str, object]
_READS = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:ConditionCheckItem"]
_WRITES = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"]


def document(statements: Sequence[Statement]) -> str:
    """Return a policy document as IAM's query protocol carries it: JSON, URL-encoded."""
    return quote(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}), safe="")


def allow(actions: Sequence[str] | str, resources: Sequence[str] | str, **more: object) -> Statement:
    """Return an Allow statement."""
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def _indexed(number: int) -> list[str]:
    return [tables.arn(number), f"{tables.arn(number)}/index/*"]


def application(number: int) -> list[Statement]:
    """Item access to one table and its key, through DynamoDB only."""
    via = {"StringEquals": {"kms:ViaService": f"dynamodb.{HOME_REGION}.amazonaws.com"}}
    return [
        allow([*_READS, *_WRITES, "dynamodb:DescribeTable"], _indexed(number), Sid="Items"),
        allow(["kms:Decrypt", "kms:DescribeKey"], tables.key_arn(number % 20), Sid="Key", Condition=via),
    ]


def managed(number: int, table: int) -> list[Statement]:
    """Return the statements of a customer managed policy: one of ten kinds, by its number."""
    logs = f"arn:aws:logs:{HOME_REGION}:{ACCOUNT_ID}:log-group:/app/{number:04d}:*"
    common = [
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], logs, Sid="Logs"),
        allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::artifacts-{number:04d}/*", Sid="Artifacts"),
        allow(["cloudwatch:PutMetricData", "xray:PutTraceSegments"], "*", Sid="Telemetry"),
    ]
    kinds: dict[int, list[Statement]] = {
        0: [allow("dynamodb:*", f"arn:aws:dynamodb:*:{ACCOUNT_ID}:table/*")],
        1: [allow([*_READS, "dynamodb:Scan"], _indexed(table)), allow("dynamodb:ListTables", "*")],
        2: [_own_items(table)],
        3: [allow(["dynamodb:Describe*", "dynamodb:List*"], "*")],
        4: [{"Effect": "Deny", "Action": "dynamodb:DeleteTable", "Resource": "*"}, *application(table)],
    }
    return common + kinds.get(number % 10, [])


def _own_items(table: int) -> Statement:
    condition = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:PrincipalTag/customer}"]}}
    return allow([*_READS, *_WRITES], _indexed(table), Condition=condition)


def trust(principal: Mapping[str, str], action: str = "sts:AssumeRole", **more: object) -> Statement:
    """Return a trust policy's statement."""
    return {"Effect": "Allow", "Principal": principal, "Action": action, **more}
