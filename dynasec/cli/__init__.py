"""The command line: one file per command, imported when used. The only place that prints, exits or reads the environment."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any, Final

import click

from dynasec import __version__
from dynasec.errors import DynasecError, Exit

_COMMANDS: Final = {
    "access": "Show who can do what to a table, by which path, and why.",
    "apply": "Carry a plan out; what is not as it was reviewed is left alone.",
    "approve": "Approve of a plan, with a file that `apply` looks for.",
    "audit": "Score an account and report.",
    "baseline": "Choose an audit that later ones are compared with.",
    "collect": "Read an account once into a snapshot file, for offline audits.",
    "config": "Write a first configuration, or check one.",
    "controls": "List the controls, or explain one.",
    "demo": "Audit a simulated account: no AWS needed.",
    "export": "Write a plan as infrastructure code, as a script, or as a role.",
    "history": "Look at past audits and at the runs that were applied; see what changed.",
    "notify": "Tell people and machines what audits changed; see what waits to be told.",
    "permissions": "Print the least-privilege policy that the chosen controls need.",
    "plan": "Turn failed findings into a remediation plan file; write nothing to AWS.",
    "rollback": "Take an applied run back; what has moved on since is left alone.",
    "show": "Show a plan for reading: text, json, diff.",
    "simulate": "Evaluate IAM requests offline, in the shapes of iam:SimulateCustomPolicy.",
}
"""Name and summary of each command; its module in `dynasec.cli` holds `command`. A test holds the summaries to the docstrings."""


_WIDTH: Final = 100
"""Columns of help text, at most."""
_INTERRUPTED: Final = 130
"""What shells report for a process that was interrupted."""


class _LazyGroup(click.Group):
    """Imports a command when it is run or asked for help: `dynasec --help` must not wait for boto3."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"dynasec.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the summaries without importing any command."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": _WIDTH}
)
@click.version_option(__version__, prog_name="dynasec", message="%(prog)s %(version)s")
def cli() -> None:
    """Audit the security of sensitive data in Amazon DynamoDB.

    Every control is PASS, FAIL, NOT_APPLICABLE or, where something could not be read, UNKNOWN. Only `apply` and `rollback` change
    anything in AWS, and only what a plan says that was reviewed; an audit sends the messages that the configuration asks for.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit. What goes wrong is one line on stderr and an exit code of `dynasec.errors.Exit`."""
    code = run(sys.argv[1:] if arguments is None else arguments)
    if code == Exit.DEADLINE:
        _leave_at_once(code)
    sys.exit(code)


def _leave_at_once(code: int) -> None:
    """End the process without waiting for calls that nobody waits for any more: a thread in one cannot be stopped."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def run(arguments: list[str]) -> int:
    """Run the command line and return the exit code. Where the reader of the output is gone, click ends the process with 1."""
    try:
        result: Any = cli.main(
            arguments, prog_name="dynasec", standalone_mode=False, terminal_width=_help_width()
        )
        code = result if isinstance(result, int) else Exit.OK
    except click.ClickException as problem:
        problem.show()
        code = problem.exit_code
    except click.Abort:
        code = _complain("interrupted", _INTERRUPTED)
    except DynasecError as problem:
        code = _complain(str(problem), problem.exit_code)
    except Exception as problem:
        if {"--verbose", "-v"}.intersection(arguments):
            raise
        what = f"internal error: {type(problem).__name__}: {problem}"
        code = _complain(f"{what}; please report it with the output of --verbose", Exit.CANNOT_RUN)
    finally:
        _forget_logs()
    return code


def _help_width() -> int | None:
    """Return the width of help in a pipe or a file; None where click can measure it, or is told by COLUMNS."""
    return None if os.environ.get("COLUMNS") or sys.stdout.isatty() else _WIDTH


def _forget_logs() -> None:
    """Leave nothing of this run's log to the next one in the same process, as in a function that is called again and again."""
    logs = sys.modules.get("dynasec.cli.logs")
    if logs is not None:
        logs.reset()


def _complain(message: str, code: int) -> int:
    from dynasec.cli import logs  # noqa: PLC0415 - needed for a mistake only
    from dynasec.printable import printable  # noqa: PLC0415

    if not logs.complained(message):
        click.echo(f"dynasec: {printable(message)}", err=True)
    return code
