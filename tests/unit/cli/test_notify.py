"""Audits that tell what changed, and `dynasec notify`: through the command line, to a webhook on loopback and an emulated AWS."""

import json
from pathlib import Path

import boto3
import pytest

from dynasec.cli import run
from dynasec.history.database import default_path
from dynasec.notify import delivery, webhook
from tests.support.scripted import AwsError, clients
from tests.support.webhooks import hook

AUDIT = ("audit", "--control", "point-in-time-recovery", "-f", "json")
DENIED = {"dynamodb:DescribeContinuousBackups": AwsError("AccessDeniedException")}
WEBHOOK = """
[[notify]]
name = "chat"
kind = "webhook"
url_env = "CHAT_URL"
"""
TOPIC = "arn:aws:sns:us-east-1:123456789012:alerts"
BUS = "arn:aws:events:us-east-1:123456789012:event-bus/default"
AWS_TARGETS = f"""
[[notify]]
name = "mail"
kind = "sns"
topic = "{TOPIC}"
[[notify]]
name = "bus"
kind = "eventbridge"
bus = "{BUS}"
[[notify]]
name = "hub"
kind = "security-hub"
"""


@pytest.fixture
def account(aws, monkeypatch):
    """Lets the next audit read a table `orders`, with point-in-time recovery or without."""
    del aws
    client = boto3.client("dynamodb")
    client.create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )

    def become(*, recovers=False, script=None):
        client.update_continuous_backups(
            TableName="orders", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": recovers}
        )
        made, session = clients(script or {})
        monkeypatch.setattr("dynasec.cli.live.Clients", lambda *_: made)
        return session

    become()
    return become


