"""The exported script: each call once, in order, with the very parameters of the plan; a name is never a command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dynasec.change import CHANGE_TAG_KEY, Call, Identity, State, change_tag, result, text, token
from dynasec.remedy.applying.placeholders import Filler
from dynasec.remedy.export import shell
from dynasec.remedy.plan import Plan
from tests.support.plan_documents import ORDERS, because, call, change, plan
from tests.support.shell import Shell

ACTIVE: dict[str, Any] = {"dynamodb describe-table": {"Table": {"TableStatus": "ACTIVE"}}}
KEY = "arn:aws:kms:us-east-1:123456789012:key/1"


def script(document: Plan) -> str:
    return "".join(shell.pieces(document))


def test_calls_are_made_between_looks(tmp_path: Path) -> None:
    bash = Shell(tmp_path, ACTIVE)
    done = bash.run(script(plan(change())))
    assert (done.returncode, done.stderr) == (0, "")
    table = {"TableName": "orders"}
    assert bash.calls == [
        ("dynamodb describe-table", table),
        ("dynamodb update-table", {**table, "DeletionProtectionEnabled": True}),
        ("dynamodb describe-table", table),
    ]


def test_nothing_is_sent_where_the_world_has_moved(tmp_path: Path) -> None:
    bash = Shell(tmp_path, {"dynamodb describe-table": {"Table": {"TableStatus": "UPDATING"}}})
    done = bash.run(script(plan(change())))
    assert done.returncode == 1
    assert "not as reviewed" in done.stderr
    assert [name for name, _ in bash.calls] == ["dynamodb describe-table"]


def test_another_account_is_left_alone(tmp_path: Path) -> None:
    bash = Shell(tmp_path, {**ACTIVE, "sts get-caller-identity": {"Account": "999999999999"}})
    done = bash.run(script(plan(change())))
    assert (done.returncode, done.stderr) == (1, "another account\n")
    assert bash.calls == []


@pytest.mark.parametrize("absent", [("ResourceNotFoundException",), ("PolicyNotFoundException", "X")])
def test_an_error_that_means_that_there_is_none(tmp_path: Path, absent: tuple[str, ...]) -> None:
    state = State(
        operation="dynamodb:GetResourcePolicy",
        params={"ResourceArn": ORDERS},
        facts={"Policy": None},
        absent=absent,
    )
    bash = Shell(tmp_path, {**ACTIVE, "dynamodb get-resource-policy": absent[0]})
    assert bash.run(script(plan(change(expect=(state,))))).returncode == 0
    there = state.model_copy(update={"facts": {"RevisionId": "1"}})
    other = tmp_path / "other"
    other.mkdir()
    bash = Shell(other, {**ACTIVE, "dynamodb get-resource-policy": absent[0]})
    assert bash.run(script(plan(change(expect=(there,))))).returncode == 1


def test_an_error_stops_everything(tmp_path: Path) -> None:
    bash = Shell(tmp_path, {"dynamodb describe-table": "AccessDeniedException"})
    done = bash.run(script(plan(change())))
    assert done.returncode == 1
    assert "AccessDeniedException" in done.stderr
    assert len(bash.calls) == 1


def making_a_key(**members: Any) -> Plan:
    make = call(
        "kms:CreateKey",
        {"Tags": [{"TagKey": CHANGE_TAG_KEY, "TagValue": change_tag()}]},
        name="create-key",
    )
    use = call("dynamodb:UpdateTable", {"SSESpecification": {"KMSMasterKeyId": arn()}, **members})
    alias = call("kms:CreateAlias", {"Note": text("key ", arn(), " of ", token("alias"))})
    return plan(change(make, use, alias))


def arn() -> dict[str, Any]:
    return result("create-key", "KeyMetadata.Arn")


def test_answers_go_into_later_calls(tmp_path: Path) -> None:
    document = making_a_key()
    bash = Shell(tmp_path, {**ACTIVE, "kms create-key": {"KeyMetadata": {"Arn": KEY}}})
    done = bash.run(script(document))
    assert (done.returncode, done.stderr) == (0, "")
    one = document.changes[0]
    answers = {(one.key, "create-key"): {"KeyMetadata": {"Arn": KEY}}}
    filler = Filler(document.plan_id, one.id, one.key, answers)
    assert [params for name, params in bash.calls if "describe" not in name] == [
        filler.fill(made.params) for made in one.calls
    ]


def test_an_answer_without_the_value_stops_everything(tmp_path: Path) -> None:
    bash = Shell(tmp_path, {**ACTIVE, "kms create-key": {"KeyMetadata": {}}})
    done = bash.run(script(making_a_key()))
    assert done.returncode == 1
    assert "an answer lacks what a later call needs" in done.stderr
    assert [name for name, _ in bash.calls][-1] == "kms create-key"


def test_a_batch_that_did_nothing_stops_everything(tmp_path: Path) -> None:
    make = call("ec2:CreateFlowLogs", {}, answer={"length(Unsuccessful || `[]`)": 0})
    bash = Shell(tmp_path, {**ACTIVE, "ec2 create-flow-logs": {"Unsuccessful": [{"ResourceId": "vpc-1"}]}})
    done = bash.run(script(plan(change(make))))
    assert done.returncode == 1
    assert "not done: ec2:CreateFlowLogs" in done.stderr


HOSTILE = [
    "'; touch pwned; '",
    "$(touch pwned)",
    "`touch pwned`",
    '"; touch pwned; "',
    "a\ntouch pwned\n",
    "EOF\ntouch pwned",
    "\\",
    "${r1}",
    "!!",
    "*",
    "é\u202e\x1b[2J",
    "-–-",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_never_a_command(tmp_path: Path, name: str) -> None:
    state = State(
        operation="dynamodb:DescribeTable",
        params={"TableName": name},
        facts={f"Table.{'TableStatus'}": "ACTIVE"},
        absent=(name,),
    )
    make = Call(
        operation="kms:CreateKey",
        params={name: [name], "Key": arn()},
        identity=Identity.TOKEN,
        undo=(call("kms:ScheduleKeyDeletion", {"KeyId": name}),),
    )
    first = call("kms:CreateKey", {"Description": name}, name="create-key")
    document = plan(
        change(first, make, summary=name, resource=name, expect=(state,), verify=(state,)),
        change(id="b", key="b", summary=name, blocked=because(name)),
    )
    answer = {"KeyMetadata": {"Arn": name}}
    bash = Shell(tmp_path, {**ACTIVE, "kms create-key": answer})
    done = bash.run(script(document))
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "")
    assert bash.leftovers == []
    assert bash.calls[0] == ("dynamodb describe-table", {"TableName": name})
    assert bash.calls[2] == ("kms create-key", {name: [name], "Key": name})


@pytest.mark.parametrize("name", HOSTILE)
def test_a_fact_is_never_a_command(tmp_path: Path, name: str) -> None:
    state = State(operation="dynamodb:DescribeTable", params={}, facts={"Table.TableName": name})
    bash = Shell(tmp_path, {"dynamodb describe-table": {"Table": {"TableName": name}}})
    done = bash.run(script(plan(change(expect=(state,), verify=()))))
    assert (done.returncode, done.stderr, bash.leftovers) == (0, "", [])


def test_what_is_blocked_is_said_and_left_out(tmp_path: Path) -> None:
    blocked = change(call("kms:CreateKey", {}, name="create-key"), blocked=because("a stack owns it"))
    needs = change(call(params={"K": result("create-key", "Arn", of=blocked.key)}), id="second", key="second")
    after = change(id="third", key="third", depends_on=("second",))
    text_ = script(plan(blocked, needs, after))
    assert text_.count("LEFT OUT") == 3
    bash = Shell(tmp_path, {})
    assert bash.run(text_).returncode == 0
    assert bash.calls == []


def test_times_are_left_to_the_eye() -> None:
    state = State(
        operation="dynamodb:DescribeTable",
        params={},
        facts={"Table.CreationDateTime": "2026-01-01T00:00:00+00:00"},
    )
    assert "# not compared by this script" in script(plan(change(expect=(state,))))
