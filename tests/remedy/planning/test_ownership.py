"""Ownership: stacks by what they list and by their tags, Terraform by its state; what cannot be told is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dynasec.errors import DynasecError
from dynasec.model.fact import Fact, Listing
from dynasec.model.identity import Policy
from dynasec.model.recording import Recording
from dynasec.model.stack import RESOURCES, Stack
from dynasec.remedy.planning.ownership import Ownership, terraform_resources
from tests.support.accounts import denied, denied_listing, region, snapshot, table
from tests.support.identity import allow, identity, role
from tests.support.recording import held, stack

ACCOUNT = snapshot()
POLICY = Policy(arn="arn:aws:iam::123456789012:policy/read", name="read")
STATE: dict[str, Any] = {
    "version": 4,
    "resources": [
        {
            "mode": "managed",
            "module": "module.shop",
            "type": "aws_dynamodb_table",
            "name": "orders",
            "instances": [
                {"index_key": "a", "attributes": {"arn": table("orders").arn, "id": "orders"}},
                {"attributes": None},
            ],
        },
        {"mode": "data", "type": "aws_vpc", "name": "v", "instances": [{"attributes": {"id": "vpc-1"}}]},
    ],
}


def test_a_stack_is_known_by_its_tags() -> None:
    owner = Ownership({}).of(table(tags={"aws:cloudformation:stack-name": "shop"}), ACCOUNT)
    assert owner.managed_by == {"cloudformation": "shop"}


def test_a_stack_is_known_by_what_it_lists() -> None:
    """DynamoDB's tables and customer managed policies never carry the tags of their stack."""
    own = stack(drift=None, resources=Fact((held("orders"), held(POLICY.arn, "AWS::IAM::ManagedPolicy"))))
    account = snapshot(region(table(), recording=Recording(stacks=Listing((own,)))))
    for one in (table(), POLICY):
        assert Ownership({}).of(one, account).managed_by == {"cloudformation": "shop"}
    for other in (
        table("carts"),
        table(region="eu-west-1"),
        POLICY.model_copy(update={"arn": POLICY.arn + "2"}),
    ):
        assert not Ownership({}).of(other, account).managed_by


def test_a_topic_of_the_same_name_is_another_thing() -> None:
    own = stack(drift=None, resources=Fact((held("orders", "AWS::SNS::Topic"),)))
    account = snapshot(region(table(), recording=Recording(stacks=Listing((own,)))))
    assert not Ownership({}).of(table(), account)


def test_an_inline_policy_is_of_the_stack_that_holds_its_role() -> None:
    (policy,) = identity(role("app", inline={"read": [allow("dynamodb:GetItem")]})).policies.items
    own = stack(drift=None, resources=Fact((held("app", "AWS::IAM::Role"),)))
    account = snapshot(region(recording=Recording(stacks=Listing((own,)))))
    assert Ownership({}).of(policy, account).managed_by == {"cloudformation": "shop"}


@pytest.mark.parametrize(
    ("stacks", "why"),
    [
        (denied_listing("cloudformation:DescribeStacks"), "cloudformation:DescribeStacks"),
        (Listing((stack(drift=None, resources=denied(RESOURCES)),)), "cloudformation:ListStackResources"),
    ],
)
def test_stacks_that_cannot_be_read_may_own_anything(stacks: Listing[Stack], why: str) -> None:
    account = snapshot(region(table(), recording=Recording(stacks=stacks)))
    for one in (table(), POLICY):
        owner = Ownership({}).of(one, account)
        assert (owner.managed_by, why in owner.unknown, "may own it" in owner.unknown) == ({}, True, True)


def test_a_region_that_was_not_read_may_hold_the_stack() -> None:
    assert "eu-west-1 was not read" in Ownership({}).of(table(region="eu-west-1"), ACCOUNT).unknown


def test_nobody() -> None:
    assert Ownership({}).of(table(tags={"Team": "shop"}), ACCOUNT).managed_by == {}


def test_unread_tags_hide_a_stack() -> None:
    assert "a stack may own it" in Ownership({}).of(table(tags=denied("tag:GetResources")), ACCOUNT).unknown


@pytest.mark.parametrize("known", ["app:read", "arn:aws:iam::123456789012:role/app"])
def test_an_inline_policy_is_known_by_its_owners_name_and_its_own_or_as_part_of_its_owner(known: str) -> None:
    (policy,) = identity(role("app", inline={"read": [allow("dynamodb:GetItem")]})).policies.items
    assert Ownership({known: "aws_iam_role_policy.read"}).of(policy, ACCOUNT).managed_by
    assert not Ownership({"other:read": "aws_iam_role_policy.read"}).of(policy, ACCOUNT).managed_by


def test_an_inline_policy_is_its_owners_stacks() -> None:
    tags = {"aws:cloudformation:stack-name": "shop"}
    (policy,) = identity(role("app", tags=tags, inline={"read": [allow("dynamodb:GetItem")]})).policies.items
    assert Ownership({}).of(policy, ACCOUNT).managed_by == {"cloudformation": "shop"}


def test_a_terraform_state(tmp_path: Path) -> None:
    path = tmp_path / "terraform.tfstate"
    path.write_text(json.dumps(STATE))
    resources = terraform_resources(path)
    assert resources == {
        table("orders").arn: 'module.shop.aws_dynamodb_table.orders["a"]',
        "orders": 'module.shop.aws_dynamodb_table.orders["a"]',
    }
    assert Ownership(resources).of(table("orders"), ACCOUNT).managed_by == {
        "terraform": 'module.shop.aws_dynamodb_table.orders["a"]'
    }
    assert Ownership(resources).of(table("customers"), ACCOUNT).managed_by == {}


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"version": 3}', "[" * 100_000])
def test_what_is_no_state(content: str, tmp_path: Path) -> None:
    path = tmp_path / "terraform.tfstate"
    path.write_text(content)
    with pytest.raises(DynasecError, match="not a Terraform state"):
        terraform_resources(path)
    with pytest.raises(DynasecError, match="cannot read"):
        terraform_resources(tmp_path / "none")
