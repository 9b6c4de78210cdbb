import gc
import json
import os
import pty
import stat
import subprocess
import sys
from importlib import import_module

import boto3
import click
import pytest

from dynasec import __version__, cli, snapshot_file
from dynasec.cli import main, run
from dynasec.model.table import ContinuousBackups
from dynasec.permissions import reads_of
from dynasec.plugins import BrokenPlugin
from dynasec.registry import Registry, load
from tests.support.accounts import denied, region, snapshot, table
from tests.support.scripted import AwsError, clients

PITR = ["--control", "point-in-time-recovery"]
REFUSING = "http://127.0.0.1:1"


def _saved(path, *tables):
    snapshot_file.save(snapshot(region(*tables)), path)
    return str(path)


@pytest.fixture
def good(tmp_path):
    return _saved(tmp_path / "good.json", table(continuous_backups=ContinuousBackups(enabled=True)))


@pytest.fixture
def bad(tmp_path):
    return _saved(
        tmp_path / "bad.json",
        table(continuous_backups=ContinuousBackups(enabled=False), tags={"data-class": "internal"}),
        table("carts", continuous_backups=denied("dynamodb:DescribeContinuousBackups")),
    )


@pytest.fixture
def unknown(tmp_path):
    return _saved(
        tmp_path / "unknown.json", table(continuous_backups=denied("dynamodb:DescribeContinuousBackups"))
    )


def _audit(path, *more):
    return run(["audit", "--snapshot", path, *PITR, *more])


def _one_line(capsys, arguments, code):
    """Run what must fail with this code and one line on stderr, which is returned."""
    assert run(arguments) == code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "Traceback" not in printed.err
    assert len(printed.err.splitlines()) == 1, printed.err
    assert printed.err.startswith("dynasec: ")
    return printed.err.removeprefix("dynasec: ").rstrip("\n")


