"""`dynasec rollback` and `dynasec history`."""

import json
from pathlib import Path

import boto3
import pytest

from dynasec.cli import run
from dynasec.remediation import Risk
from dynasec.remedy.plan import RiskOf, load, save
from tests.support.plan_documents import make_table

STATE = ["--state-dir", "state"]


@pytest.fixture
def applied(aws):  # noqa: ARG001 - it opens the account
    def apply(risk=Risk.ADDITIVE):
        make_table("orders")
        make_table("carts")
        assert run(["plan", "--control", "deletion-protection", "-q", "-o", "plan.json"]) == 0
        plan = load(Path("plan.json"))
        changes = tuple(one.model_copy(update={"risk": RiskOf(level=risk)}) for one in plan.changes)
        save(plan.model_copy(update={"changes": changes}).sealed(), Path("plan.json"))
        plan = load(Path("plan.json"))
        gates = ["--yes", "--confirm", plan.plan_id[:8], "--account", "123456789012"]
        assert run(["apply", "plan.json", "-q", *STATE, *gates]) == 0
        return plan

    return apply


def rollback(plan, *arguments):
    return run(["rollback", plan.plan_id[:16], "-q", *STATE, *arguments])


def protected(name="orders"):
    return boto3.client("dynamodb").describe_table(TableName=name)["Table"]["DeletionProtectionEnabled"]


def test_a_run_is_taken_back(applied, capsys):
    plan = applied()
    capsys.readouterr()
    assert rollback(plan, "--yes", "-f", "json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert {one["state"] for one in shown["changes"]} == {"ROLLED_BACK"}
    assert not protected()
    assert not protected("carts")


def test_the_plan_is_shown_first(applied, capsys):
    plan = applied()
    assert run(["rollback", plan.plan_id[:16], *STATE]) == 8
    said = capsys.readouterr().err
    assert f"undo of run {plan.plan_id[:16]}" in said
    assert '-  "DeletionProtectionEnabled": true' in said
    assert "reopens     deletion-protection" in said
    assert protected()


def test_one_change_is_taken_back(applied):
    plan = applied()
    orders = next(one.id for one in plan.changes if one.resource.endswith("/orders"))
    assert rollback(plan, "--yes", "--only", orders) == 0
    assert not protected()
    assert protected("carts")


def test_data_path_changes_are_confirmed_by_the_runs_id(applied):
    plan = applied(Risk.DATA_PATH)
    assert rollback(plan, "--yes") == 8
    assert rollback(plan, "--confirm", "00000000") == 8
    assert protected()
    assert rollback(plan, "--confirm", plan.plan_id[:8]) == 0
    assert not protected()


def test_the_approval_of_a_plan_holds_for_taking_it_back(applied, capsys):
    plan = applied(Risk.ACCESS)
    Path("dynasec.toml").write_text("[remedy]\napproval = true\n")
    account = ["--account", "123456789012"]
    assert rollback(plan, *account) == 8
    assert "dynasec approve" in capsys.readouterr().out
    approval = {
        "plan_id": "other",
        "principal": "arn:aws:iam::123456789012:user/bob",
        "at": "2026-01-01T00:00:00Z",
    }
    Path("approval.json").write_text(json.dumps(approval))
    assert rollback(plan, *account, "--approval", "approval.json") == 8
    Path("approval.json").write_text(json.dumps({**approval, "plan_id": plan.plan_id}))
    assert rollback(plan, *account, "--approval", "approval.json") == 0
    assert not protected()


def test_what_has_moved_on_is_left_alone(applied, capsys):
    plan = applied()
    client = boto3.client("dynamodb")
    client.update_table(TableName="orders", DeletionProtectionEnabled=False)
    client.delete_table(TableName="orders")
    make_table("orders", DeletionProtectionEnabled=True)
    capsys.readouterr()
    assert rollback(plan, "--yes", "-f", "json") == 8
    shown = {
        one["resource"].rpartition("/")[2]: one for one in json.loads(capsys.readouterr().out)["changes"]
    }
    assert shown["orders"]["state"] == "BLOCKED"
    assert "not as the run left it" in shown["orders"]["reason"]
    assert shown["carts"]["state"] == "ROLLED_BACK"
    assert protected()


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [("0" * 16, 1, "cannot read the journal"), ("../../x", 1, "is not the id of a run")],
)
def test_a_run_that_is_not_there(name, code, told, capsys):
    assert run(["rollback", name, *STATE]) == code
    assert told in capsys.readouterr().err


def test_there_is_no_rollback_to_resume(applied, capsys):
    assert rollback(applied(), "--resume") == 2
    assert "was never rolled back" in capsys.readouterr().err


def test_a_rollback_is_taken_up_again(applied, capsys):
    plan = applied()
    carts = next(one.id for one in plan.changes if one.resource.endswith("/carts"))
    assert rollback(plan, "--yes", "--only", carts) == 0
    capsys.readouterr()
    assert rollback(plan, "--yes", "--resume", "-f", "json") == 0
    assert [one["state"] for one in json.loads(capsys.readouterr().out)["changes"]] == ["ROLLED_BACK"]


def test_history_lists_runs_and_shows_one(applied, capsys):
    plan = applied()
    assert rollback(plan, "--yes") == 0
    capsys.readouterr()
    assert run(["history", "list", *STATE]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].split()[:3] == [plan.plan_id[:16], "remediate", "123456789012"]
    assert f"undo of {plan.plan_id[:16]}" in lines[3]
    assert run(["history", "show", plan.plan_id[:16], *STATE]) == 0
    out = capsys.readouterr().out
    assert f"VERIFIED    {plan.changes[0].id}\n" in out
    assert "intent" in out


def test_history_as_json(applied, capsys):
    plan = applied()
    capsys.readouterr()
    assert run(["history", "list", "-f", "json", *STATE]) == 0
    (one,) = json.loads(capsys.readouterr().out)["runs"]
    assert (one["run"], one["changes"], one["finished"]) == (plan.plan_id[:16], {"VERIFIED": 2}, True)
    assert run(["history", "show", plan.plan_id[:16], "-f", "json", *STATE]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [record["seq"] for record in shown["records"]] == list(range(len(shown["records"])))
    assert shown["records"][0]["kind"] == "plan"
    assert {one["state"] for one in shown["endings"]} == {"VERIFIED"}


def test_history_names_a_journal_that_cannot_be_trusted(applied, capsys):
    plan = applied()
    path = Path("state/runs") / f"{plan.plan_id[:16]}.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"ack"', b'"nak"'))
    capsys.readouterr()
    assert run(["history", "list", *STATE]) == 1
    assert "NOT READABLE" in capsys.readouterr().out
    assert rollback(plan, "--yes") == 1
    assert protected()


def test_history_without_runs(capsys):
    assert run(["history", "list", *STATE]) == 0
    assert capsys.readouterr().out == "No run is known.\n"


def test_history_of_a_run_that_was_stopped_on_the_way(applied, capsys):
    plan = applied()
    path = Path("state/runs") / f"{plan.plan_id[:16]}.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:3]))
    capsys.readouterr()
    assert run(["history", "show", plan.plan_id[:16], *STATE]) == 0
    out = capsys.readouterr().out
    assert "UNFINISHED" in out
    assert "--resume" in out
