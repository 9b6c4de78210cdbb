"""Decisions in words."""

import json
from typing import Any

import pytest

from dynasec.iam.authorize import authorize
from dynasec.iam.decision import Decision
from dynasec.iam.explanation import because, conditions
from dynasec.iam.layers import Layer, Layers, Policy
from dynasec.iam.request import Caller, Request

TABLE = "arn:aws:dynamodb:us-east-1:111122223333:table/Orders"
ROLE = "arn:aws:iam::111122223333:role/app"


def decide(*statements: dict[str, Any], **layers: Any) -> Decision:
    written = [{"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*", **each} for each in statements]
    policy = Policy.parsed("app", "inline", json.dumps({"Version": "2012-10-17", "Statement": written}))
    return authorize(
        Request.of(Caller.of(ROLE), "dynamodb:Query", TABLE), Layers(identity=Layer.of([policy]), **layers)
    )


def when(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: values}}}


SUB = "${cognito-identity.amazonaws.com:sub}"
LEADING = "dynamodb:LeadingKeys"


@pytest.mark.parametrize(
    ("condition", "allowed", "denied"),
    [
        (when("StringEquals", "aws:SourceVpce", "vpce-0a1b"), "only from vpce-0a1b", "not from vpce-0a1b"),
        (when("StringNotEquals", "aws:SourceVpce", "vpce-1"), "not from vpce-1", "only from vpce-1"),
        (when("Null", "aws:SourceVpce", "false"), "only through a VPC endpoint", "not through a VPC endpoint"),
        (when("IpAddress", "aws:SourceIp", "10.0.0.0/8"), "only from 10.0.0.0/8", "not from 10.0.0.0/8"),
        (when("Bool", "aws:SecureTransport", "true"), "only over TLS", "not over TLS"),
        (when("Bool", "aws:SecureTransport", "false"), "only over plain HTTP", "not over plain HTTP"),
        (when("BoolIfExists", "aws:SecureTransport", "true"), "only over TLS", "not over TLS"),
        (
            when("StringEquals", LEADING, SUB),
            "only items whose partition key is the caller's sub",
            "no items whose partition key is the caller's sub",
        ),
        (
            when("ForAllValues:StringEquals", LEADING, SUB),
            "only items whose partition key is the caller's sub, or requests that name none (such as Scan)",
            "only requests with an item whose partition key is not the caller's sub",
        ),
        (
            when("StringEquals", LEADING, "${aws:PrincipalTag/tenant}"),
            "only items whose partition key is the caller's tag tenant",
            "no items whose partition key is the caller's tag tenant",
        ),
        (
            when("StringEquals", "dynamodb:Select", "SPECIFIC_ATTRIBUTES"),
            "only with Select = SPECIFIC_ATTRIBUTES",
            "not with Select = SPECIFIC_ATTRIBUTES",
        ),
        (
            when("ForAllValues:StringEquals", "dynamodb:Attributes", "id", "name"),
            "only requests that name no attributes but id and name",
            "only requests that name others than id and name",
        ),
        (
            when("StringEquals", "aws:PrincipalTag/team", "red", "blue"),
            "only callers whose tag team is blue or red",
            "no callers whose tag team is blue or red",
        ),
        (
            when("StringEquals", "aws:ResourceTag/class", "public"),
            "only resources whose tag class is public",
            "no resources whose tag class is public",
        ),
        (
            when("StringEquals", "aws:PrincipalOrgID", "o-1"),
            "only callers of organisation o-1",
            "not callers of organisation o-1",
        ),
        (when("DateLessThan", "aws:CurrentTime", "2027-01-01"), "only before 2027-01-01", "not before 2027-01-01 on"),
        (when("Bool", "aws:ViaAWSService", "true"), "only by way of an AWS service", "not by way of an AWS service"),
        (
            when("NumericLessThan", "aws:MultiFactorAuthAge", "300"),
            "only if aws:MultiFactorAuthAge is less than 300",
            "unless aws:MultiFactorAuthAge is less than 300",
        ),
        (
            when("StringEquals", "my:Key", "x"),
            "only if my:key is x",
            "unless my:key is x",
        ),
    ],
)  # fmt: skip
def test_a_condition_of_an_allow_and_of_a_deny(condition: dict[str, Any], allowed: str, denied: str) -> None:
    assert conditions(decide(condition)) == (allowed,)
    assert conditions(decide({}, {**condition, "Effect": "Deny"})) == (denied,)


def test_partition_keys_that_must_be_named() -> None:
    both = {"Condition": {"ForAllValues:StringEquals": {LEADING: SUB}, "Null": {LEADING: "false"}}}
    assert conditions(decide(both)) == ("only items whose partition key is the caller's sub",)


def test_several_parts_and_alternatives() -> None:
    network = when("StringEquals", "aws:SourceVpce", "vpce-1")
    office = when("IpAddress", "aws:SourceIp", "192.0.2.0/24")
    tls = {**when("Bool", "aws:SecureTransport", "false"), "Effect": "Deny"}
    assert conditions(decide(network, tls)) == ("not over plain HTTP", "only from vpce-1")
    assert conditions(decide(network, office, tls)) == (
        "not over plain HTTP",
        "either only from 192.0.2.0/24, or only from vpce-1",
    )


def test_the_exemption_of_services_from_a_network_deny() -> None:
    deny = {
        "Effect": "Deny",
        "Condition": {
            "StringNotEquals": {"aws:SourceVpc": "vpc-1"},
            "BoolIfExists": {"aws:ViaAWSService": "false"},
        },
    }
    assert conditions(decide({}, deny)) == ("either only by way of an AWS service, or only from vpc-1",)


def test_certain_answers_depend_on_nothing() -> None:
    assert conditions(decide({})) == ()
    assert conditions(decide({"Effect": "Deny"})) == ()


def test_what_could_not_be_read_is_named() -> None:
    decision = decide({}, scps=(Layer.unread("p-1", "scp", "AccessDeniedException"),))
    assert conditions(decision) == (
        "unknown: scp policy p-1 may allow dynamodb:Query: AccessDeniedException",
        "unknown: scp policy p-1 may deny dynamodb:Query: AccessDeniedException",
    )
    assert [policy.identifier for policy in decision.unread] == ["p-1"]


def test_too_many_ways_are_said_to_be_so() -> None:
    denies = [
        {"Effect": "Deny", "Condition": {"Bool": {f"a:{i}": "true", f"b:{i}": "true"}}} for i in range(20)
    ]
    words = conditions(decide(when("StringEquals", "aws:SourceVpce", "vpce-1"), *denies))
    assert words[0] == "only from vpce-1"
    assert "too many ways" in words[1]


def test_because_names_layer_policy_and_statement() -> None:
    decision = decide({"Sid": "Data"}, {"Effect": "Deny", **when("Bool", "aws:SecureTransport", "false")})
    assert because(decision) == (
        "identity: Allow by app, Data",
        "identity: Deny by app, statement 2 (only over plain HTTP)",
    )
