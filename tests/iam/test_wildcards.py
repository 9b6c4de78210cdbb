"""Write wildcards in identity policies, and which conditions narrow them."""

import json
from typing import Any

import pytest

from dynasec.iam.document import parse
from dynasec.iam.wildcards import Wildcard, reaches_resources_of, wildcards

TABLE = "arn:aws:dynamodb:us-east-1:111122223333:table/Orders"


def find(**elements: Any) -> tuple[Wildcard, ...]:
    statement = {"Sid": "Wide", "Effect": "Allow", "Action": "dynamodb:*", "Resource": "*", **elements}
    kept = {name: value for name, value in statement.items() if value is not ...}
    return wildcards(parse(json.dumps({"Version": "2012-10-17", "Statement": kept})))


@pytest.mark.parametrize(
    "action",
    [
        "*",
        "*:*",
        "dynamodb:*",
        "DynamoDB:*",
        "dax:*",
        "dynamodb:*Item",
        "dynamodb:Update*",
        "dynamodb:Put*",
        "dynamodb:Batch*",
        "dynamodb:PartiQL*",
        "dynamodb:Delete?able",
        "dynamodb:BrandNew*",
        "dax:Delete*",
        "dynamodb:Tag*",
    ],
)
def test_write_wildcards(action: str) -> None:
    (found,) = find(Action=["s3:GetObject", action])
    assert (found.statement, found.pattern) == ("Wide", action)
    assert found.actions


@pytest.mark.parametrize(
    "action",
    [
        "dynamodb:Get*",
        "dynamodb:BatchGet*",
        "dynamodb:Describe*",
        "dynamodb:List*",
        "dynamodb:?etItem",
        "dynamodb:Transact*",
        "dynamodb:PutItem",
        "dax:Get*",
        "s3:*",
    ],
)
def test_read_wildcards_and_literal_actions_are_fine(action: str) -> None:
    assert find(Action=action) == ()


def test_everything_is_told_from_a_part() -> None:
    assert find(Action="dynamodb:*")[0].everything
    assert find(Action="*")[0].everything
    assert not find(Action="dynamodb:Put*")[0].everything


@pytest.mark.parametrize(
    ("resource", "reported"),
    [
        ("*", True),
        (TABLE, True),
        ("arn:aws:*", True),
        ("arn:*:dynamodb:*", True),
        ("arn:aws-cn:dynamodb:*:*:table/*", True),
        ("arn:aws:${aws:PrincipalTag/x}", True),
        ("arn:aws:s3:::bucket", False),
        (["arn:aws:s3:::bucket", TABLE], True),
        ("arn:aws:dax:us-east-1:111122223333:cache/c", False),  # dynamodb:* does nothing on a DAX cluster
    ],
)
def test_resources(resource: Any, *, reported: bool) -> None:
    assert bool(find(Resource=resource)) is reported


def test_dax_actions_need_a_dax_resource() -> None:
    assert find(Action="dax:*", Resource=TABLE) == ()
    assert find(Action="dax:*", Resource="arn:aws:dax:*:*:cache/*")


def test_inverse_statements_and_denies_are_other_controls_business() -> None:
    assert find(Action=..., NotAction="iam:*") == ()
    assert find(Resource=..., NotResource=TABLE) == ()
    assert find(Effect="Deny") == ()


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:ResourceTag/team": "x"}},
        {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
        {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}},
        {"ArnLikeIfExists": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}},
        {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
        {"ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": "${aws:username}"}},
        {
            "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "x"},
            "Null": {"dynamodb:LeadingKeys": "false"},
        },
        {"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:ResourceTag/team": "x"}},
    ],
)
def test_conditions_that_narrow(condition: Any) -> None:
    assert find(Condition=condition) == ()


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"Bool": {"aws:SecureTransport": "true"}},
        {"Bool": {"AWS:MultiFactorAuthPresent": "true"}},
        {"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}},
        {"StringLike": {"aws:UserAgent": "our-client*"}},
        {"DateLessThan": {"aws:CurrentTime": "2099-01-01"}},
        {"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}},
        {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "${aws:username}"}},
        {"StringLike": {"aws:ResourceTag/team": "*"}},
        {"StringLike": {"aws:PrincipalArn": "*", "aws:PrincipalAccount": "*"}},
        {"Null": {"aws:SourceVpce": "true"}},
        {"Null": {"dynamodb:LeadingKeys": "false"}},
        {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}},
        {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
        {"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}},
        {"NotIpAddress": {"aws:SourceIp": "192.0.2.1"}},
    ],
)
def test_conditions_that_only_look_like_narrowing(condition: Any) -> None:
    assert find(Condition=condition)


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("*", True),
        ("arn:*", True),
        ("arn:aws:*", True),
        ("arn:aws:dynamodb:*", True),
        ("arn:aws:dyn*:*:*:table/*", True),
        ("arn:*:dynamodb:*:*:table/*", True),
        ("arn:aws:s3:::bucket/*", False),
        ("arn:aws:s3:*", False),
        ("arn:*:s3:::bucket/*", False),
        ("arn:aws:dax:*:*:cache/*", False),
    ],
)
def test_a_pattern_that_names_its_service_reaches_no_other(resource: str, *, expected: bool) -> None:
    policy = json.dumps({"Statement": {"Effect": "Allow", "Action": "*", "Resource": resource}})
    assert reaches_resources_of(parse(policy).statements[0], "dynamodb") is expected
