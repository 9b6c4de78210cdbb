"""`dynasec show`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import click

from dynasec.cli.options import FILE, colour_wanted
from dynasec.errors import Exit
from dynasec.remedy.plan import Plan, load
from dynasec.report import plan_diff, plan_json, plan_text

FORMATS: Final[Mapping[str, Callable[[Plan], Iterator[str]]]] = {
    "text": plan_text.pieces,
    "json": plan_json.pieces,
    "diff": plan_diff.pieces,
}


@click.command("show")
@click.argument("plan", type=FILE)
@click.option("-f", "--format", "style", type=click.Choice(list(FORMATS)), default="text", show_default=True)
@click.option("--no-color", is_flag=True, help="No colours; NO_COLOR in the environment does the same.")
def command(plan: Path, style: str, *, no_color: bool) -> int:
    """Show a plan for reading: text, json, diff.

    A plan that was edited after it was made is refused.
    """
    document = load(plan)
    for piece in FORMATS[style](document):
        click.echo(piece, nl=False, color=colour_wanted(off=no_color))
    return Exit.OK
