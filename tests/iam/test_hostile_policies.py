"""Policies meant to make the engine slow, wrong or raise: bounded time, and an answer that says what it is."""

import json
from typing import Any

import pytest

from dynasec.iam.authorize import authorize, complete
from dynasec.iam.conditions import Gap, Knowledge
from dynasec.iam.decision import Outcome
from dynasec.iam.explanation import because, conditions
from dynasec.iam.layers import Layer, Layers, Policy, Unread
from dynasec.iam.request import Caller, Request
from tests.support.bounded import bounded

TABLE = "arn:aws:dynamodb:us-east-1:111122223333:table/Orders"
ALLOW: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
DENY: dict[str, Any] = {**ALLOW, "Effect": "Deny"}


def policies(*statements: dict[str, Any]) -> Layer:
    """Spread statements over documents of a size that AWS accepts."""
    found: list[Policy | Unread] = []
    for start in range(0, len(statements), 1000):
        text = json.dumps({"Version": "2012-10-17", "Statement": statements[start : start + 1000]})
        found.append(Policy.parsed(f"p{start}", "managed", text))
    assert not any(isinstance(each, Unread) for each in found)
    return Layer.of(found)


def ask(layers: Layers, resource: str = TABLE, known: Knowledge | None = None) -> Outcome:
    caller = Caller.of("arn:aws:iam::111122223333:role/app", tags={"x": "a" * 50})
    with bounded():
        decision = authorize(
            Request.of(caller, "dynamodb:Query", resource, given=known or Knowledge()), layers
        )
        assert all(conditions(decision))
        assert all(because(decision)[:20])
        assert complete(decision.residual, Knowledge(otherwise=Gap.ABSENT)).outcome is not Outcome.CONDITIONAL
    return decision.outcome


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 100_000,
        '{"Statement":' * 10_000,
        "\x00",
        "%7B%22Statement%22%3A%00%7D",
        '{"Statement":{"Effect":"Allow","Effect":"Deny","Action":"*","Resource":"*"}}',
        json.dumps({"Statement": {**ALLOW, "Resource": "arn:\x00:"}}),
        json.dumps({"Statement": {**ALLOW, "Sid": "x" * 1_000_000}}),
        json.dumps({"Statement": {**ALLOW, "Action": 5}}),
        json.dumps({"Statement": {**ALLOW, "Condition": {"Bool": {"a:b": {"c": 1}}}}}),
        '{"Statement":{"Effect":"Allow","Action":"*","Resource":"\\ud800:"}}',
    ],
)
def test_what_is_no_policy_makes_the_answer_unknown(text: str) -> None:
    with bounded():
        policy = Policy.parsed("p", "inline", text)
    assert isinstance(policy, Unread)
    assert policy.reason
    assert ask(Layers(identity=Layer.of([policy]))) is Outcome.UNKNOWN
    assert ask(Layers(identity=Layer.of([policy]), boundary=Layer())) is Outcome.IMPLICIT_DENY
    assert ask(Layers(identity=Layer.of([policy]), boundary=policies(DENY))) is Outcome.EXPLICIT_DENY


def test_ten_thousand_statements() -> None:
    plain = policies(*({**ALLOW, "Action": f"s3:Get{i}"} for i in range(10_000)))
    assert ask(Layers(identity=plain)) is Outcome.IMPLICIT_DENY


@pytest.mark.parametrize("effect", ["Allow", "Deny"])
@pytest.mark.parametrize("key", ["aws:SourceVpce", "my:{}"])
def test_ten_thousand_conditions(effect: str, key: str) -> None:
    statements = (
        {**ALLOW, "Effect": effect, "Condition": {"StringLike": {key.format(i): f"v{i}*"}}}
        for i in range(10_000)
    )
    assert ask(Layers(identity=policies(ALLOW, *statements))) in {Outcome.ALLOWED, Outcome.CONDITIONAL}


def test_denies_whose_cases_multiply() -> None:
    denies = [
        {**DENY, "Condition": {"StringEquals": {f"a:{i}": "x", f"b:{i}": "y", "aws:SourceVpce": f"v{i}"}}}
        for i in range(300)
    ]
    assert ask(Layers(identity=policies(ALLOW, *denies))) is Outcome.CONDITIONAL


@pytest.mark.parametrize(
    "pattern",
    ["arn:aws:dynamodb:" + "*a" * 1000 + "*", "*?" * 1000, "a" + "?*b" * 700, "*${aws:PrincipalTag/x}" * 500],
)
def test_patterns_of_a_thousand_stars(pattern: str) -> None:
    ask(Layers(identity=policies({**ALLOW, "Resource": pattern})), "arn:aws:dynamodb:" + "a" * 2000)


def test_thousands_of_values_that_must_be_compared() -> None:
    one = {**ALLOW, "Condition": {"StringLike": {"aws:SourceVpce": [f"*{i}*x" for i in range(5000)]}}}
    other = {**DENY, "Condition": {"StringLike": {"aws:SourceVpce": [f"*{i}*y" for i in range(5000)]}}}
    assert ask(Layers(identity=policies(one, other))) is Outcome.CONDITIONAL


def test_thousands_of_principals() -> None:
    names = [f"arn:aws:iam::111122223333:role/r{i}" for i in range(5000)]
    everyone_else = policies({**DENY, "NotPrincipal": {"AWS": names}})
    assert ask(Layers(identity=policies(ALLOW), resource=everyone_else)) is Outcome.EXPLICIT_DENY


@pytest.mark.parametrize(
    "resource", ["", "*", "\x00", "\ud800", "arn", ":" * 10_000, "arn:aws:dynamodb:::" + "x" * 100_000]
)
def test_resources_that_are_none(resource: str) -> None:
    assert ask(Layers(identity=policies(ALLOW)), resource) is Outcome.ALLOWED


@pytest.mark.parametrize(
    "value", ["", "\x00", "\ud800", "x" * 100_000, "9" * 100_000, "1e999999", "0001-01-01", "١٢"]
)
def test_context_values_that_no_operator_expects(value: str) -> None:
    operators = (
        "NumericEquals",
        "DateLessThan",
        "Bool",
        "BinaryEquals",
        "IpAddress",
        "ArnLike",
        "StringLike",
    )
    each = [{**ALLOW, "Condition": {operator: {"my:Key": ["5", "2026", "true"]}}} for operator in operators]
    outcome = ask(Layers(identity=policies(*each)), known=Knowledge({"my:key": (value,)}))
    assert outcome in {Outcome.IMPLICIT_DENY, Outcome.ALLOWED}
