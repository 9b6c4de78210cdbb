"""Runs of one account one after the other, through the command line: states, what is told, and exit codes."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import boto3
import pytest

from dynasec.cli import run
from dynasec.history.database import default_path
from dynasec.history.lock import locked
from tests.support.scripted import AwsError, clients

PITR = ("--control", "point-in-time-recovery")
DENIED = {"dynamodb:DescribeContinuousBackups": AwsError("AccessDeniedException")}
NEWS = ("--only", "new,regressed")


@pytest.fixture
def account(aws, monkeypatch):
    """Lets the next audit read an account in which these tables exist, with point-in-time recovery or without."""
    del aws
    client = boto3.client("dynamodb")

    def become(*, script=None, **tables):
        for name in set(client.list_tables()["TableNames"]) - set(tables):
            client.delete_table(TableName=name)
        for name, recovers in tables.items():
            if name not in client.list_tables()["TableNames"]:
                client.create_table(
                    TableName=name,
                    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                    BillingMode="PAY_PER_REQUEST",
                )
            client.update_continuous_backups(
                TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": recovers}
            )
        made, _ = clients(script or {})
        monkeypatch.setattr("dynasec.cli.live.Clients", lambda *_: made)

    return become


@pytest.fixture
def audit(capsys):
    """Audits; returns the exit code and the JSON that was printed."""

    def run_(*more):
        code = run(["audit", *PITR, "-f", "json", *more])
        return code, json.loads(capsys.readouterr().out)

    return run_


def _states(document):
    return {one["label"]: one["history"]["state"] for one in document["findings"]}


def test_new_persisting_unknown_fixed_regressed_gone(account, audit):
    story = [
        ({"orders": False, "carts": True}, {}, 3, 3, {"orders": "NEW", "carts": None}),
        ({"orders": False, "carts": True}, {}, 3, 0, {"orders": "PERSISTING", "carts": None}),
        ({"orders": False, "carts": True}, DENIED, 4, 4, {"orders": "UNKNOWN", "carts": "UNKNOWN"}),
        ({"orders": False, "carts": True}, {}, 3, 0, {"orders": "PERSISTING", "carts": None}),
        ({"orders": True, "carts": True}, {}, 0, 0, {"orders": "FIXED", "carts": None}),
        ({"orders": False, "carts": True}, {}, 3, 3, {"orders": "REGRESSED", "carts": None}),
        ({"carts": False}, {}, 3, 3, {"carts": "NEW"}),
    ]
    first = None
    for number, (tables, script, code, of_news, states) in enumerate(story):
        account(script=script, **tables)
        ended, document = audit("--store", "all.db")
        assert (ended, _states(document)) == (code, states), number
        ended, told = audit("--store", "news.db", *NEWS)
        news = {name: state for name, state in states.items() if state in {"NEW", "REGRESSED"}}
        assert (ended, _states(told)) == (of_news, news), number
        assert told["score"] == document["score"]
        assert told["gaps"] == document["gaps"]
        for one in document["findings"]:
            if one["label"] == "orders":
                first = first or one["history"]["first_seen"]
                assert one["history"]["first_seen"] == first
    assert [(one["label"], one["state"]) for one in document["history"]["absent"]] == [("orders", "GONE")]
    assert document["history"]["states"] == {"NEW": 1, "GONE": 1}


def test_the_table_tells_what_changed(account, capsys):
    account(orders=False, carts=False)
    assert run(["audit", *PITR]) == 3
    assert "Score 0 of 100, coverage 100 %; history begins with this run" in capsys.readouterr().out
    account(orders=True, carts=False, more=False)
    assert run(["audit", *PITR]) == 3
    out = capsys.readouterr().out
    assert "(▲33 since " in out
    assert "; 1 new, 1 fixed" in out
    assert "Changed since " in out
    assert "NEW       point-in-time-recovery" in out
    assert "FIXED     point-in-time-recovery" in out
    assert run(["audit", *PITR]) == 3
    out = capsys.readouterr().out
    assert "(= since " in out
    assert "; nothing changed" in out
    assert run(["audit", *PITR, *NEWS]) == 0
    out = capsys.readouterr().out
    assert "Nothing that fails is new or regressed." in out
    assert "Nothing failed" not in out
    assert max(map(len, out.splitlines())) <= 100


def test_files_hold_every_finding_whatever_is_printed(account, audit):
    account(orders=False)
    audit()
    code, printed = audit(*NEWS, "-o", "all.json")
    assert (code, printed["findings"]) == (0, [])
    assert [one["history"]["state"] for one in json.loads(Path("all.json").read_text())["findings"]] == [
        "PERSISTING"
    ]


def test_with_a_baseline_new_is_what_it_did_not_have(account, audit, capsys):
    account(orders=False, carts=True)
    audit()
    assert run(["baseline", "set"]) == 0
    account(orders=False, carts=False)
    for _ in range(2):
        code, told = audit(*NEWS)
        assert (code, _states(told)) == (3, {"carts": "NEW"})
        assert told["history"]["compared_with"]["baseline"] is True
    capsys.readouterr()
    assert run(["baseline", "show"]) == 0
    assert "audit, baseline" in capsys.readouterr().out
    assert run(["baseline", "show", "-f", "json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["runs"]
    assert run(["audit", *PITR]) == 3
    assert "since the baseline of " in capsys.readouterr().out
    assert run(["baseline", "clear", one["run"][:8]]) == 0
    assert audit(*NEWS)[0] == 0
    capsys.readouterr()
    assert run(["baseline", "show"]) == 0
    assert capsys.readouterr().out.startswith("no audit is a baseline")
    assert run(["baseline", "clear"]) == 2


def test_history_lists_shows_compares_and_forgets(account, audit, capsys):
    account(orders=False, carts=False)
    audit()
    account(orders=True, carts=False)
    audit()
    assert run(["history", "list"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in out[2:4]] == ["audit", "audit"]
    assert "score 50, coverage 100 %, 1 failed (1 fixed)" in out[3]
    assert out[4] == "Score of 123456789012 (us-east-1): ▁▄ 50"
    assert run(["history", "list", "-f", "json"]) == 0
    first, second = json.loads(capsys.readouterr().out)["runs"]
    assert (second["kind"], second["score"], second["states"]) == (
        "audit",
        50.0,
        {"PERSISTING": 1, "FIXED": 1},
    )
    assert run(["history", "show", second["run"][:8]]) == 0
    out = capsys.readouterr().out
    assert "FIXED       HIGH      point-in-time-recovery  orders" in out
    assert run(["history", "show", first["run"], "-f", "json"]) == 0
    assert [one["state"] for one in json.loads(capsys.readouterr().out)["findings"]] == ["NEW", "NEW"]
    for arguments in ([], [first["run"][:8]], [first["run"][:8], second["run"][:8]]):
        assert run(["history", "diff", *arguments, "-f", "json"]) == 0
        told = json.loads(capsys.readouterr().out)["findings"]
        assert {one["label"]: one["state"] for one in told} == {"orders": "FIXED", "carts": "PERSISTING"}
    assert run(["history", "diff"]) == 0
    out = capsys.readouterr().out
    assert "FIXED" in out
    assert out.endswith("1 persisting\n")
    assert run(["history", "prune", "--keep", "0"]) == 0
    assert capsys.readouterr().err == "1 run forgotten\n"
    assert run(["history", "diff"]) == 2
    assert run(["history", "show", "ffff"]) == 2
    assert run(["history", "prune"]) == 2


def test_an_empty_history(capsys):
    assert run(["history", "list"]) == 0
    assert capsys.readouterr().out == "No run is known.\n"
    for arguments in (["history", "diff"], ["baseline", "set"]):
        assert run(arguments) == 2
    assert not default_path().exists()


def test_the_store_is_the_users_by_default_and_private(account, audit):
    account(orders=False)
    audit()
    assert default_path().stat().st_mode & 0o777 == 0o600
    assert default_path().parent.stat().st_mode & 0o077 == 0


def test_no_store_no_history(account, audit):
    account(orders=False)
    code, document = audit("--store", "none")
    assert (code, "history" in document, "history" in document["findings"][0]) == (3, False, False)
    assert not default_path().exists()
    assert run(["audit", *PITR, *NEWS, "--store", "none"]) == 2


def test_an_offline_audit_leaves_the_users_history_alone(account, audit, capsys):
    account(orders=False)
    assert run(["collect", *PITR, "-o", "account.json"]) == 0
    capsys.readouterr()
    assert "history" not in audit("--snapshot", "account.json")[1]
    assert not default_path().exists()
    assert _states(audit("--snapshot", "account.json", "--store", "here.db")[1]) == {"orders": "NEW"}
    assert run(["audit", *PITR, *NEWS, "--snapshot", "account.json"]) == 2


def test_where_the_users_folder_cannot_be_written_the_audit_goes_on(account, capsys, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    account(orders=False)
    assert run(["audit", *PITR]) == 3
    printed = capsys.readouterr()
    assert "no history is kept: cannot write" in printed.err
    assert "Score 0 of 100, coverage 100 %\n" in printed.out
    assert run(["audit", *PITR, *NEWS]) == 2


def _refused(capsys, arguments, code):
    assert run(arguments) == code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert len(printed.err.splitlines()) == 1
    return printed.err


def test_a_store_that_cannot_be_used_is_told_before_anything_is_read(capsys):
    Path("bad.db").write_text("no database" * 1000)
    said = _refused(capsys, ["audit", "--endpoint-url", "http://127.0.0.1:1", "--store", "bad.db"], 1)
    assert "is damaged, or no history" in said
    assert "is damaged" in _refused(capsys, ["history", "list", "--store", "bad.db"], 1)


def test_a_second_audit_of_the_account_at_once_exits_10(account, capsys, audit):
    account(orders=False)
    with locked(Path("here.db"), "aws", "123456789012"):
        assert "another run is auditing account" in _refused(capsys, ["audit", "--store", "here.db"], 10)
        assert audit("--store", "other.db")[0] == 3
        assert audit("--store", "none")[0] == 3
    assert audit("--store", "here.db")[0] == 3


def test_a_report_that_cannot_be_written_leaves_what_is_new_for_the_next_run(account, audit, capsys):
    account(orders=False)
    assert run(["audit", *PITR, "--store", "here.db", "-o", f"{'x' * 300}.json"]) == 1

    class FullError(Exception):
        pass

    def full(*_):
        raise FullError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dynasec.cli.audit.deliver", full)
        assert run(["audit", *PITR, "--store", "here.db"]) == 1
    capsys.readouterr()
    assert _states(audit("--store", "here.db", *NEWS)[1]) == {"orders": "NEW"}


def test_a_run_that_cannot_be_kept_is_told_all_the_same(account, capsys, monkeypatch):
    account(orders=False)

    def broken(path):
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("DROP TABLE findings")

    monkeypatch.setattr("dynasec.cli.audit.time.sleep", lambda _: broken("here.db"))
    assert run(["audit", *PITR, *NEWS, "--store", "here.db", "-o", "report.json"]) == 1
    printed = capsys.readouterr()
    assert "orders" in printed.out
    assert printed.err.startswith("dynasec: cannot use the history here.db: no such table: findings")
    assert len(json.loads(Path("report.json").read_text())["findings"]) == 1


@pytest.mark.parametrize(
    "options",
    [
        ["--only", "newish"],
        ["--only", ","],
        ["--deadline", "0"],
        ["--deadline", "nan"],
        ["--jitter", "-1"],
        ["--jitter", "1e9"],
        ["--heartbeat", "nonsense"],
    ],
)
def test_options_that_mean_nothing_are_usage(options, capsys):
    assert run(["audit", *options]) == 2
    assert capsys.readouterr().out == ""


def test_jitter_waits_before_aws_is_asked(monkeypatch, capsys):
    waited = []
    monkeypatch.setattr("dynasec.cli.audit.time.sleep", waited.append)
    assert run(["audit", "--jitter", "30", "--endpoint-url", "http://127.0.0.1:1"]) == 1
    assert 0 <= waited[0] <= 30  # what follows is botocore, which tries again
    capsys.readouterr()


def test_after_the_deadline_nothing_is_asked_and_all_is_unknown(account, audit):
    account(orders=False)
    audit("--store", "here.db")
    code, document = audit("--store", "here.db", "--deadline", "0.000001")
    assert code == 11
    assert {one["status"] for one in document["findings"]} == {"UNKNOWN"}
    assert {gap["code"] for gap in document["gaps"]} == {"DeadlineExceeded"}
    assert [(one["label"], one["state"]) for one in document["history"]["absent"]] == [("orders", "UNKNOWN")]
    assert _states(audit("--store", "here.db")[1]) == {"orders": "PERSISTING"}
