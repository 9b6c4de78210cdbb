"""The engine against another program's evaluation, on thousands of random requests.

MiniStack (MIT, an emulator of AWS that these tests use anyway) enforces IAM with an evaluator of its own. It knows identity
policies, boundaries, session policies and a resource policy in one account. Left out is what it does not claim or gets wrong,
judged by AWS's documentation:

- policy variables (it has none) and Version;
- qualified operators with IfExists (`ForAnyValue:StringEqualsIfExists`), and numbers or dates it cannot read;
- `ArnLike` whose star stands for several parts of an ARN (it compares ARNs as one text);
- `NotPrincipal`; other accounts' resources; organisations; endpoints;
- `Principal: "*"` beside a boundary or session policy that is silent: it denies, but AWS says that these limit neither users whom
  a resource policy names nor sessions that it reaches by a wildcard
  (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles).
"""

import json
import random

import pytest
from ministack.core.iam_evaluator import (
    EvalContext,
    combine_resource_policy,
    evaluate,
    parse_policy_document,
)

from dynasec.iam.simulation import answer

HOME, ABROAD = "111122223333", "444455556666"
ANN = f"arn:aws:iam::{HOME}:user/ann"
WEB = f"arn:aws:sts::{HOME}:assumed-role/app/web"
APP = f"arn:aws:iam::{HOME}:role/app"
TABLES = [
    f"arn:aws:dynamodb:us-east-1:{HOME}:table/{name}" for name in ("Orders", "Carts", "Orders/index/ByDay")
]
ACTIONS = [
    "dynamodb:GetItem",
    "dynamodb:BatchGetItem",
    "dynamodb:Query",
    "dynamodb:PutItem",
    "dynamodb:DeleteTable",
]
ACTION_PATTERNS = [
    *ACTIONS,
    "dynamodb:*",
    "*",
    "DynamoDB:getitem",
    "dynamodb:*Item",
    "dynamodb:?etItem",
    "s3:*",
    "dynamodb:B*",
]
RESOURCE_PATTERNS = [
    *TABLES,
    "*",
    f"arn:aws:dynamodb:*:{HOME}:table/*",
    "arn:aws:dynamodb:*:*:table/Orders*",
    "arn:aws:dynamodb:us-east-1:*:table/?arts",
    "arn:aws:dynamodb:*/index/*",
    "arn:aws:dynamodb:us-east-1:111122223333:table/orders",
]
VALUES = {
    "aws:RequestTag/team": ["red", "blue", "Red", "reddish", ""],
    "aws:SourceVpce": ["vpce-1", "vpce-2"],
    "aws:SourceIp": ["203.0.113.7", "198.51.100.1", "2001:db8::1"],
    "aws:SecureTransport": ["true", "false"],
    "s3:max-keys": ["1", "10", "10.0", "-3", "100"],
    "aws:TokenIssueTime": ["2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2025-06-30T12:00:00Z"],
    "aws:SourceArn": ["arn:aws:sns:us-east-1:111122223333:alerts", "arn:aws:sns:eu-west-1:444455556666:news"],
}
LISTS = {
    "dynamodb:LeadingKeys": ["ann", "bob", "ann#1", "Ann"],
    "dynamodb:Attributes": ["Id", "Day", "Card"],
}
TEXTS = (
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
)
COMPARED = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
OPERATORS = {
    "aws:RequestTag/team": TEXTS,
    "aws:SourceVpce": TEXTS,
    "aws:SourceIp": ("IpAddress", "NotIpAddress"),
    "aws:SecureTransport": ("Bool",),
    "s3:max-keys": tuple(f"Numeric{each}" for each in COMPARED),
    "aws:TokenIssueTime": tuple(f"Date{each}" for each in COMPARED),
    "aws:SourceArn": ("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"),
}
WANTED = {
    **VALUES,
    "aws:RequestTag/team": [*VALUES["aws:RequestTag/team"], "r*", "?ed", "*"],
    "aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/0", "2001:db8::/32", "203.0.113.7"],
    "aws:SourceArn": [*VALUES["aws:SourceArn"], "arn:aws:sns:*:111122223333:a*", "arn:aws:sns:*:*:*"],
}
ANSWERS = {"Allow": "allowed", "Deny": "explicitDeny", "ImplicitDeny": "implicitDeny"}


def _some(rng, among, most=3):
    return rng.sample(among, rng.randint(1, min(most, len(among))))


