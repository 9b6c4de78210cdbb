"""The examples of docs/operations.md: each is parsed by what will read it, and every dynasec command in them is one that exists."""

import importlib.util
import json
import re
import shlex
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path
from types import SimpleNamespace

import boto3
import click
import pytest
import yaml

from dynasec.cli import cli

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
SERVICE, TIMER = (EXAMPLES / f"systemd/dynasec-audit.{kind}" for kind in ("service", "timer"))
CRONTAB = EXAMPLES / "cron/crontab"
DOCKERFILE = EXAMPLES / "container/Dockerfile"
WORKFLOW = EXAMPLES / "github/dynasec.yml"
PAGE = ROOT / "docs/operations.md"


def _parsed(arguments):
    """Parse a command line as the program does, without running it."""
    command, context = cli, None
    rest = list(arguments)
    while isinstance(command, click.Group):
        context = click.Context(command, parent=context)
        name, *rest = rest
        command = command.get_command(context, name)
        assert command is not None, name
    command.make_context(command.name, rest, parent=context)


def _unit(path):
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read_string(path.read_text())
    return unit


def _cron_lines():
    lines = [line for line in CRONTAB.read_text().splitlines() if line and not line.startswith("#")]
    return [line for line in lines if not re.match(r"[A-Z_]+=", line)]


def _commands():
    unit = _unit(SERVICE)
    for key in ("ExecStart", "ExecStartPost"):
        yield f"systemd {key}", unit["Service"][key]
    for number, line in enumerate(_cron_lines()):
        yield f"cron {number}", re.split(r" 2?> ", line.split(maxsplit=5)[5])[0]
    for step in yaml.safe_load(WORKFLOW.read_text())["jobs"]["audit"]["steps"]:
        if "dynasec audit" in step.get("run", ""):
            yield "github", step["run"]
    yield "container", "dynasec " + " ".join(_instruction("CMD"))
    for line in re.findall(r"^\$ (dynasec .*)$", PAGE.read_text(), re.MULTILINE):
        yield "page", line.split(" #")[0]


def _instruction(name):
    (found,) = re.findall(rf"^{name} (\[.*\])$", DOCKERFILE.read_text(), re.MULTILINE)
    return json.loads(found)


COMMANDS = list(_commands())


@pytest.mark.parametrize(
    ("where", "command"), COMMANDS, ids=[f"{where}: {line[:40]}" for where, line in COMMANDS]
)
def test_every_command_is_one_that_exists(where, command):
    del where
    program, *arguments = shlex.split(command)
    assert Path(program).name == "dynasec"
    _parsed(arguments)


def test_there_are_commands_of_every_kind():
    assert {where.split()[0] for where, _ in COMMANDS} == {"systemd", "cron", "github", "container", "page"}


def test_a_command_that_does_not_exist_would_be_noticed():
    with pytest.raises(click.UsageError):
        _parsed(["audit", "--nonsense"])


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", PAGE.read_text()))
def test_the_page_links_to_what_is_there(link):
    assert (PAGE.parent / link).exists()


