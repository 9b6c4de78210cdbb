"""`dynasec audit`."""

from __future__ import annotations

import gc
from pathlib import Path

import click

from dynasec import snapshot_file
from dynasec.audit.report import Report, audit
from dynasec.check import Severity
from dynasec.cli.live import read_account
from dynasec.cli.options import FILE, Common, Selection, common_options, selection_options
from dynasec.files import refuse_unwritable, write_private
from dynasec.registry import load
from dynasec.report.interface import FORMATS, by_name, by_suffix

NEVER = "never"
LEVELS = [*(severity.lower() for severity in Severity), NEVER]


@click.command("audit")
@selection_options
@click.option("--table", multiple=True, metavar="GLOB", help="Judge only these tables (name or ARN).")
@click.option("--snapshot", type=FILE, help="Audit a file that `dynasec collect` wrote, without asking AWS.")
@click.option(
    "-f",
    "--format",
    "style",
    type=click.Choice([one.name for one in FORMATS]),
    default="table",
    show_default=True,
)
@click.option(
    "-o",
    "--output",
    multiple=True,
    type=FILE,
    help="Also write a report; its format follows from the suffix.",
)
@click.option(
    "--fail-on",
    type=click.Choice(LEVELS),
    default="low",
    show_default=True,
    help="Exit 3 from this severity on.",
)
@common_options
def command(  # noqa: PLR0913, PLR0917 - one parameter an option
    selection: Selection,
    table: tuple[str, ...],
    snapshot: Path | None,
    style: str,
    output: tuple[Path, ...],
    fail_on: str,
    common: Common,
) -> int:
    """Score an account and report.

    Exits 0 when nothing failed, 3 with findings at or above --fail-on, 4 when there are none but something could not be judged.
    """
    for path in output:
        by_suffix(path)  # what is wrong is told before the account is read
        refuse_unwritable(path)
    settings = common.settings()
    registry = load()
    controls = selection.of(registry)
    account = read_account(common, controls) if snapshot is None else snapshot_file.load(snapshot)
    gc.collect()  # clients are many small objects in cycles; the report can have their memory
    report = audit(account, registry, controls, settings, tables=table, frameworks=selection.framework)
    write_reports(report, output)
    deliver(report, style, common)
    return report.exit_code(severity_of(fail_on))


def write_reports(report: Report, paths: tuple[Path, ...]) -> None:
    """Write a report to files, in the formats that their names ask for.

    Raises:
        UsageError: a name asks for no format that exists.
        DynasecError: a file cannot be written.

    """
    for path in paths:
        write_private(path, (click.unstyle(piece).encode() for piece in by_suffix(path).pieces(report)))


def deliver(report: Report, style: str, common: Common) -> None:
    """Print a report."""
    for piece in by_name(style).pieces(report):
        click.echo(piece, nl=False, color=common.color)


def severity_of(level: str) -> Severity | None:
    """Return the severity that a level of --fail-on names; None for never."""
    return None if level == NEVER else Severity(level.upper())
