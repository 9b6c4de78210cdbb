"""`dynasec config`."""

from __future__ import annotations

from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path

import click

from dynasec import settings as configuration
from dynasec import snapshot_file
from dynasec.cli.live import read
from dynasec.cli.options import FILE, Common, common_options
from dynasec.collect.collector import Request
from dynasec.errors import ConfigurationError, UsageError
from dynasec.files import refuse_unwritable, write_private
from dynasec.printable import printable
from dynasec.registry import load
from dynasec.report.configuration import READS, proposed
from dynasec.semantics.wording import counted
from dynasec.settings import FILE_NAME, Settings


@click.group("config")
def command() -> None:
    """Write a first configuration, or check one."""


@command.command("init")
@click.option("-o", "--output", type=FILE, default=FILE_NAME, show_default=True, help="The file to write.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.option(
    "--snapshot", type=FILE, help="Propose from a file that `dynasec collect` wrote, without asking AWS."
)
@common_options
def init(output: Path, snapshot: Path | None, common: Common, *, force: bool) -> None:
    """Write a commented configuration from what the account shows.

    Tag keys in use, lanes and classes by their tag values, tiers of subnets by their routes: all of it as proposals to read and change.
    """
    refuse_unwritable(output)
    if output.exists() and not force:
        msg = f"{output} exists"
        raise UsageError(msg, hint="choose another with -o, or replace it with --force")
    account = read(common, Request(READS)) if snapshot is None else snapshot_file.load(snapshot)
    write_private(output, [proposed(account).encode()])
    if not common.quiet:
        click.echo(f"{output}: written; read it, then `dynasec config check --config {output}`", err=True)


@command.command("check")
@common_options
def check(common: Common) -> None:
    """Check the configuration: every key, every value, and whether the controls it names exist."""
    path = common.config or configuration.find(Path.cwd())
    if path is None:
        msg = f"there is no {FILE_NAME} here or above"
        raise ConfigurationError(msg, hint="write one with `dynasec config init`")
    settings = configuration.load(path, today=datetime.now(UTC).date())
    problems = _problems(settings)
    if problems:
        msg = f"{path}: {'; '.join(problems)}"
        raise ConfigurationError(msg)
    click.echo(
        printable(
            f"{path}: {counted(len(settings.rules), 'rule')}, {counted(len(settings.suppress), 'suppression')}: all of it is valid"
        )
    )


def _problems(settings: Settings) -> list[str]:
    known = [control.id for control in load().controls]
    today = datetime.now(UTC).date()
    return [
        *(f"severity: there is no control {name}" for name in settings.severity if name not in known),
        *(
            f"suppress: no control matches {one.control}"
            for one in settings.suppress
            if not any(fnmatchcase(name, one.control) for name in known)
        ),
        *(
            f"suppress: that of {one.control} expired on {one.expires}"
            for one in settings.suppress
            if one.expires < today
        ),
        *(
            f"attest: that of {one.tables} expired on {one.expires}"
            for one in settings.attest
            if one.expires < today
        ),
    ]
