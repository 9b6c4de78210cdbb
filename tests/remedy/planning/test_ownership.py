"""Ownership: stacks by their tags, Terraform by its state; what cannot be told is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dynasec.errors import DynasecError
from dynasec.remedy.planning.ownership import Ownership, terraform_resources
from tests.support.accounts import denied, table
from tests.support.identity import allow, identity, role

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
    owner = Ownership({}).of(table(tags={"aws:cloudformation:stack-name": "shop"}))
    assert owner.managed_by == {"cloudformation": "shop"}


def test_nobody() -> None:
    assert Ownership({}).of(table(tags={"Team": "shop"})).managed_by == {}


def test_unread_tags_hide_a_stack() -> None:
    assert "a stack may own it" in Ownership({}).of(table(tags=denied("tag:GetResources"))).unknown


@pytest.mark.parametrize("known", ["app:read", "arn:aws:iam::123456789012:role/app"])
def test_an_inline_policy_is_known_by_its_owners_name_and_its_own_or_as_part_of_its_owner(known: str) -> None:
    (policy,) = identity(role("app", inline={"read": [allow("dynamodb:GetItem")]})).policies.items
    assert Ownership({known: "aws_iam_role_policy.read"}).of(policy).managed_by
    assert not Ownership({"other:read": "aws_iam_role_policy.read"}).of(policy).managed_by


def test_an_inline_policy_is_its_owners_stacks() -> None:
    tags = {"aws:cloudformation:stack-name": "shop"}
    (policy,) = identity(role("app", tags=tags, inline={"read": [allow("dynamodb:GetItem")]})).policies.items
    assert Ownership({}).of(policy).managed_by == {"cloudformation": "shop"}


def test_a_terraform_state(tmp_path: Path) -> None:
    path = tmp_path / "terraform.tfstate"
    path.write_text(json.dumps(STATE))
    resources = terraform_resources(path)
    assert resources == {
        table("orders").arn: 'module.shop.aws_dynamodb_table.orders["a"]',
        "orders": 'module.shop.aws_dynamodb_table.orders["a"]',
    }
    assert Ownership(resources).of(table("orders")).managed_by == {
        "terraform": 'module.shop.aws_dynamodb_table.orders["a"]'
    }
    assert Ownership(resources).of(table("customers")).managed_by == {}


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"version": 3}', "[" * 100_000])
def test_what_is_no_state(content: str, tmp_path: Path) -> None:
    path = tmp_path / "terraform.tfstate"
    path.write_text(content)
    with pytest.raises(DynasecError, match="not a Terraform state"):
        terraform_resources(path)
    with pytest.raises(DynasecError, match="cannot read"):
        terraform_resources(tmp_path / "none")
