"""Full access in a VPC endpoint policy, in any spelling."""

import json
from typing import Any

import pytest

from dynasec.iam.actions import capabilities, catalogue
from dynasec.iam.document import parse
from dynasec.iam.full_access import Broad, broad_statements

DATA = [
    f"dynamodb:{name}"
    for name in ("GetItem", "BatchGetItem", "Query", "Scan", "PutItem", "UpdateItem", "DeleteItem")
]
SENSITIVE = sorted(action for action in catalogue("dynamodb") if capabilities(action))
TABLE = "arn:aws:dynamodb:us-east-1:111122223333:table/Orders"


def statement(**elements: Any) -> dict[str, Any]:
    found = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", **elements}
    return {name: value for name, value in found.items() if value is not ...}


def find(*statements: dict[str, Any], **elements: Any) -> tuple[Broad, ...]:
    return broad_statements(parse(json.dumps({**elements, "Statement": list(statements)})))


@pytest.mark.parametrize(
    "elements",
    [
        {},
        {"Principal": {"AWS": "*"}},
        {"Principal": ...},
        {"Action": ["*"], "Resource": ["*"]},
        {"Action": "*:*"},
        {"Action": "dynamodb:*"},
        {"Action": "DYNAMODB:*"},
        {"Action": ["s3:GetObject", "dynamodb:*"]},
        {"Action": SENSITIVE},
        {"Action": ["dynamodb:A*", "dynamodb:*"]},
        {"Action": ..., "NotAction": "iam:*"},
        {"Action": ..., "NotAction": ["dynamodb:DeleteTable"], "Resource": "*"},
        {"Resource": ..., "NotResource": "arn:aws:s3:::bucket"},
        {"Resource": ..., "NotResource": TABLE},
        {"Resource": "arn:aws:dynamodb:*:*:*"},
        {"Resource": "arn:aws:dynamodb:us-east-1:*:table/*"},
        {"Resource": "arn:aws:*"},
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Condition": {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-x"}}},
        {"Condition": {"StringLike": {"aws:PrincipalArn": "*"}}},
        {"Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}},  # true of all that comes through it
    ],
)
def test_full_access(elements: dict[str, Any]) -> None:
    (found,) = find(statement(Sid="Open", **elements))
    assert found.statement == "Open"
    assert "anyone" in found.explanation


def test_the_default_policy_without_a_version() -> None:
    assert find(statement())[0].statement == "statement 1"


@pytest.mark.parametrize(
    "elements",
    [
        {"Action": DATA},
        {"Action": "dynamodb:Describe*"},
        {"Action": "s3:*"},
        {"Resource": TABLE},
        {"Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/*"},
        {"Resource": "arn:aws:dynamodb:*:*:table/*/index/*"},
        {"Resource": "arn:aws:s3:::*"},
        {"Resource": ..., "NotResource": "arn:aws:dynamodb:*:*:*"},
        {"Action": ..., "NotAction": "dynamodb:*"},
        {"Principal": {"AWS": "arn:aws:iam::111122223333:root"}},
        {"Condition": {"StringEquals": {"aws:PrincipalAccount": "111122223333"}}},
        {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-x"}}},
        {"Condition": {"StringEquals": {"aws:ResourceAccount": "111122223333"}}},
        {"Effect": "Deny"},
    ],
)
def test_not_full_access(elements: dict[str, Any]) -> None:
    assert find(statement(**elements)) == ()


def test_split_over_several_statements() -> None:
    half = len(SENSITIVE) // 2
    first, second = statement(Sid="A", Action=SENSITIVE[:half]), statement(Sid="B", Action=SENSITIVE[half:])
    assert [each.statement for each in find(first, second)] == ["A", "B"]
    assert find(first) == ()
    harmless = statement(Sid="C", Action="dynamodb:DescribeTable")
    assert [each.statement for each in find(first, second, harmless)] == ["A", "B"]
    assert find(first, {**second, "Resource": TABLE}) == ()


@pytest.mark.parametrize(
    ("denial", "broad"),
    [
        ({"Action": "dynamodb:DeleteTable"}, True),
        ({}, False),
        ({"Action": "dynamodb:*"}, False),
        ({"Action": ..., "NotAction": ["dynamodb:GetItem", "dynamodb:Query"]}, False),
        ({"Action": "dynamodb:*", "Resource": TABLE}, True),
        ({"Principal": {"AWS": "444455556666"}}, True),
        ({"Condition": {"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}}}, False),
        ({"Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-x"}}}, False),
        ({"Condition": {"StringNotEquals": {"aws:ResourceAccount": "111122223333"}}}, False),
        ({"Condition": {"StringEquals": {"aws:PrincipalAccount": "444455556666"}}}, True),
        ({"Condition": {"Bool": {"aws:SecureTransport": "false"}}}, True),
        ({"Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}}, True),
        ({"Condition": {"ForAnyValue:StringNotEquals": {"aws:PrincipalOrgID": "o-x"}}}, True),
        (
            {
                "Condition": {
                    "StringNotEquals": {"aws:PrincipalOrgID": "o-x"},
                    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
                },
            },
            False,
        ),
        (
            {
                "Condition": {
                    "StringNotEquals": {"aws:PrincipalOrgID": "o-x"},
                    "StringEquals": {"aws:RequestedRegion": "eu-west-1"},
                },
            },
            True,
        ),
        ({"Principal": ..., "NotPrincipal": {"AWS": "111122223333"}}, False),
        ({"Principal": ..., "NotPrincipal": {"AWS": "*"}}, True),
    ],
)
def test_denies_count(denial: dict[str, Any], *, broad: bool) -> None:
    assert bool(find(statement(), statement(Effect="Deny", **denial))) is broad


def test_an_endpoint_policy_without_resource_is_about_everything() -> None:
    assert find(statement(Resource=...))[0].explanation == "allows * on * to anyone"


def test_long_lists_are_shortened() -> None:
    assert "and more" not in find(statement(Action=SENSITIVE))[0].explanation
    assert f"{len(SENSITIVE) - 3} more" in find(statement(Action=SENSITIVE))[0].explanation
