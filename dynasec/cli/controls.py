"""`dynasec controls`."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any, Final

import click

from dynasec.cli.options import Selection, selection_options
from dynasec.printable import printable
from dynasec.registry import Control, load
from dynasec.remedies import Remedies
from dynasec.remedies import load as load_remedies
from dynasec.report.columns import wrap
from dynasec.report.page import page

_WIDTH: Final = 100


@click.group("controls", context_settings={"help_option_names": ["-h", "--help"]})
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
        remedies = load_remedies()
        click.echo(json.dumps({"controls": [_as_json(control, remedies) for control in controls]}, indent=1))
        return
    margin = max((len(one.id) for one in controls), default=0)
    for section, group in groupby(controls, key=lambda control: control.section):
        members = list(group)
        click.echo(f"{section} ({len(members)})")
        for one in members:
            start = f"  {one.id:<{margin}}  {one.check.severity:<8}  "
            for line in wrap(printable(one.check.title), _WIDTH, first=start, rest=" " * len(start)):
                click.echo(line)


@command.command("explain")
@click.argument("control_id", metavar="ID")
def explain(control_id: str) -> None:
    """Print the documentation of one control."""
    click.echo(page(load().get(control_id), load_remedies().of(control_id)))


def _as_json(control: Control, remedies: Remedies) -> dict[str, Any]:
    return {
        "id": control.id,
        "title": control.check.title,
        "section": control.section,
        "severity": control.check.severity.value,
        "subject": control.check.subject.__name__,
        "frameworks": list(control.check.frameworks),
        "reads": sorted(control.check.all_reads),
        "remediations": list(remedies.of(control.id)),
    }
