"""Changes of keys: the way back, and who would be locked out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dynasec.check import Context
from dynasec.drafting.encryption import MANAGED, OWNED, as_it_is, back, change_replica, customer, locked_out
from dynasec.model.fact import Listing, Unknown
from dynasec.model.key import Key
from dynasec.model.table import LegacyGlobalTable, ReplicaDescription, ResourcePolicy, Sse, Table
from dynasec.settings import Settings
from tests.support.accounts import ACCOUNT, denied, description, region, snapshot, table
from tests.support.keys import encrypted, key, key_arn, metadata

OTHER = "999988887777"


def context(*tables: Table, **families: Any) -> Context:
    return Context(snapshot(region(*tables, **families)), Settings())


def policy(principal: str | dict[str, str], arn: str) -> ResourcePolicy:
    statement = {
        "Sid": "Feed",
        "Effect": "Allow",
        "Principal": principal if isinstance(principal, dict) else {"AWS": principal},
        "Action": "dynamodb:*",
        "Resource": arn,
    }
    return ResourcePolicy(text=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


def open_table(**facts: Any) -> Table:
    return table(**{"description": description(), "policy": None, "stream_policy": None, **facts})


def test_nobody_is_locked_out_of_a_table_without_policies() -> None:
    assert list(locked_out(open_table(), context(open_table()))) == []


@pytest.mark.parametrize("trusted", [(), (OTHER,)])
def test_a_foreign_principal_is_also_where_it_is_trusted(trusted: tuple[str, ...]) -> None:
    one = open_table(policy=policy(OTHER, table().arn))
    account = snapshot(region(one))
    settings = Settings.model_validate({"trust": {"accounts": trusted}})
    (words,) = locked_out(one, Context(account, settings))
    assert OTHER in words


def test_a_reader_of_the_stream_is() -> None:
    stream = f"{table().arn}/stream/2026-01-01T00:00:00.000"
    told = description(latest_stream_arn=stream)
    one = open_table(description=told, stream_policy=policy(OTHER, stream))
    (words,) = locked_out(one, context(one))
    assert "stream" in words


def test_the_own_account_is_not() -> None:
    one = open_table(policy=policy(f"arn:aws:iam::{ACCOUNT}:role/app", table().arn))
    assert list(locked_out(one, context(one))) == []


def test_a_replica_in_another_account_is() -> None:
    arn = table(region="us-west-2").arn.replace(ACCOUNT, OTHER)
    one = open_table(
        description=description(replicas=(ReplicaDescription(region_name="us-west-2", replica_arn=arn),))
    )
    (words,) = locked_out(one, context(one))
    assert arn in words


def test_global_tables_of_the_first_version_do_not_allow_it() -> None:
    legacy = LegacyGlobalTable.model_validate(
        {"GlobalTableName": "orders", "ReplicationGroup": [{"RegionName": "us-east-1"}]}
    )
    one = open_table()
    (words,) = locked_out(one, context(one, legacy_global_tables=Listing((legacy,))))
    assert "2017.11.29" in words


@pytest.mark.parametrize("fact", ["policy", "stream_policy", "description"])
def test_what_was_not_read_may_admit_anybody(fact: str) -> None:
    one = open_table(**{fact: denied("dynamodb:Get")})
    with pytest.raises(Unknown):
        list(locked_out(one, context(one)))


@pytest.mark.parametrize(
    ("one", "of", "specification"),
    [
        (table(description=description()), None, OWNED),
        (table(description=description(sse=Sse(status="DISABLED"))), None, OWNED),
        (encrypted(), key(aliases=("alias/aws/dynamodb",)), MANAGED),
        (encrypted(), key(aliases=(), metadata=metadata(key_manager="AWS")), MANAGED),
        (encrypted(), key(aliases=("alias/orders",)), customer(key_arn())),
        (encrypted(), None, customer(key_arn())),
    ],
)
def test_the_way_back_is_to_the_very_key(one: Table, of: Key | None, specification: dict[str, Any]) -> None:
    call = back(one, of)
    assert call.params["SSESpecification"] == specification
    assert call.done is not None


def test_a_table_whose_key_is_not_named_cannot_go_back() -> None:
    unnamed = encrypted(sse=Sse.model_validate({"Status": "ENABLED", "SSEType": "KMS"}))
    for function in (as_it_is, lambda one: back(one, None)):
        with pytest.raises(Unknown):
            function(unnamed)


def test_a_replica_under_a_key_that_aws_owns_has_no_key_to_go_back_to() -> None:
    with pytest.raises(Unknown):
        change_replica(encrypted(), table(region="us-west-2", description=description()), key_arn())
