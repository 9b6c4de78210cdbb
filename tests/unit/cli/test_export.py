"""`dynasec export`."""

import json
import stat
from pathlib import Path

import pytest
import yaml

from dynasec.cli import run
from dynasec.remedy.plan import save
from tests.support.plan_documents import ORDERS, change, plan


@pytest.fixture(autouse=True)
def _plan():
    save(plan(change()), Path("plan.json"))


def export(target, capsys, *more):
    assert run(["export", "plan.json", "--to", target, *more]) == 0
    return capsys.readouterr().out


def test_cloudformation(capsys):
    assert set(yaml.safe_load(export("cloudformation", capsys))["Resources"]) == {"Orders"}


def test_terraform(capsys):
    assert 'resource "aws_dynamodb_table" "orders" {' in export("terraform", capsys)


def test_cli(capsys):
    out = export("cli", capsys)
    assert out.startswith("#!/usr/bin/env bash\n")
    assert "aws dynamodb update-table --region us-east-1 --cli-input-json '{" in out


def test_role(capsys):
    found = json.loads(export("role", capsys))["Statement"]
    assert {"dynamodb:UpdateTable"} == set(found[0]["Action"])
    assert found[0]["Resource"] == ORDERS
    assert "dynamodb:DescribeTable" in found[-1]["Action"]
    assert found[-1]["Resource"] == "*"


def test_a_file_is_private(capsys):
    assert export("role", capsys, "-o", "role.json") == ""
    assert stat.S_IMODE(Path("role.json").stat().st_mode) == 0o600
    assert json.loads(Path("role.json").read_text())["Version"] == "2012-10-17"


def test_a_policy_that_is_too_long_is_said(capsys):
    tables = [
        change(
            id=str(n),
            key=str(n),
            resource=ORDERS,
            calls=(
                change().calls[0].model_copy(update={"params": {"TableName": f"a-long-name-of-a-table-{n}"}}),
            ),
        )
        for n in range(100)
    ]
    save(plan(*tables), Path("plan.json"))
    assert run(["export", "plan.json", "--to", "role"]) == 0
    assert "a managed policy may have 6,144" in capsys.readouterr().err


def test_an_edited_plan_is_not_exported(capsys):
    Path("plan.json").write_bytes(Path("plan.json").read_bytes().replace(b"orders on", b"orders 0n"))
    assert run(["export", "plan.json", "--to", "cli"]) == 1
    assert capsys.readouterr().out == ""