def test_the_service_runs_confined_and_once():
    unit = _unit(SERVICE)
    service = unit["Service"]
    assert service["Type"] == "oneshot"
    assert service["DynamicUser"] == service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    timer = _unit(TIMER)
    assert timer["Timer"]["Persistent"] == "true"
    assert timer["Install"]["WantedBy"] == "timers.target"


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path):
    """Where systemd is there to be asked; elsewhere what the test above says must do."""
    service = SERVICE.read_text().replace("/opt/dynasec/bin/dynasec", sys.executable)
    (tmp_path / SERVICE.name).write_text(service)
    shutil.copy(TIMER, tmp_path)
    verifier = shutil.which("systemd-analyze")
    if verifier is None:
        assert service.count("[Service]") == 1
        return
    done = subprocess.run(
        [verifier, "verify", "--recursive-errors=no", tmp_path / SERVICE.name, tmp_path / TIMER.name],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_cron_understands_its_lines():
    lines = _cron_lines()
    assert len(lines) == 2
    for line in lines:
        *when, command = line.split(maxsplit=5)
        assert all(re.fullmatch(r"\*|\d+", field) for field in when)
        assert "%" not in command  # cron takes it for a new line
        assert subprocess.run(["/bin/sh", "-n", "-c", command], check=False).returncode == 0


@pytest.mark.parametrize(("code", "printed"), [(0, ""), (3, "NEWS\n"), (4, "NEWS\n")])
def test_cron_mails_what_is_new_and_nothing_else(tmp_path, code, printed):
    """Its first line, with a program in dynasec's place that prints a report and ends with a code."""
    program = tmp_path / "dynasec"
    program.write_text(f"#!/bin/sh\necho NEWS\nexit {code}\n")
    program.chmod(0o755)
    command = _cron_lines()[0].split(maxsplit=5)[5]
    environment = {"HOME": str(tmp_path), "PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run(
        ["/bin/sh", "-c", command], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout == printed


def test_the_image_is_built_in_two_stages_and_runs_without_root():
    lines = [line for line in DOCKERFILE.read_text().splitlines() if line and line[0] not in "# "]
    words = [line.split() for line in lines]
    assert [one[0] for one in words].count("FROM") == 2
    final = words[max(at for at, one in enumerate(words) if one[0] == "FROM") :]
    (user,) = (one[1] for one in final if one[0] == "USER")
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    assert ["COPY", "--from=build", "/opt/dynasec", "/opt/dynasec"] in final
    assert not any(one[0] in {"ADD", "ARG"} for one in words)
    assert _instruction("ENTRYPOINT") == ["dynasec"]


def test_the_image_is_made_of_what_the_wheel_is_made_of():
    sources = [
        source
        for line in re.findall(r"^COPY (?!--)(.*)$", DOCKERFILE.read_text(), re.MULTILINE)
        for source in line.split()[:-1]
    ]
    assert set(sources) == {"pyproject.toml", "README.md", "LICENSE", "dynasec", "checks", "remediations"}
    assert all((ROOT / source).exists() for source in sources)


def test_the_workflow_holds_no_credential_and_asks_for_no_more_than_it_needs():
    text = WORKFLOW.read_text()
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read", "id-token": "write", "security-events": "write"}
    steps = workflow["jobs"]["audit"]["steps"]
    assert "aws-access-key-id" not in text
    assert all(("uses" in step) != ("run" in step) for step in steps)
    assert all(re.fullmatch(r"[\w-]+/[\w/-]+@v\d+", step["uses"]) for step in steps if "uses" in step)
    assert not any("${{" in step.get("run", "") for step in steps)  # nothing is put into a shell's text
    assert workflow[True]["schedule"] == [{"cron": "30 5 * * *"}]  # YAML takes `on` for true


@pytest.fixture
def lambda_(aws, monkeypatch):
    """The handler with a bucket, and an account with one table."""
    del aws
    monkeypatch.setenv("DYNASEC_BUCKET", "reports")
    boto3.client("s3").create_bucket(Bucket="reports")
    boto3.client("dynamodb").create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    spec = importlib.util.spec_from_file_location("dynasec_lambda", EXAMPLES / "lambda/handler.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.handler


def _context(seconds):
    return SimpleNamespace(get_remaining_time_in_millis=lambda: seconds * 1000)


def _kept(name):
    return json.loads(boto3.client("s3").get_object(Bucket="reports", Key=name)["Body"].read())


EVENT = {"options": ["--control", "point-in-time-recovery", "--region", "us-east-1"]}


def test_the_lambda_audits_and_keeps_reports_and_history_in_its_bucket(lambda_, capsys):
    states = []
    for _ in range(2):
        answer = lambda_(EVENT, _context(600))
        assert answer == {
            "exit_code": 3,
            "reports": ["s3://reports/report.json", "s3://reports/report.html"],
        }
        states += [one["history"]["state"] for one in _kept("report.json")["findings"]]
    assert states == ["NEW", "PERSISTING"]
    assert json.dumps(answer)
    capsys.readouterr()


def test_the_lambda_fails_where_the_audit_could_not_run_to_its_end(lambda_, monkeypatch, capsys):
    monkeypatch.setattr("dynasec.collect.reader.in_time", _late)
    with pytest.raises(RuntimeError, match="the audit ended with 11"):
        lambda_(EVENT, _context(30))
    assert {gap["code"] for gap in _kept("report.json")["gaps"]} == {"DeadlineExceeded"}
    with pytest.raises(RuntimeError, match="the audit ended with 2"):
        lambda_({"options": ["--control", "nonsense"]}, _context(600))
    capsys.readouterr()


async def _late(deadline, work):
    from dynasec.collect.deadline import DeadlineExceeded

    del work
    assert deadline is not None
    raise DeadlineExceeded
