"""Rewritten statements reach no action and no resource that they did not reach before, and lose no other service's."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

import pytest

from dynasec.drafting.explicit_actions import safe, spelled_out
from dynasec.drafting.fine_grained_repairs import repaired
from dynasec.drafting.named_resources import Wide
from dynasec.iam.actions import capabilities, condition_keys, matched, reaches
from dynasec.iam.document import Document, parse
from dynasec.iam.wildcards import wildcards
from dynasec.semantics.reached_resources import about_dynamodb
from tests.support.identity import allow, document

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
PATTERNS = (
    "dynamodb:*",
    "DynamoDB:Get*",
    "dynamodb:*Item",
    "dynamodb:Batch*",
    "dynamodb:Describe*",
    "dynamodb:List*",
    "dynamodb:*Table*",
    "dynamodb:?can",
    "dynamodb:GetItem",
    "dynamodb:DeleteTable",
    "dynamodb:Query",
    "s3:GetObject",
)
PAIRS = list(combinations(PATTERNS, 2))


def reached(parsed: Document, service: str = "dynamodb") -> set[str]:
    return set().union(*(reaches(one, service) for one in parsed.statements))


@pytest.mark.parametrize("pattern", [one for one in PATTERNS if one.lower().startswith("dynamodb:")])
def test_a_wildcard_spelled_out_means_what_it_meant_of_what_is_safe(pattern: str) -> None:
    meant = matched(pattern, "dynamodb")
    names = spelled_out(pattern, safe(meant))
    assert set().union(*(matched(name, "dynamodb") for name in names)) == safe(meant)
    named = parse(document(allow(*names))) if names else None
    assert named is None or wildcards(named) == ()


@pytest.mark.parametrize("pair", PAIRS)
def test_parted_statements_reach_the_same_actions(pair: tuple[str, str]) -> None:
    raw = allow(*pair)
    before = parse(document(raw))
    (reduced,) = about_dynamodb(before, "aws").statements
    wide = Wide.of(raw, reduced)
    if wide is None:
        return
    after = parse(document(*wide.parted([TABLE], ())))
    assert reached(after) == reached(before)
    assert reached(after, "s3") == reached(before, "s3")
    for one in after.statements:
        assert one.resources is not None
        if set(one.resources) != {"*"}:
            assert all(resource.startswith(TABLE) for resource in one.resources)
    (still,) = [Wide.of({}, one) for one in about_dynamodb(after, "aws").statements][:1]
    assert still is None


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("key", ["LeadingKeys", "Attributes"])
@pytest.mark.parametrize("test", ["ForAllValues:StringEquals", "StringLike"])
def test_repaired_statements_reach_fewer_actions_under_no_fewer_conditions(
    pair: tuple[str, str], key: str, test: str
) -> None:
    condition: dict[str, Any] = {test: {f"dynamodb:{key}": "me"}}
    raw = allow(*pair, resource=TABLE, Condition=condition)
    text = document(raw)
    parsed = about_dynamodb(parse(text), "aws")
    new = repaired(text, parsed, {one.label for one in parsed.statements})
    if new is None:
        return
    after = parse(new)
    assert reached(after) <= reached(parse(text))
    assert reached(after, "s3") == reached(parse(text), "s3")
    lost = reached(parse(text)) - reached(after)
    assert not [one for one in lost if f"dynamodb:{key}".lower() in condition_keys(one)]
    assert all(capabilities(one) for one in lost), "what only describes must stay"
    for one in json.loads(new)["Statement"]:
        values = {name: block for name, block in one["Condition"].items() if f"dynamodb:{key}" in block}
        assert {name.rpartition(":")[2] for name in values} - {"Null"} == {test.rpartition(":")[2]}