@pytest.fixture
def chat(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(webhook, "PAUSES", (0.0,))
    Path("dynasec.toml").write_text(WEBHOOK)
    with hook() as server:
        monkeypatch.setenv("CHAT_URL", server.url)
        yield server


def _states(texts):
    return [line.split()[0] for text in texts for line in text.splitlines()[1:]]


def test_each_change_is_told_once(account, chat, capsys):
    story = [
        ({"recovers": False}, 3, ["NEW"]),
        ({"recovers": False}, 3, []),
        ({"recovers": False, "script": DENIED}, 4, []),
        ({"recovers": True}, 0, ["FIXED"]),
        ({"recovers": True}, 0, []),
        ({"recovers": False}, 3, ["REGRESSED"]),
    ]
    for number, (how, code, told) in enumerate(story):
        account(**how)
        before = len(chat.texts)
        assert run([*AUDIT]) == code, number
        assert _states(chat.texts[before:]) == told, number
        assert capsys.readouterr().err == ""
    assert "REGRESSED HIGH point-in-time-recovery: `orders` (`us-east-1`): `" in chat.texts[-1]
    assert len(set(chat.keys)) == 3


@pytest.mark.parametrize("quiet", [[], ["-q"]])
def test_what_cannot_be_delivered_changes_nothing_is_told_and_waits(account, chat, capsys, quiet):
    account()
    chat.answers = [503]
    assert run([*AUDIT, *quiet]) == 3
    printed = capsys.readouterr()
    assert json.loads(printed.out)["findings"][0]["history"]["state"] == "NEW"
    assert printed.err == "dynasec: notify chat: 1 message waits: it answers 503\n"
    assert run(["notify", "list"]) == 0
    assert "chat (webhook): 1 findings of run" in capsys.readouterr().out
    chat.answers = [200]
    assert run([*AUDIT, *quiet]) == 3
    assert capsys.readouterr().err == ""
    assert _states(chat.texts) == ["NEW"]
    assert run(["notify", "list"]) == 0
    assert capsys.readouterr().out == "Nothing waits.\n"


def test_what_waits_is_listed_flushed_and_thrown_away(account, chat, capsys):
    account()
    chat.answers = [500]
    run([*AUDIT])
    capsys.readouterr()
    assert run(["notify", "list", "-f", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    (one,) = document["waiting"]
    assert document["schema"] == "dynasec.notify/v1"
    assert (one["target"], one["attempts"], one["problem"], one["region"]) == (
        "chat",
        1,
        "it answers 500",
        None,
    )
    assert run(["notify", "flush"]) == 1
    printed = capsys.readouterr()
    assert printed.out == "0 messages delivered\n"
    assert printed.err == "dynasec: notify chat: 1 message waits: it answers 500\n"
    assert run(["notify", "list"]) == 0
    assert "tried 2 times: it answers 500" in capsys.readouterr().out
    chat.answers = [200]
    assert run(["notify", "flush"]) == 0
    assert capsys.readouterr().out == "1 message delivered\n"
    assert run(["notify", "drop", "chat"]) == 0
    assert capsys.readouterr().err == "0 messages thrown away\n"


def test_nobody_is_told_where_nobody_is_to_be(account, chat):
    account()
    assert run([*AUDIT, "--store", "none"]) == 3
    assert run([*AUDIT, "--no-notify"]) == 3
    assert run([*AUDIT]) == 3
    assert chat.asked == []


def test_a_store_that_another_process_delivers_from(account, chat, capsys, monkeypatch):
    monkeypatch.setattr(delivery, "LOCK_S", 0.05)
    account()
    default_path().parent.mkdir(parents=True)
    with delivery._alone(default_path()):
        assert run([*AUDIT]) == 3
        assert "notifications wait: another process is delivering" in capsys.readouterr().err
        assert run(["notify", "flush"]) == 10
    assert run(["notify", "flush"]) == 0
    assert _states(chat.texts) == ["NEW"]


def test_aws_is_told_by_the_credentials_of_the_audit(account, capsys):
    session = account()
    Path("dynasec.toml").write_text(AWS_TARGETS)
    boto3.client("sns").create_topic(Name="alerts")
    hub = boto3.client("securityhub")
    hub.enable_security_hub()
    assert run([*AUDIT]) == 3
    assert capsys.readouterr().err == ""
    assert (session.made["sns:Publish"], session.made["events:PutEvents"]) == (1, 1)
    (found,) = hub.get_findings()["Findings"]
    assert found["Compliance"]["Status"] == "FAILED"
    account(recovers=True)
    assert run([*AUDIT]) == 0
    (found,) = hub.get_findings()["Findings"]
    assert (found["Compliance"]["Status"], found["RecordState"]) == ("PASSED", "ACTIVE")
    account(script=DENIED)
    assert run([*AUDIT]) == 4
    (found,) = hub.get_findings()["Findings"]
    assert found["Compliance"]["Status"] == "WARNING"
    boto3.client("dynamodb").delete_table(TableName="orders")
    clients()
    assert run([*AUDIT, "--store", "elsewhere.db"]) == 0
    assert run([*AUDIT]) == 0
    (found,) = hub.get_findings()["Findings"]
    assert (found["Compliance"]["Status"], found["RecordState"]) == ("NOT_AVAILABLE", "ARCHIVED")


def test_a_service_that_refuses_is_told(account, capsys):
    Path("dynasec.toml").write_text(AWS_TARGETS)
    refused = AwsError("AccessDeniedException", "not \x1b[31mauthorized")
    account(
        script={
            "sns:Publish": refused,
            "events:PutEvents": refused,
            "securityhub:BatchImportFindings": AwsError("InvalidAccessException", "not subscribed"),
        }
    )
    assert run([*AUDIT]) == 3
    said = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[1] for line in said] == ["notify mail", "notify bus", "notify hub"]
    assert all("1 message waits" in line and "\x1b" not in line for line in said)
    assert "sns:Publish: AccessDeniedException" in said[0]
    assert "InvalidAccessException" in said[2]


def test_targets_can_be_tested(account, chat, capsys):
    account()
    Path("dynasec.toml").write_text(WEBHOOK + AWS_TARGETS)
    boto3.client("sns").create_topic(Name="alerts")
    boto3.client("securityhub").enable_security_hub()
    assert run(["notify", "test"]) == 0
    assert capsys.readouterr().out == "chat: taken\nmail: taken\nbus: taken\nhub: taken\n"
    assert chat.texts == ["dynasec: a test; nothing was found"]
    (found,) = boto3.client("securityhub").get_findings()["Findings"]
    assert found["RecordState"] == "ARCHIVED"
    chat.answers = [404]
    assert run(["notify", "test", "chat"]) == 1
    assert capsys.readouterr().out == "chat: not taken: it answers 404\n"
    assert not default_path().exists()


def test_what_is_not_there_cannot_be_tested(capsys):
    assert run(["notify", "test"]) == 2
    assert "there is no [[notify]] in dynasec.toml" in capsys.readouterr().err
    Path("dynasec.toml").write_text(WEBHOOK)
    assert run(["notify", "test", "chet"]) == 2
    assert "no target is called 'chet'; there are: chat" in capsys.readouterr().err


@pytest.mark.parametrize("answer", [500, 404, 302, "away", "no url", "drip"])
@pytest.mark.parametrize("logs", [["-v"], ["-v", "--log-format", "json"]])
def test_the_url_is_in_nothing_that_anybody_reads(account, chat, capfd, monkeypatch, answer, logs):
    account()
    monkeypatch.setattr(webhook, "TIMEOUT_S", 1.0)
    chat.headers = {"Location": chat.url, "Retry-After": "0"}
    match answer:
        case int():
            chat.answers = [answer]
        case "away":
            monkeypatch.setenv("CHAT_URL", "http://127.0.0.1:1/T0SECRET/B0SECRET")
        case "no url":
            monkeypatch.setenv("CHAT_URL", "http://example.com/T0SECRET/B0SECRET\n")
        case _:
            chat.drip = True
    assert run([*AUDIT, *logs, "-o", "report.html"]) == 3
    run(["notify", "flush", *logs])
    run(["notify", "test", *logs])
    run(["notify", "list"])
    printed = capfd.readouterr()
    assert "notify chat: 1 message waits" in printed.err
    files = [*Path().iterdir(), *default_path().parent.iterdir()]
    assert len(files) > 3
    for text in (printed.out.encode(), printed.err.encode(), *(file.read_bytes() for file in files)):
        assert b"SECRET" not in text
        assert b"/services/" not in text
