"""`dynasec controls`."""

from __future__ import annotations

import json
from typing import Any

import click
from tabulate import tabulate

from dynasec.cli.options import Selection, selection_options
from dynasec.registry import Control, load
from dynasec.report.page import page

_TITLE = 46


@click.group("controls")
def command() -> None:
    """List the controls, or explain one."""


@command.command("list")
@selection_options
@click.option(
    "-f", "--format", "style", type=click.Choice(["table", "json"]), default="table", show_default=True
)
def list_controls(selection: Selection, style: str) -> None:
    """List the controls."""
    controls = selection.of(load(), listing=True)
    if style == "json":
        click.echo(json.dumps({"controls": [_as_json(control) for control in controls]}, indent=1))
        return
    rows = [(one.section, one.id, one.check.severity.value, one.check.title) for one in controls]
    headers = ("Section", "Control", "Severity", "Passes when")
    click.echo(tabulate(rows, headers=headers, maxcolwidths=[None, None, None, _TITLE]))


@command.command("explain")
@click.argument("control_id", metavar="ID")
def explain(control_id: str) -> None:
    """Print the documentation of one control."""
    click.echo(page(load().get(control_id)))


def _as_json(control: Control) -> dict[str, Any]:
    return {
        "id": control.id,
        "title": control.check.title,
        "section": control.section,
        "severity": control.check.severity.value,
        "subject": control.check.subject.__name__,
        "frameworks": list(control.check.frameworks),
        "reads": sorted(control.check.all_reads),
        "remediations": [],
    }
