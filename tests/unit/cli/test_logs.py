import json
import logging
from datetime import datetime

import pytest

from dynasec.cli import logs, run
from tests.support.scripted import AwsError, clients

LOG = logging.getLogger("dynasec.somewhere")


@pytest.fixture(autouse=True)
def _nothing_is_left():
    yield
    logs.reset()


def _said(capsys, **options):
    logs.configure(**{"verbose": False, "quiet": False, "as_json": False, **options})
    LOG.debug("a debug message")
    LOG.warning("a %s", "warning")
    LOG.error("an error")
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err.splitlines()


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        ({}, ["dynasec: a warning", "dynasec: an error"]),
        ({"quiet": True}, ["dynasec: an error"]),
        ({"verbose": True}, ["dynasec: a debug message", "dynasec: a warning", "dynasec: an error"]),
        (
            {"verbose": True, "quiet": True},
            ["dynasec: a debug message", "dynasec: a warning", "dynasec: an error"],
        ),
    ],
)
def test_what_is_logged(options, lines, capsys):
    assert _said(capsys, **options) == lines


def test_json_lines(capsys):
    warning, error = map(json.loads, _said(capsys, as_json=True))
    assert set(warning) == {"time", "level", "logger", "message"}
    assert (warning["level"], warning["logger"], warning["message"]) == (
        "warning",
        "dynasec.somewhere",
        "a warning",
    )
    assert datetime.fromisoformat(warning["time"]).tzinfo is not None
    assert error["level"] == "error"


@pytest.mark.parametrize("as_json", [True, False])
def test_a_log_line_is_one_line_and_speaks_to_no_terminal(as_json, capsys):
    logs.configure(verbose=False, quiet=False, as_json=as_json)
    LOG.error("two\nlines \x1b[31m \u202e")
    printed = capsys.readouterr().err
    assert len(printed.splitlines()) == 1
    assert printed.strip().isprintable()


def test_configuring_twice_does_not_say_things_twice(capsys):
    _said(capsys)
    assert len(_said(capsys)) == 2


def test_other_peoples_loggers_are_left_alone(capsys):
    before = logging.getLogger().handlers[:]
    _said(capsys, verbose=True)
    assert logging.getLogger().handlers == before


@pytest.mark.usefixtures("aws")
def test_verbose_says_what_could_not_be_read(capsys, monkeypatch):
    made, _ = clients({"tag:GetResources": AwsError("AccessDeniedException")})
    monkeypatch.setattr("dynasec.cli.live.Clients", lambda *_: made)
    arguments = ["audit", "--control", "point-in-time-recovery", "--log-format", "json"]
    assert run([*arguments, "-v"]) == 0
    begins, denied, ends = map(json.loads, capsys.readouterr().err.splitlines())
    assert "tag:GetResources: AccessDeniedException in us-east-1" in denied["message"]
    assert begins["message"] == "auditing account 123456789012 in us-east-1"
    assert ends["message"].startswith("audited: exit code 0, score ")
    assert len({line["run"] for line in (begins, denied, ends)}) == 1
    assert run(arguments) == 0
    assert [json.loads(line)["level"] for line in capsys.readouterr().err.splitlines()] == ["info", "info"]
    assert run([*arguments, "-q"]) == 0
    assert run(arguments[:3]) == 0
    assert capsys.readouterr().err == ""


def test_with_json_logs_the_last_word_is_json_too(capsys):
    assert run(["audit", "--log-format", "json", "--snapshot", "absent.json"]) == 1
    line = json.loads(capsys.readouterr().err)
    assert (line["level"], line["message"].partition(":")[0]) == ("error", "cannot read absent.json")
    assert line["run"]


def test_nothing_of_a_run_is_left_to_the_next_in_the_same_process(capsys):
    assert run(["show", "missing.json"]) == 1
    plain = capsys.readouterr().err
    assert run(["audit", "--log-format", "json", "--snapshot", "absent.json"]) == 1
    capsys.readouterr()
    assert logging.getLogger("dynasec").handlers == []
    assert run(["show", "missing.json"]) == 1
    assert capsys.readouterr().err == plain
