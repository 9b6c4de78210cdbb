"""Keys of tables: names, policies, and what cannot be known."""

from __future__ import annotations

import json

import pytest

from dynasec.drafting.table_keys import alias_of, new_key, policy_text
from dynasec.iam.document import parse
from dynasec.model.fact import Unknown
from dynasec.model.table import Table
from tests.support.accounts import ACCOUNT, table


def test_an_alias_is_the_table_s_name() -> None:
    assert alias_of("orders") == "alias/dynasec/orders"
    assert alias_of("my_orders-2/x") == "alias/dynasec/my_orders-2/x"


def test_names_that_are_no_aliases_are_told_apart() -> None:
    names = ["my.orders", "my_orders", "my orders", "x" * 255, "x" * 254 + "y"]
    aliases = [alias_of(name) for name in names]
    assert len(set(aliases)) == len(names)
    assert all(len(alias) <= 256 for alias in aliases)
    assert aliases[0].startswith("alias/dynasec/my_orders-")


def test_nobody_may_use_the_key_directly_and_whoever_administers_it_may_not_grant() -> None:
    text = policy_text("aws", ACCOUNT, "eu-west-1")
    assert len(parse(text).statements) == 3
    for statement in json.loads(text)["Statement"]:
        use = any(
            action.startswith(
                ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt", "kms:Generate", "kms:CreateGrant")
            )
            for action in statement["Action"]
        )
        condition = statement.get("Condition", {}).get("StringEquals", {})
        assert use == ("kms:ViaService" in condition)
        assert "kms:*" not in statement["Action"]
        assert "kms:Create*" not in statement["Action"]
    root = json.loads(text)["Statement"][0]
    assert "kms:PutKeyPolicy" in root["Action"]  # else KMS refuses the policy: nobody could change it


def test_in_a_partition_of_which_the_service_name_is_not_known_no_key_is_made() -> None:
    arn = f"arn:aws-cn:dynamodb:cn-north-1:{ACCOUNT}:table/orders"
    one = Table(arn=arn, region="cn-north-1", name="orders", account=ACCOUNT)
    with pytest.raises(Unknown, match="Undocumented"):
        new_key(one, "cn-north-1", 365)


def test_the_policy_is_of_the_partition() -> None:
    govcloud = policy_text("aws-us-gov", ACCOUNT, "us-gov-west-1")
    assert f"arn:aws-us-gov:iam::{ACCOUNT}:root" in govcloud
    assert "dynamodb.us-gov-west-1.amazonaws.com" in govcloud


def test_two_tables_have_two_stand_ins() -> None:
    first, second = (new_key(table(name), "us-east-1", 365).trial for name in ("orders", "carts"))
    assert first.arn != second.arn
    assert first.tables == (table("orders").arn,)
