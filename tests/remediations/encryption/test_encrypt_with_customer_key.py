"""The remediation `encrypt-with-customer-key`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from dynasec.audit.report import audit
from dynasec.change import CHANGE_TAG_KEY
from dynasec.permissions import reads_of
from dynasec.remedy.impact.analysis import Assessor
from dynasec.remedy.plan import Blocked, Impact, Plan
from dynasec.settings import Remedy, Settings
from tests.support.accounts import ACCOUNT, registry
from tests.support.dynamodb_shim import Shim, like_dynamodb
from tests.support.emulated import collect_emulated
from tests.support.remedied import Stage, planned, read, round_trip

NAME = "encrypt-with-customer-key"
MANAGED = {"Enabled": True, "SSEType": "KMS"}


@pytest.fixture(autouse=True)
def shim(aws: None) -> Iterator[Shim]:
    del aws
    with like_dynamodb() as found:
        yield found


def make(name: str = "orders", *, region: str = "us-east-1", **members: Any) -> None:
    boto3.client("dynamodb", region_name=region).create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        **members,
    )


def key(region: str = "us-east-1", **members: Any) -> str:
    return str(boto3.client("kms", region_name=region).create_key(**members)["KeyMetadata"]["Arn"])


def sharing(arn: str, name: str = "confidential") -> Settings:
    return Settings(remedy=Remedy(shared_keys={name: arn}))


def plan(settings: Settings | None = None, **how: Any) -> Plan:
    return planned(NAME, read(NAME, settings=settings), **how)


def test_round_trip_from_each_class_of_key() -> None:
    make("owned")
    make("managed", SSESpecification=dict(MANAGED))
    make("safe", SSESpecification={**MANAGED, "KMSMasterKeyId": key()})
    make("public", Tags=[{"Key": "data-class", "Value": "public"}])
    found = round_trip(NAME)
    controls = {change.resource.rpartition("/")[2]: change.controls for change in found.changes}
    assert controls == {"managed": ("customer-key",), "owned": ("customer-key", "kms-encrypted")}
    assert not found.totals.regressions
    managed, owned = found.changes
    assert managed.calls[-1].undo[0].params["SSESpecification"] == MANAGED
    assert owned.calls[-1].undo[0].params["SSESpecification"] == {"Enabled": False}
    assert owned.cost is not None


def test_the_new_key_is_marked_named_rotates_and_admits_the_account_through_dynamodb_only() -> None:
    make("my.orders")
    found = plan()
    Stage().apply(found)
    kms = boto3.client("kms")
    (alias,) = [one for one in kms.list_aliases()["Aliases"] if one["AliasName"].startswith("alias/dynasec/")]
    assert alias["AliasName"].startswith("alias/dynasec/my_orders-")
    arn = kms.describe_key(KeyId=alias["AliasName"])["KeyMetadata"]["Arn"]
    assert boto3.client("dynamodb").describe_table(TableName="my.orders")["Table"]["SSEDescription"] == {
        "Status": "ENABLED",
        "SSEType": "KMS",
        "KMSMasterKeyArn": arn,
    }
    assert kms.get_key_rotation_status(KeyId=arn)["RotationPeriodInDays"] == 365
    tags = kms.list_resource_tags(KeyId=arn)["Tags"]
    assert [one["TagKey"] for one in tags] == [CHANGE_TAG_KEY]
    statements = json.loads(kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"])["Statement"]
    anyone = [one for one in statements if one["Principal"] == {"AWS": "*"}]
    assert [one["Condition"] for one in anyone] == [
        {
            "StringEquals": {
                "kms:CallerAccount": ACCOUNT,
                "kms:ViaService": "dynamodb.us-east-1.amazonaws.com",
            }
        }
    ]


def test_the_new_key_passes_the_controls_of_keys() -> None:
    make()
    Stage().apply(plan())
    names = (
        "key-usable",
        "key-rotation",
        "key-policy-narrow",
        "key-via-dynamodb",
        "key-duties-separated",
        "key-grants-known",
    )
    controls = [registry().get(name) for name in names]
    snapshot, _ = collect_emulated(reads_of(controls))
    found = audit(snapshot, registry(), controls, Settings()).findings
    assert {one.control: (one.status, one.reason) for one in found if one.status != "PASS"} == {}
    assert {one.control for one in found} == set(names)


def test_an_alias_that_exists_makes_the_plan_stale() -> None:
    make()
    found = plan()
    boto3.client("kms").create_alias(AliasName="alias/dynasec/orders", TargetKeyId=key())
    with pytest.raises(AssertionError, match="kms:DescribeKey"):
        Stage().apply(found)


def test_the_other_account_of_a_resource_policy_would_be_locked_out() -> None:
    make()
    arn = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "999988887777"},
        "Action": "dynamodb:GetItem",
        "Resource": arn,
    }
    boto3.client("dynamodb").put_resource_policy(
        ResourceArn=arn, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    (change,) = plan().changes
    assert ["999988887777" in one.reason for one in change.blocked] == [True]


def test_replicas_are_left_to_a_person(shim: Shim) -> None:
    make()
    make(region="us-west-2")
    shim.make_global("orders", "us-east-1", "us-west-2")
    found = plan()
    assert found.changes == ()
    assert "Region" in found.advice[0].why


def test_round_trip_with_a_shared_key_that_another_table_uses() -> None:
    shared = key()
    make("other", SSESpecification={**MANAGED, "KMSMasterKeyId": shared})
    make()
    found = round_trip(NAME, settings=sharing(shared, "confidential@us-east-1"))
    (change,) = found.changes
    assert change.risk.level == "access"
    assert len(change.calls) == 1
    assert change.calls[0].params["SSESpecification"] == {**MANAGED, "KMSMasterKeyId": shared}


def test_a_shared_key_is_assessed_before_it_is_used() -> None:
    def nobody_gets_in(*_: object) -> tuple[Impact, tuple[Blocked, ...]]:
        return Impact(evaluated=1, denied=("role app",)), (Blocked(reason="role app would be denied"),)

    shared = key()
    make("other", SSESpecification={**MANAGED, "KMSMasterKeyId": shared})
    make()
    assess: Assessor = nobody_gets_in
    (change,) = plan(sharing(shared), assess=assess).changes
    assert [one.reason for one in change.blocked] == ["role app would be denied"]


def test_a_shared_key_that_was_not_read_is_not_taken() -> None:
    make()
    missing = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
    found = plan(sharing(missing))
    assert found.changes == ()
    assert "DescribeKey" in found.advice[0].why


@pytest.mark.parametrize("fault", ["region", "text", "alias", "disabled", "asymmetric"])
def test_a_shared_key_that_will_not_do_is_said(fault: str) -> None:
    make()
    kms = boto3.client("kms")
    own = key()
    arn = "my-key" if fault == "text" else own
    if fault == "region":
        arn = key("us-west-2")
    elif fault == "alias":
        arn = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/shared"
    elif fault == "asymmetric":
        arn = key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    if fault == "disabled":
        kms.disable_key(KeyId=own)
    report = read(NAME, settings=sharing(arn), keys=(arn,))
    found = planned(NAME, report)
    assert found.changes == ()
    assert "shared_keys" in found.advice[0].why


def test_a_shared_key_that_the_collector_was_told_of_is_taken() -> None:
    make()
    shared = key()
    report = read(NAME, settings=sharing(shared), keys=(shared,))
    (change,) = planned(NAME, report).changes
    assert change.blocked == ()


def test_a_table_of_a_stack_is_left_to_the_stack() -> None:
    make(Tags=[{"Key": "aws:cloudformation:stack-name", "Value": "shop"}])
    assert [one.override for one in plan().changes[0].blocked] == ["allow-drift"]