def _python(code, **options):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60, **options
    )


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["--version"], []])
def test_asking_for_help_imports_neither_boto3_nor_pydantic(arguments):
    done = _python(
        "import sys\nfrom dynasec.cli import run\n"
        f"run({arguments!r})\n"
        "heavy = {'boto3', 'botocore', 'pydantic', 'rich', 'tabulate'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    assert (done.returncode, done.stderr if arguments else "") == (0, "")


def test_summaries_are_those_of_the_commands(capsys):
    assert run(["--help"]) == 0
    help_text = capsys.readouterr().out
    for name, summary in cli._COMMANDS.items():
        command = import_module(f"dynasec.cli.{name}").command
        assert command.name == name
        assert command.help.splitlines()[0] == summary
        assert f"  {name} " in help_text
        assert " ".join(summary.split()) in " ".join(help_text.split())


@pytest.mark.parametrize("name", cli._COMMANDS)
@pytest.mark.parametrize("ask", ["-h", "--help"])
def test_every_command_has_help(name, ask, capsys):
    assert run([name, ask]) == 0
    assert cli._COMMANDS[name] in capsys.readouterr().out


def test_shells_can_complete_commands():
    group = cli.cli
    assert group.list_commands(click.Context(group)) == list(cli._COMMANDS)


def test_version(capsys):
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"dynasec {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [["nothing"], ["--nothing"], ["audit", "--fail-on", "some"], ["audit", "-f", "xml"], ["collect"]],
)
def test_a_command_line_that_means_nothing_is_usage(arguments, capsys):
    assert run(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "Error: " in printed.err


def test_main_exits(monkeypatch, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    monkeypatch.setattr(sys, "argv", ["dynasec", "nothing"])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2
    capsys.readouterr()


def test_0_when_all_is_good(good, capsys):
    assert _audit(good) == 0
    printed = capsys.readouterr()
    assert "Score 100 of 100, coverage 100 %" in printed.out
    assert printed.err == ""
    assert "\x1b" not in printed.out


@pytest.mark.parametrize(
    ("fail_on", "code"),
    [("low", 3), ("medium", 3), ("high", 3), ("critical", 4), ("never", 4)],
)
def test_3_from_the_severity_named_else_4_when_incomplete(bad, fail_on, code):
    assert _audit(bad, "--fail-on", fail_on) == code


def test_4_when_something_could_not_be_judged(unknown, capsys):
    assert _audit(unknown) == 4
    assert "Could not be judged" in capsys.readouterr().out


def test_4_when_a_plugin_could_not_be_loaded(good, monkeypatch):
    registry = Registry(load().controls, (BrokenPlugin("pack", "module", "SystemExit: 0"),))
    monkeypatch.setattr("dynasec.cli.audit.load", lambda: registry)
    assert _audit(good) == 4


def test_json_goes_to_stdout(bad, capsys):
    assert _audit(bad, "-f", "json") == 3
    document = json.loads(capsys.readouterr().out)
    assert {one["resource"].rpartition("/")[2]: one["status"] for one in document["findings"]} == {
        "orders": "FAIL",
        "carts": "UNKNOWN",
    }


def test_files_are_private_and_without_colours(bad, tmp_path, capsys):
    assert _audit(bad, "-o", "out.json", "-o", "out.txt") == 3
    assert json.loads((tmp_path / "out.json").read_text())["schema"] == "dynasec.report/v1"
    text = (tmp_path / "out.txt").read_text()
    assert "\x1b" not in text
    assert capsys.readouterr().out == text
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("out.json", "out.txt")} == {0o600}


def test_only_some_tables(bad, capsys):
    assert _audit(bad, "--table", "carts", "-f", "json") == 4
    (found,) = json.loads(capsys.readouterr().out)["findings"]
    assert found["resource"].endswith("/carts")


def test_the_nearest_configuration_is_used(bad, tmp_path, monkeypatch):
    (tmp_path / "dynasec.toml").write_text('[severity]\npoint-in-time-recovery = "LOW"\n')
    (tmp_path / "deep").mkdir()
    monkeypatch.chdir(tmp_path / "deep")
    assert _audit(bad, "--fail-on", "medium") == 4
    (tmp_path / "other.toml").write_text('[severity]\npoint-in-time-recovery = "CRITICAL"\n')
    assert _audit(bad, "--fail-on", "critical", "--config", str(tmp_path / "other.toml")) == 3


USAGE = {
    "control": (["--control", "point-in-time-recovry"], "did you mean point-in-time-recovery?"),
    "glob": (["--control", "zzz*"], "no control matches 'zzz*'"),
    "skip": (["--skip", "deletion-protect"], "did you mean deletion-protection?"),
    "section": (["--section", "resiliance"], "did you mean resilience?"),
    "framework": (["--framework", "nist-800-53"], "did you mean nist-800-53-r5"),
    "nothing left": (["--skip", "*"], "no control is left to audit"),
    "table": ([*PITR, "--table", "order"], "no table matches 'order'; did you mean orders?"),
    "suffix": (["-o", "report.jsn"], "no report format for 'report.jsn'; end the file's name in one of"),
    "no suffix": (["-o", "report"], "no report format for 'report'"),
}


@pytest.mark.parametrize("mistake", USAGE)
def test_a_mistake_is_one_line_and_exit_2(mistake, good, capsys):
    arguments, says = USAGE[mistake]
    assert says in _one_line(capsys, ["audit", "--snapshot", good, *arguments], 2)


def test_an_unknown_region_is_one_line_and_exit_2(capsys):
    says = _one_line(capsys, ["audit", "--region", "us-east-9"], 2)
    assert says.startswith("unknown Region 'us-east-9'; did you mean us-east-")


@pytest.mark.parametrize("command", [["audit"], ["collect", "-o", "account.json"]])
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--profile", "nobody"], "The config profile (nobody) could not be found; see `aws configure"),
        (["--endpoint-url", REFUSING], "cannot ask AWS who is calling: Could not connect to the endpoint"),
        (["--endpoint-url", "nonsense"], "cannot ask AWS who is calling: Invalid endpoint: nonsense"),
    ],
)
def test_what_cannot_run_is_one_line_and_exit_1(command, arguments, says, capsys, tmp_path):
    assert _one_line(capsys, [*command, *PITR, *arguments], 1).startswith(says)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[classes", "dynasec.toml is not TOML: "),
        ("[clases]", "dynasec.toml: unknown key clases; did you mean classes?"),
        ("rules = 3", "dynasec.toml: rules: Input should be a valid tuple"),
        ('"a\\nb\\u001b[31m" = 1', "unknown key a\\nb\\x1b[31m"),
    ],
)
def test_a_malformed_configuration_is_one_line_and_exit_1(content, says, good, tmp_path, capsys):
    (tmp_path / "dynasec.toml").write_text(content)
    assert says in _one_line(capsys, ["audit", "--snapshot", good], 1)


@pytest.mark.parametrize("name", ["absent.toml", "."])
def test_a_configuration_that_is_no_file_is_one_line_and_exit_1(name, good, capsys):
    assert "cannot read " in _one_line(capsys, ["audit", "--snapshot", good, "--config", name], 1)


@pytest.mark.parametrize(
    ("output", "says"),
    [
        ("absent/report.json", "cannot write absent/report.json: there is no folder absent"),
        ("folder.json", "cannot write folder.json: it is not a file"),
    ],
)
def test_a_report_that_cannot_be_written_is_told_before_anything_is_read(output, says, tmp_path, capsys):
    (tmp_path / "folder.json").mkdir()
    # the endpoint would be complained about if it was asked first
    assert _one_line(capsys, ["audit", "--endpoint-url", REFUSING, "-o", output], 1) == says
    assert _one_line(capsys, ["collect", "--endpoint-url", REFUSING, "-o", output], 1) == says


@pytest.mark.parametrize("name", ["absent.json", "."])
def test_a_snapshot_that_is_no_file_is_one_line_and_exit_1(name, capsys):
    assert f"cannot read {name}: " in _one_line(capsys, ["audit", "--snapshot", name], 1)


def _failing(problem):
    def load_():
        raise problem

    return load_


def test_an_internal_error_is_one_line_and_exit_1(monkeypatch, capsys):
    monkeypatch.setattr("dynasec.cli.audit.load", _failing(RuntimeError("two\nlines \x1b[31m")))
    says = _one_line(capsys, ["audit"], 1)
    assert says.startswith("internal error: RuntimeError: two\\nlines \\x1b[31m; please report it")


@pytest.mark.parametrize("flag", ["-v", "--verbose"])
def test_with_verbose_an_internal_error_has_its_traceback(monkeypatch, flag):
    monkeypatch.setattr("dynasec.cli.audit.load", _failing(RuntimeError("x")))
    with pytest.raises(RuntimeError):
        run(["audit", flag])


@pytest.mark.parametrize("problem", [KeyboardInterrupt(), click.Abort()])
def test_an_interrupt_is_told_in_a_word(monkeypatch, capsys, problem):
    monkeypatch.setattr("dynasec.cli.audit.load", _failing(problem))
    assert run(["audit"]) == 130
    assert capsys.readouterr().err.strip() == "dynasec: interrupted"


@pytest.mark.parametrize("code", [0, 4, 7])
def test_a_command_may_end_by_itself(monkeypatch, code):
    monkeypatch.setattr("dynasec.cli.audit.load", _failing(click.exceptions.Exit(code)))
    assert run(["audit"]) == code


@pytest.mark.parametrize(
    "arguments",
    [["controls", "list", "-f", "json"], ["controls", "list"], ["permissions"], ["--help"], "audit"],
)
def test_when_the_reader_of_the_output_goes_away_it_ends_quietly(arguments, good):
    arguments = ["audit", "--snapshot", good] if arguments == "audit" else arguments
    process = subprocess.Popen(
        [sys.executable, "-c", f"from dynasec.cli import main; main({arguments!r})"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()  # before it could write anything
    with process:
        assert process.stderr.read() == b""
    assert process.returncode == 1


def _on_a_terminal(arguments, **environment):
    """What a program writes when its output is a terminal."""
    ours, theirs = pty.openpty()
    code = f"from dynasec.cli import main; main({arguments!r})"
    env = {**os.environ, "TERM": "xterm", **environment}
    with subprocess.Popen([sys.executable, "-c", code], stdout=theirs, stderr=theirs, env=env):
        os.close(theirs)
        written = b""
        try:
            while piece := os.read(ours, 65536):
                written += piece
        except OSError:  # how a terminal says that nobody holds it any more
            pass
        finally:
            os.close(ours)
    return written.decode()


@pytest.mark.parametrize(
    ("more", "environment", "coloured"),
    [
        ([], {}, True),
        ([], {"NO_COLOR": ""}, True),
        ([], {"NO_COLOR": "1"}, False),
        (["--no-color"], {}, False),
    ],
)
def test_colours_are_for_terminals_that_want_them(bad, more, environment, coloured):
    written = _on_a_terminal(["audit", "--snapshot", bad, *PITR, *more], **environment)
    assert "point-in-time-recovery" in written
    assert ("\x1b[" in written) is coloured


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("first", ["dynamodb:ListTables", "ec2:DescribeVpcs", None])
def test_credentials_that_expire_on_the_way_are_one_line_and_exit_1(first, monkeypatch, capsys, caplog):
    expired = AwsError("ExpiredTokenException")
    operations = reads_of(load().controls) if first is None else [first]
    made, _ = clients(dict.fromkeys(operations, expired))
    monkeypatch.setattr("dynasec.cli.live.Clients", lambda *_: made)
    assert _one_line(capsys, ["audit"], 1) == "the AWS credentials have expired; sign in again"
    gc.collect()  # tasks whose failure nobody took note of complain when they go
    assert caplog.records == []


@pytest.mark.usefixtures("aws")
def test_an_offline_audit_finds_what_a_live_one_does(tmp_path, capsys):
    boto3.client("dynamodb").create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    assert run(["audit", *PITR, "--store", "none", "-f", "json"]) == 3
    live = json.loads(capsys.readouterr().out)
    assert run(["collect", *PITR, "-o", "account.json.gz"]) == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("account.json.gz: 1 tables, ")
    assert _audit("account.json.gz", "-f", "json") == 3
    offline = json.loads(capsys.readouterr().out)
    assert offline["findings"] == live["findings"]
    assert offline["run"]["api_calls"] == live["run"]["api_calls"]
    assert stat.S_IMODE((tmp_path / "account.json.gz").stat().st_mode) == 0o600


@pytest.mark.usefixtures("aws")
def test_collect_may_be_quiet(capsys):
    assert run(["collect", *PITR, "-q", "-o", "account.json"]) == 0
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "")


@pytest.mark.usefixtures("aws")
def test_a_snapshot_says_unknown_for_what_it_was_not_collected_for(capsys):
    boto3.client("dynamodb").create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    assert run(["collect", "-q", "--control", "deletion-protection", "-o", "account.json"]) == 0
    assert _audit("account.json", "-f", "json") == 4
    (found,) = json.loads(capsys.readouterr().out)["findings"]
    assert [gap["code"] for gap in found["gaps"]] == ["NotCollected"]


def test_controls_as_a_table(capsys):
    assert run(["controls", "list", "--section", "resilience"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any("point-in-time-recovery" in line and "HIGH" in line for line in lines)
    assert not any("customer-key" in line for line in lines)


def test_controls_as_json(capsys):
    assert run(["controls", "list", *PITR, "-f", "json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["controls"]
    assert set(found) == {
        "id",
        "title",
        "section",
        "severity",
        "subject",
        "frameworks",
        "reads",
        "remediations",
    }
    assert (found["id"], found["section"], found["severity"], found["subject"]) == (
        "point-in-time-recovery",
        "resilience",
        "HIGH",
        "Table",
    )
    assert "dynamodb:DescribeContinuousBackups" in found["reads"]


def test_a_control_is_explained(capsys):
    assert run(["controls", "explain", "point-in-time-recovery"]) == 0
    assert "## Why it matters" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["controls", "explain", "point-in-time"], "did you mean point-in-time-recovery?"),
        (["controls", "list", "--control", "zzzz"], "no control matches 'zzzz'"),
        (["permissions", "--section", "resiliense"], "did you mean resilience?"),
    ],
)
def test_what_does_not_exist_cannot_be_shown(arguments, says, capsys):
    assert says in _one_line(capsys, arguments, 2)


def test_permissions(capsys):
    assert run(["permissions", *PITR, "--all-regions"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "DynasecAudit",
                "Effect": "Allow",
                "Action": [
                    "dynamodb:DescribeContinuousBackups",
                    "dynamodb:ListTables",
                    "ec2:DescribeRegions",
                    "tag:GetResources",
                ],
                "Resource": "*",
            }
        ],
    }
