"""`dynasec history`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import click

from dynasec.cli.options import FILE, Decorator, colour_wanted
from dynasec.cli.run_output import format_option
from dynasec.cli.site import runs_in
from dynasec.errors import Exit
from dynasec.remedy.journal import Recorded
from dynasec.report import history_text
from dynasec.report.history import endings, entry

_state_dir: Final[Decorator] = click.option(
    "--state-dir", type=FILE, help="Folder of journals and locks; default: the user's state folder."
)


@click.group("history")
def command() -> None:
    """List the runs that were applied, or show one."""


@command.command("list")
@format_option
@_state_dir
def list_runs(style: str, state_dir: Path | None) -> int:
    """List the applied runs and rollbacks, the oldest first.

    Exits 1 where a journal cannot be trusted; it is named.
    """
    found = list(runs_in(state_dir).all())
    runs = sorted((one for one in found if isinstance(one, Recorded)), key=lambda one: one.records[0].time)
    problems = [str(one) for one in found if not isinstance(one, Recorded)]
    if style == "json":
        document: dict[str, Any] = {
            "schema": "dynasec.history/v1",
            "runs": [entry(one) for one in runs],
            "problems": problems,
        }
        click.echo(json.dumps(document, indent=1))
    else:
        for piece in history_text.listed(runs, problems):
            click.echo(piece, nl=False, color=colour_wanted(off=False))
    return Exit.CANNOT_RUN if problems else Exit.OK


@command.command("show")
@click.argument("run")
@format_option
@_state_dir
def show_run(run: str, style: str, state_dir: Path | None) -> int:
    """Show one run: how each change ended, and every record of its journal."""
    recorded = runs_in(state_dir).read(run)
    if style == "json":
        records = [
            {"seq": one.seq, "time": one.time, "kind": one.kind, "data": dict(one.data)}
            for one in recorded.records
        ]
        document = {
            **entry(recorded),
            "schema": "dynasec.history/v1",
            "endings": endings(recorded),
            "records": records,
        }
        click.echo(json.dumps(document, indent=1))
    else:
        for piece in history_text.shown(recorded):
            click.echo(piece, nl=False, color=colour_wanted(off=False))
    return Exit.OK
