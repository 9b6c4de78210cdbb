"""The ARNs of a table, replicas included."""

from __future__ import annotations

import pytest

from dynasec.drafting.named_resources import arns_of
from dynasec.model.fact import Unknown
from dynasec.model.table import ReplicaDescription
from tests.support.accounts import ACCOUNT, denied, description, table


def test_a_table_is_its_replicas_in_the_same_account_too() -> None:
    theirs = "arn:aws:dynamodb:eu-west-2:999988887777:table/orders"
    replicas = (
        ReplicaDescription(region_name="eu-west-1"),
        ReplicaDescription(region_name="eu-west-2", replica_arn=theirs),
    )
    found = list(arns_of(table("orders", description=description("orders", replicas=replicas))))
    assert found == [
        f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/orders" for region in ("us-east-1", "eu-west-1")
    ]


def test_a_table_that_was_not_described_may_have_any() -> None:
    with pytest.raises(Unknown):
        list(arns_of(table("orders", description=denied("dynamodb:DescribeTable"))))
