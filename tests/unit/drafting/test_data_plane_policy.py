"""A replacement allows nothing that the policy it replaces does not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dynasec.drafting.data_plane_policy import data_plane
from dynasec.iam.document import parse
from tests.support.identity import allow, deny, document

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
CLUSTER = "arn:aws:dax:us-east-1:123456789012:cache/fast"


def made(*statements: dict[str, Any], clusters: tuple[str, ...] = ()) -> dict[str, Any]:
    text = data_plane(parse(document(*statements)), [TABLE], clusters)
    return {} if text is None else {one["Sid"]: one for one in json.loads(text)["Statement"]}


@pytest.mark.parametrize(
    "statement",
    [
        allow("s3:*"),
        allow("dynamodb:*", Condition={"Bool": {"aws:SecureTransport": "true"}}),
        allow("dynamodb:*", resource=TABLE),
        {"Effect": "Allow", "Action": "dynamodb:*", "NotResource": TABLE},
        allow("dynamodb:DeleteTable"),
    ],
)
def test_what_is_not_open_to_all_is_not_taken_over(statement: dict[str, Any]) -> None:
    assert made(statement) == {}


def test_denies_count() -> None:
    assert made(allow("dynamodb:GetItem", "dynamodb:PutItem"), deny("dynamodb:PutItem"))["Items"][
        "Action"
    ] == ["dynamodb:GetItem"]


def test_clusters_are_named_where_there_are_any() -> None:
    assert "Clusters" not in made(allow("dax:*"))
    found = made(allow("dax:*"), clusters=(CLUSTER,))["Clusters"]
    assert found["Resource"] == [CLUSTER]
    assert "dax:GetItem" in found["Action"]
    assert "dax:DeleteCluster" not in found["Action"]