def _condition(rng):
    condition = {}
    for _ in range(rng.randint(1, 2)):
        if rng.random() < 0.3:
            key = rng.choice([*LISTS])
            qualifier = rng.choice(["ForAllValues:", "ForAnyValue:"])
            condition.setdefault(qualifier + rng.choice(TEXTS), {})[key] = _some(rng, [*LISTS[key], "ann*"])
        elif rng.random() < 0.15:
            condition.setdefault("Null", {})[rng.choice([*VALUES, *LISTS])] = rng.choice(["true", "false"])
        else:
            key = rng.choice([*OPERATORS])
            operator = rng.choice(OPERATORS[key]) + rng.choice(["", "", "IfExists"])
            condition.setdefault(operator, {})[key] = _some(rng, WANTED[key])
    return condition


def _statement(rng, effects=("Allow", "Allow", "Allow", "Deny")):
    statement = {
        "Effect": rng.choice(effects),
        rng.choice(["Action", "Action", "Action", "NotAction"]): _some(rng, ACTION_PATTERNS),
        rng.choice(["Resource", "Resource", "Resource", "NotResource"]): _some(rng, RESOURCE_PATTERNS),
    }
    if rng.random() < 0.5:
        statement["Condition"] = _condition(rng)
    return statement


def _document(rng):
    return {"Version": "2012-10-17", "Statement": [_statement(rng) for _ in range(rng.randint(1, 3))]}


def _resource_document(rng, *, everybody):
    names = [ANN, WEB, APP, HOME, f"arn:aws:iam::{HOME}:root", f"arn:aws:iam::{HOME}:user/bob", ABROAD]
    statements = []
    for _ in range(rng.randint(1, 2)):
        principal = "*" if everybody and rng.random() < 0.2 else {"AWS": _some(rng, names)}
        statements.append({**_statement(rng), "Principal": principal})
    return {"Version": "2012-10-17", "Statement": statements}


def _context(rng):
    context = {key: rng.choice(values) for key, values in VALUES.items() if rng.random() < 0.6}
    return context | {key: _some(rng, values) for key, values in LISTS.items() if rng.random() < 0.6}


def _entries(context):
    return [
        {"ContextKeyName": key, "ContextKeyValues": value, "ContextKeyType": "stringList"}
        if isinstance(value, list)
        else {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
        for key, value in context.items()
    ]


def _theirs(request, caller, context, limits, resource_policy):
    asked = EvalContext(
        principal_arn=caller,
        principal_type="User" if caller == ANN else "AssumedRole",
        principal_account=HOME,
        action=request["ActionNames"][0],
        resource_arn=request["ResourceArns"][0],
        region="us-east-1",
        source_ip=context.get("aws:SourceIp"),
        secure_transport=context["aws:SecureTransport"] == "true",
        service_context={key.lower(): value for key, value in context.items()},
    )
    policies = [parse_policy_document(text) for text in request["PolicyInputList"]]
    parsed = [[parse_policy_document(text) for text in layer] for layer in limits]
    found = evaluate(asked, policies, *parsed)
    if resource_policy is None:
        return ANSWERS[found.decision]
    return ANSWERS[
        combine_resource_policy(found, asked, resource_policy, HOME, limits=tuple(parsed)).decision
    ]


def _question(rng):
    caller, context = rng.choice([ANN, WEB]), _context(rng)
    context["aws:SecureTransport"] = rng.choice(VALUES["aws:SecureTransport"])
    request = {
        "PolicyInputList": [json.dumps(_document(rng)) for _ in range(rng.randint(0, 2))],
        "ActionNames": [rng.choice(ACTIONS)],
        "ResourceArns": [rng.choice(TABLES)],
        "CallerArn": caller,
        "ContextEntries": _entries(context),
    }
    limits = []
    if rng.random() < 0.25:
        request["PermissionsBoundaryPolicyInputList"] = [json.dumps(_document(rng))]
        limits.append(request["PermissionsBoundaryPolicyInputList"])
    if caller == WEB and rng.random() < 0.25:
        request["SessionPolicyInputList"] = [json.dumps(_document(rng))]
        limits.append(request["SessionPolicyInputList"])
    resource_policy = None
    if rng.random() < 0.5:
        resource_policy = json.dumps(_resource_document(rng, everybody=not limits))
        request["ResourcePolicy"] = resource_policy
    return request, caller, context, limits, resource_policy


@pytest.mark.parametrize("seed", range(8))
def test_both_answer_alike(seed):
    rng = random.Random(seed)  # noqa: S311 - reproducible, not secret
    decisions = set()
    for _ in range(500):
        question = _question(rng)
        line = json.dumps(question[0])
        ours = answer(line.encode())["EvaluationResults"][0]["EvalDecision"]
        assert ours == _theirs(*question), line
        decisions.add(ours)
    assert decisions == set(ANSWERS.values())
