"""`dynasec apply`: gates, exit codes, what it prints. The protocol itself is tested in tests/remedy."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest

from dynasec.audit.report import audit
from dynasec.cli import run
from dynasec.cli.consent import Given
from dynasec.remediation import Risk, UndoClass
from dynasec.remedy.plan import RiskOf, Undo, load, save
from tests.support.plan_documents import because, make_table

STATE = ["--state-dir", "state"]


@pytest.fixture
def plan(aws):  # noqa: ARG001 - it opens the account
    make_table("orders")
    make_table("carts", Tags=[{"Key": "aws:cloudformation:stack-name", "Value": "shop"}])
    assert run(["plan", "--control", "deletion-protection", "-q", "-o", "plan.json"]) == 0
    return load(Path("plan.json"))


def apply(*arguments):
    return run(["apply", "plan.json", "-q", *STATE, *arguments])


def resealed(plan, **members):
    """Save the plan with members of its one open change replaced."""
    changes = tuple(one if one.blocked else one.model_copy(update=members) for one in plan.changes)
    save(plan.model_copy(update={"changes": changes}).sealed(), Path("plan.json"))
    return load(Path("plan.json"))


def protected(name="orders"):
    return boto3.client("dynamodb").describe_table(TableName=name)["Table"]["DeletionProtectionEnabled"]


def endings(capsys):
    shown = json.loads(capsys.readouterr().out)
    assert shown["schema"] == "dynasec.run/v1"
    return {one["resource"].rpartition("/")[2]: (one["state"], one["reason"]) for one in shown["changes"]}


def journals():
    return sorted(Path("state").glob("runs/*.jsonl"))


def test_it_changes_what_was_planned_and_nothing_else(plan, capsys):
    assert apply("--yes", "-f", "json") == 8
    found = endings(capsys)
    assert found["orders"] == ("VERIFIED", "")
    assert found["carts"][0] == "BLOCKED"
    assert protected()
    assert not protected("carts")
    assert [path.stem for path in journals()] == [plan.plan_id[:16]]


def test_text_says_how_it_ended_and_how_to_take_it_back(plan, capsys):
    open_ = next(one for one in plan.changes if not one.blocked)
    assert apply("--yes", "--only", open_.id) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"VERIFIED    {open_.id}\n")
    assert out.endswith(f"To take it back: dynasec rollback {plan.plan_id[:16]}\n")


@pytest.mark.usefixtures("plan")
def test_what_happens_is_told_on_stderr(capsys):
    run(["apply", "plan.json", *STATE, "--yes"])
    assert "sends dynamodb:UpdateTable\n" in capsys.readouterr().err


@pytest.mark.usefixtures("plan")
def test_without_a_flag_it_refuses_and_the_plan_stays_unused(capsys):
    assert apply("-f", "json") == 8
    assert endings(capsys)["orders"] == ("REFUSED", "additive changes need --yes")
    assert not protected()
    assert journals() == []
    assert apply("--yes", "--allow-drift") == 0
    assert protected("carts")


@pytest.mark.parametrize(
    ("risk", "flag", "right"),
    [
        (Risk.OBSERVE, "--yes", None),
        (Risk.DATA_PATH, "--confirm", lambda plan: plan.plan_id[:8]),
    ],
)
def test_each_risk_has_its_flag(plan, capsys, risk, flag, right):
    plan = resealed(plan, risk=RiskOf(level=risk))
    assert apply("-f", "json") == 8
    assert flag in endings(capsys)["orders"][1]
    if right is not None:
        assert apply(flag, "00000000", "--yes") == 8
        assert not protected()
    assert apply(flag, *([] if right is None else [right(plan)])) == 8  # the other table is a stack's
    assert protected()


def test_an_access_change_that_does_not_come_out_again_is_stale(plan, capsys):
    resealed(plan, risk=RiskOf(level=Risk.ACCESS), id="another")
    assert apply("--account", "123456789012", "-f", "json") == 5
    state, reason = endings(capsys)["orders"]
    assert (state, "does not come out again" in reason) == ("STALE", True)
    assert not protected()


def test_an_access_change_that_comes_out_again_runs(plan, capsys):
    resealed(plan, risk=RiskOf(level=Risk.ACCESS))
    assert apply("--yes", "-f", "json") == 8
    assert "--account" in endings(capsys)["orders"][1]
    assert apply("--account", "123456789012", "-f", "json") == 8
    assert endings(capsys)["orders"][0] == "VERIFIED"


@pytest.mark.usefixtures("plan")
@pytest.mark.parametrize(("gone", "code", "state"), [(False, 0, "VERIFIED"), (True, 5, "STALE")])
def test_an_access_change_is_planned_anew_for_the_same_tables(capsys, monkeypatch, gone, code, state):
    narrowed = ["--table", "orders", "--control", "deletion-protection"]
    assert run(["plan", *narrowed, "-q", "-o", "narrow.json"]) == 0
    resealed(load(Path("narrow.json")), risk=RiskOf(level=Risk.ACCESS))
    judged = []
    monkeypatch.setattr(
        "dynasec.cli.planning.audit", lambda *given, **more: judged.append(more) or audit(*given, **more)
    )
    if gone:
        boto3.client("dynamodb").delete_table(TableName="orders")
    assert apply("--account", "123456789012", "-f", "json") == code
    assert endings(capsys)["orders"][0] == state
    assert judged == [{"tables": ("orders",)}]


def test_an_access_change_is_approved_by_another(plan, capsys):
    Path("dynasec.toml").write_text("[remedy]\napproval = true\n")
    plan = resealed(plan, risk=RiskOf(level=Risk.ACCESS))
    account = ["--account", "123456789012", "-f", "json"]
    assert apply(*account) == 8
    assert "dynasec approve" in endings(capsys)["orders"][1]
    approval = {
        "plan_id": plan.plan_id,
        "principal": "arn:aws:iam::123456789012:user/bob",
        "at": "2026-01-01T00:00:00Z",
    }
    for wrong in ({"plan_id": "x"}, {"principal": plan.subject.caller_arn}):
        Path("plan.json.approval.json").write_text(json.dumps({**approval, **wrong}))
        assert apply(*account) == 8
        assert endings(capsys)["orders"][0] == "REFUSED"
    Path("plan.json.approval.json").write_text(json.dumps(approval))
    assert apply(*account) == 8
    assert endings(capsys)["orders"][0] == "VERIFIED"


@pytest.mark.usefixtures("plan")
@pytest.mark.parametrize("content", ["", "[]", "{}", '{"plan_id": 1}'])
def test_what_is_no_approval_stops_everything(content, capsys):
    Path("plan.json.approval.json").write_text(content)
    assert apply("--yes") == 1
    assert "is not an approval" in capsys.readouterr().err
    assert not protected()


def test_what_cannot_be_undone_needs_its_flag(plan, capsys):
    resealed(plan, undo=Undo(kind=UndoClass.NONE))
    assert apply("--yes", "-f", "json") == 8
    assert "--allow-irreversible" in endings(capsys)["orders"][1]
    assert apply("--yes", "--allow-irreversible") == 8
    assert protected()


def test_unattended_is_for_what_the_configuration_lists(plan, capsys):
    assert apply("--unattended", "-f", "json") == 8
    assert "remedy.unattended does not list deletion-protection" in endings(capsys)["orders"][1]
    Path("dynasec.toml").write_text('[remedy]\nunattended = ["deletion-protection"]\n')
    resealed(plan, risk=RiskOf(level=Risk.DATA_PATH))
    assert apply("--unattended", "-f", "json") == 8
    assert "never applied unattended" in endings(capsys)["orders"][1]
    save(plan, Path("plan.json"))
    assert apply("--unattended") == 8
    assert protected()


@pytest.mark.usefixtures("plan")
def test_a_plan_is_applied_once(capsys):
    assert apply("--yes") == 8
    assert apply("--yes") == 8
    assert "was applied before" in capsys.readouterr().err
    assert apply("--yes", "--allow-drift", "--resume", "-f", "json") == 0
    assert {state for state, _ in endings(capsys).values()} == {"VERIFIED"}


@pytest.mark.usefixtures("plan")
def test_there_is_nothing_to_resume_before_it_began(capsys):
    assert apply("--yes", "--resume") == 1
    assert "was never applied" in capsys.readouterr().err


def test_another_world_is_stale(plan, capsys):
    boto3.client("dynamodb").delete_table(TableName="orders")
    make_table("orders")
    assert (
        apply("--yes", "--only", next(one.id for one in plan.changes if not one.blocked), "-f", "json") == 5
    )
    assert endings(capsys)["orders"][0] == "STALE"
    assert not protected()


def test_what_is_there_already_is_satisfied(plan, capsys):
    boto3.client("dynamodb").update_table(TableName="orders", DeletionProtectionEnabled=True)
    only = next(one.id for one in plan.changes if not one.blocked)
    assert apply("--yes", "--only", only, "-f", "json") == 0
    assert endings(capsys)["orders"][0] == "SATISFIED"


def test_a_control_that_still_fails_is_a_failure(plan, capsys, monkeypatch):
    monkeypatch.setattr("dynasec.remedy.applying.recheck._AGAIN_AFTER", 0.0)
    one = next(one for one in plan.changes if not one.blocked)
    other = next(one for one in plan.changes if one.blocked)
    resealed(plan, fingerprints=other.fingerprints)  # of a table that the change does not touch
    assert apply("--yes", "--only", one.id, "-f", "json") == 6
    state, reason = endings(capsys)["orders"]
    assert state == "FAILED"
    assert "deletion-protection is still FAIL" in reason


@pytest.mark.parametrize(
    ("members", "code", "told"),
    [
        ({"expires_at": datetime.now(UTC) - timedelta(hours=1)}, 5, "the plan expired"),
        ({"created_at": datetime.now(UTC) + timedelta(days=1)}, 8, "yet to come"),
        ({"kind": "undo"}, 8, "not to remediate"),
    ],
)
def test_a_plan_that_must_not_be_applied(plan, capsys, members, code, told):
    save(plan.model_copy(update=members).sealed(), Path("plan.json"))
    assert apply("--yes") == code
    assert told in capsys.readouterr().err
    assert not protected()
    assert journals() == []


def test_a_plan_of_another_account(plan, capsys):
    subject = plan.subject.model_copy(update={"account": "999999999999"})
    save(plan.model_copy(update={"subject": subject}).sealed(), Path("plan.json"))
    assert apply("--yes") == 8
    assert "the plan is for account aws/999999999999" in capsys.readouterr().err


@pytest.mark.usefixtures("plan")
def test_an_edited_plan(capsys):
    Path("plan.json").write_bytes(Path("plan.json").read_bytes().replace(b"carts", b"cart5"))
    assert apply("--yes") == 1
    assert "was changed after it was made" in capsys.readouterr().err


@pytest.mark.usefixtures("plan")
def test_a_change_that_is_not_in_the_plan_is_usage(capsys):
    assert apply("--yes", "--only", "nothing") == 2
    assert "the plan has no change nothing" in capsys.readouterr().err


def test_other_regions_are_left_alone(plan, capsys):
    assert apply("--yes", "--region", "eu-west-1", "-f", "json") == 8
    assert "which was not asked for" in endings(capsys)["orders"][1]
    assert plan.plan_id
    assert not protected()


@pytest.mark.usefixtures("plan")
def test_only_the_first_waves(capsys):
    waves = {one.resource.rpartition("/")[2]: one.wave for one in load(Path("plan.json")).changes}
    assert apply("--yes", "--allow-drift", "--wave", "1", "-f", "json") == 0
    assert set(endings(capsys)) == {name for name, wave in waves.items() if wave == 1}


def test_an_empty_plan_has_nothing_to_apply(aws, capsys):  # noqa: ARG001 - it opens the account
    make_table("orders", DeletionProtectionEnabled=True)
    run(["plan", "--control", "deletion-protection", "-q", "-o", "plan.json"])
    assert apply("--yes") == 0
    assert "nothing to apply" in capsys.readouterr().out
    assert journals() == []


@pytest.fixture
def terminal(monkeypatch):
    """A terminal on which a person types."""

    def typing(*lines):
        answers = iter(lines)
        monkeypatch.setattr(Given, "asks", property(lambda _: True))
        monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: next(answers))
        return answers

    return typing


@pytest.mark.usefixtures("plan")
@pytest.mark.parametrize(("typed", "done"), [("y", True), ("n", False), ("", False)])
def test_on_a_terminal_it_asks(terminal, capsys, typed, done):
    terminal(typed)
    assert apply("-f", "json") == 8
    printed = capsys.readouterr()
    assert "1 to apply, 1 blocked" in printed.err
    assert json.loads(printed.out)["changes"]
    assert protected() is done


@pytest.mark.parametrize("risk", [Risk.DATA_PATH, Risk.ACCESS])
@pytest.mark.parametrize("right", [True, False])
def test_what_serves_or_denies_is_typed_out(plan, terminal, risk, right):
    plan = resealed(plan, risk=RiskOf(level=risk))
    word = plan.plan_id[:8] if risk is Risk.DATA_PATH else plan.subject.account
    terminal(word if right else "yes")
    assert apply() == 8
    assert protected() is right


def test_nothing_is_asked_for_what_cannot_run(plan, terminal):
    resealed(plan, blocked=because("not ACTIVE"))
    terminal()
    assert apply() == 8


def test_the_account_is_read_again_for_access_changes_that_may_run_only(plan, monkeypatch):
    resealed(plan, risk=RiskOf(level=Risk.ACCESS))
    read = []
    monkeypatch.setattr("dynasec.cli.site.collect_with", lambda *_: read.append("again"))
    assert apply("--yes") == 8
    assert read == []
