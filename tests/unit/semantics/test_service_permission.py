import json

import pytest

from dynasec.iam.document import parse
from dynasec.iam.ternary import Ternary
from dynasec.semantics.service_permission import ServiceCall, permits

TOPIC = "arn:aws:sns:us-east-1:123456789012:alerts"
RULE = "arn:aws:events:us-east-1:123456789012:rule/findings"
CALL = ServiceCall(
    "events.amazonaws.com",
    "sns:Publish",
    TOPIC,
    {"aws:sourcearn": RULE, "aws:sourceaccount": "123456789012"},
)
ALLOW = {
    "Effect": "Allow",
    "Principal": {"Service": "events.amazonaws.com"},
    "Action": "sns:Publish",
    "Resource": TOPIC,
}
DENY = {"Effect": "Deny", "Principal": "*", "Action": "sns:*", "Resource": "*"}


def _answer(*statements, call=CALL):
    return permits([parse(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))], call)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Action": "SNS:Publish"},
        {"Action": "SNS:*"},
        {"Principal": {"Service": ["cloudwatch.amazonaws.com", "events.amazonaws.com"]}},
        {"Principal": "*"},
        {"Resource": "arn:aws:sns:us-east-1:123456789012:*"},
        {"Resource": "*"},
        {"Condition": {"ArnEquals": {"aws:SourceArn": RULE}}},
        {"Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:events:*:123456789012:rule/*"}}},
        {"Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}},
        {"Condition": {"Bool": {"aws:PrincipalIsAWSService": "true"}}},
    ],
    ids=str,
)
def test_admitted(changes):
    assert _answer({**ALLOW, **changes}) is Ternary.TRUE


@pytest.mark.parametrize(
    "changes",
    [
        {"Principal": {"Service": "cloudwatch.amazonaws.com"}},
        {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}},
        {"Action": "sns:Subscribe"},
        {"Resource": "arn:aws:sns:us-east-1:123456789012:other"},
        {"Condition": {"ArnEquals": {"aws:SourceArn": RULE + "-old"}}},
        {"Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}},
        {"Principal": "*", "Condition": {"StringEquals": {"AWS:SourceOwner": "123456789012"}}},
        {"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}},
    ],
    ids=str,
)
def test_not_admitted(changes):
    assert _answer({**ALLOW, **changes}) is Ternary.FALSE


def test_no_policy_admits_nobody():
    assert permits([], CALL) is Ternary.FALSE


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({}, Ternary.FALSE),
        ({"Condition": {"Bool": {"aws:SecureTransport": "false"}}}, Ternary.TRUE),
        ({"Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}}, Ternary.FALSE),
        (
            {
                "Condition": {
                    "StringNotEquals": {"aws:PrincipalOrgID": "o-abcdefghij"},
                    "Bool": {"aws:PrincipalIsAWSService": "false"},
                }
            },
            Ternary.TRUE,
        ),
        ({"Principal": {"AWS": "arn:aws:iam::123456789012:root"}}, Ternary.TRUE),
        ({"Action": "sns:Subscribe"}, Ternary.TRUE),
        ({"Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}, Ternary.UNKNOWN),
        ({"Condition": {"BoolIfExists": {"aws:SecureTransport": "false"}}}, Ternary.UNKNOWN),
        ({"Resource": "arn:aws:sns:*:${aws:PrincipalTag/owner}:alerts"}, Ternary.UNKNOWN),
    ],
    ids=str,
)
def test_a_deny_wins(changes, answer):
    assert _answer(ALLOW, {**DENY, **changes}) is answer


@pytest.mark.parametrize(
    ("named", "answer"),
    [("events.amazonaws.com", Ternary.TRUE), ("cloudwatch.amazonaws.com", Ternary.FALSE)],
)
def test_a_deny_for_all_but_some(named, answer):
    deny = {name: value for name, value in DENY.items() if name != "Principal"}
    assert _answer(ALLOW, {**deny, "NotPrincipal": {"Service": named}}) is answer


def test_actions_and_resources_that_are_excepted():
    allow = {
        "Effect": "Allow",
        "Principal": "*",
        "NotAction": "sns:Subscribe",
        "NotResource": "arn:aws:sns:*:*:other",
    }
    assert _answer(allow) is Ternary.TRUE
    assert _answer({**allow, "NotAction": "sns:Pub*"}) is Ternary.FALSE
    assert _answer({**allow, "NotResource": TOPIC}) is Ternary.FALSE


def test_keys_that_a_call_surely_lacks_hold_no_condition():
    call = ServiceCall("events.amazonaws.com", "sns:Publish", TOPIC, absent=frozenset({"aws:sourceaccount"}))
    condition = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    assert _answer({**ALLOW, "Condition": condition}, call=call) is Ternary.FALSE
    assert _answer({**ALLOW, "Condition": {"ArnLike": {"aws:SourceArn": RULE}}}, call=call) is Ternary.UNKNOWN
