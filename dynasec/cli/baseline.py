"""`dynasec baseline`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import click

from dynasec.cli.history import SCHEMA
from dynasec.cli.run_output import format_option
from dynasec.cli.running import store_option
from dynasec.errors import UsageError
from dynasec.history.database import default_path
from dynasec.history.reading import all_runs, find_run
from dynasec.history.runs import KeptRun
from dynasec.history.upkeep import clear_baseline, set_baseline
from dynasec.printable import printable
from dynasec.report import audit_history, history_text

_NONE: Final = "no audit is a baseline"


@click.group("baseline")
def command() -> None:
    """Choose an audit that later ones are compared with."""


@command.command("set")
@click.argument("run", required=False)
@store_option
def set_(run: str | None, store: Path | None) -> None:
    """Let an audit be the baseline of its account, Regions and tables.

    RUN is the beginning of its id; without it the last audit is meant.
    """
    path = store or default_path()
    chosen = _last(path) if run is None else find_run(path, run)
    set_baseline(path, chosen)
    click.echo(printable(f"{chosen.run}: the baseline of account {chosen.scope.account}"), err=True)


@command.command("show")
@format_option
@store_option
def show(style: str, store: Path | None) -> None:
    """Show the baselines."""
    found = [one for one in all_runs(store or default_path()) if one.is_baseline]
    if style == "json":
        document = {"schema": SCHEMA, "runs": [audit_history.entry(one) for one in found], "problems": []}
        click.echo(json.dumps(document, indent=1))
    elif found:
        for piece in history_text.listed([audit_history.row(one) for one in found], []):
            click.echo(piece, nl=False)
    else:
        click.echo(f"{_NONE}: later audits are compared with the one before")


@command.command("clear")
@click.argument("run", required=False)
@store_option
def clear(run: str | None, store: Path | None) -> None:
    """Let an audit be no baseline any more; without RUN all of them."""
    path = store or default_path()
    found = [one for one in all_runs(path) if one.is_baseline]
    if run is not None:
        found = [one for one in found if one.run.startswith(run)]
    if not found:
        raise UsageError(_NONE, hint="`dynasec baseline show` shows those that are")
    for one in found:
        clear_baseline(path, one)
        click.echo(printable(f"{one.run}: no baseline any more"), err=True)


def _last(path: Path) -> KeptRun:
    runs = all_runs(path)
    if not runs:
        msg = f"there is no audit in {path}"
        raise UsageError(msg, hint="`dynasec audit` keeps one each time it runs")
    return runs[-1]
