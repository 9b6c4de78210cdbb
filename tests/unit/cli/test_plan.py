"""`dynasec plan`: reads, and writes a plan file; AWS is as it was."""

import json
import stat
from pathlib import Path

import boto3
import botocore.client
import pytest

from dynasec import snapshot_file
from dynasec.access import READS
from dynasec.cli import run
from dynasec.cli.planning import reads_to_plan
from dynasec.registry import load as load_registry
from dynasec.remediation import Remediation, Risk, UndoClass
from dynasec.remedies import Remedies, Remedy
from dynasec.remedy.plan import load
from dynasec.remedy.planning import ownership
from tests.support.accounts import ACCOUNT, denied, description, region, snapshot, table
from tests.support.plan_documents import make_table

PROTECT = ["--control", "deletion-protection"]


@pytest.fixture
def _tables(aws):  # noqa: ARG001 - it opens the account
    make_table("orders")
    make_table("carts", Tags=[{"Key": "aws:cloudformation:stack-name", "Value": "shop"}])


@pytest.mark.usefixtures("_tables")
def test_a_plan_is_written_and_summed_up(capsys):
    assert run(["plan", *PROTECT, "-o", "plan.json"]) == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "1 to apply, 1 blocked" in printed.err
    assert printed.err.endswith("review it: dynasec show plan.json\n")
    plan = load(Path("plan.json"))
    assert stat.S_IMODE(Path("plan.json").stat().st_mode) == 0o600
    assert (plan.subject.account, plan.subject.regions) == (ACCOUNT, ("us-east-1",))
    ready = [one for one in plan.changes if not one.blocked]
    assert [one.resource.rpartition("/")[2] for one in ready] == ["orders"]


@pytest.mark.usefixtures("_tables")
def test_without_a_file_the_plan_goes_to_stdout(capsysbinary):
    assert run(["plan", *PROTECT, "-q"]) == 0
    printed = capsysbinary.readouterr()
    assert printed.err == b""
    Path("plan.json").write_bytes(printed.out)
    assert load(Path("plan.json")).totals.changes == 1


@pytest.mark.usefixtures("_tables")
def test_nothing_is_written_to_aws(monkeypatch):
    made = []
    send = botocore.client.BaseClient._make_api_call

    def noted(client, name, params):
        made.append(name)
        return send(client, name, params)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", noted)
    assert run(["plan", "-q", "-o", "plan.json"]) == 0
    assert made
    reading = (
        "Get",
        "List",
        "Describe",
        "BatchGet",
        "GenerateCredentialReport",
    )  # the report is AWS's own reading
    assert [name for name in made if not name.startswith(reading)] == []


@pytest.mark.usefixtures("_tables")
def test_only_chosen_tables_are_planned_for():
    assert run(["plan", *PROTECT, "--table", "ord*", "-q", "-o", "plan.json"]) == 0
    assert [one.resource.rpartition("/")[2] for one in load(Path("plan.json")).changes] == ["orders"]


@pytest.mark.usefixtures("_tables")
def test_what_a_terraform_state_holds_is_left_to_it():
    arn = boto3.client("dynamodb").describe_table(TableName="orders")["Table"]["TableArn"]
    instance = {"attributes": {"arn": arn, "id": "orders"}}
    state = {
        "version": 4,
        "resources": [
            {"mode": "managed", "type": "aws_dynamodb_table", "name": "o", "instances": [instance]}
        ],
    }
    Path("state.json").write_text(json.dumps(state))
    assert run(["plan", *PROTECT, "--terraform-state", "state.json", "-q", "-o", "plan.json"]) == 0
    orders = next(one for one in load(Path("plan.json")).changes if one.resource == arn)
    assert orders.managed_by == {"terraform": "aws_dynamodb_table.o"}
    assert orders.blocked[0].override == "allow-drift"


def test_a_snapshot_is_planned_without_asking_aws(tmp_path):
    unprotected = description("orders", deletion_protection_enabled=False)
    account = snapshot(region(table(description=unprotected)))
    snapshot_file.save(account, tmp_path / "account.json")
    assert run(["plan", *PROTECT, "--snapshot", "account.json", "-q", "-o", "plan.json"]) == 0
    assert load(Path("plan.json")).source_audit.taken_at == account.taken_at


def test_what_could_not_be_read_is_not_changed(tmp_path):
    snapshot_file.save(
        snapshot(region(table(description=denied("dynamodb:DescribeTable")))), tmp_path / "account.json"
    )
    assert run(["plan", *PROTECT, "--snapshot", "account.json", "-q", "-o", "plan.json"]) == 0
    assert load(Path("plan.json")).changes == ()


def test_the_place_of_the_plan_is_looked_at_before_the_account(capsys):
    assert run(["plan", "-o", "nowhere/plan.json"]) == 1
    assert "there is no folder nowhere" in capsys.readouterr().err


def test_access_changes_need_what_access_is_judged_by():
    registry = load_registry()
    control = registry.get("deletion-protection")

    def remedies(risk):
        remediation = Remediation(
            subject=control.check.subject,
            title="t",
            controls=(control.id,),
            risk=risk,
            undo=UndoClass.EXACT,
            reads=("kms:ListKeys",),
        )
        return Remedies((Remedy("r", "s", "p", "", remediation),))

    assert reads_to_plan([control], remedies(Risk.ADDITIVE)) == {"kms:ListKeys", *ownership.READS}
    assert reads_to_plan([control], remedies(Risk.ACCESS)) > {
        "kms:ListKeys",
        "cloudtrail:GetEventSelectors",
        *READS,
    }
    other = registry.get("point-in-time-recovery")
    assert reads_to_plan([other], remedies(Risk.ACCESS)) == frozenset()


def test_a_table_of_a_stack_is_left_to_it_though_no_tag_says_so(aws, capsys):  # noqa: ARG001 - it opens the account
    table = {
        "TableName": "carts",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    }
    template = {"Resources": {"Carts": {"Type": "AWS::DynamoDB::Table", "Properties": table}}}
    boto3.client("cloudformation").create_stack(StackName="shop", TemplateBody=json.dumps(template))
    arn = boto3.client("dynamodb").describe_table(TableName="carts")["Table"]["TableArn"]
    assert boto3.client("dynamodb").list_tags_of_resource(ResourceArn=arn)["Tags"] == []
    assert run(["plan", "--control", "deletion-protection", "-q"]) == 0
    (change,) = json.loads(capsys.readouterr().out)["changes"]
    assert change["managed_by"] == {"cloudformation": "shop"}
    assert [one["override"] for one in change["blocked"]] == ["allow-drift"]
