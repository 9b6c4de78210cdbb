"""What `apply` and `rollback` print, while they run and at the end."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import click

from dynasec.cli.options import Common, Decorator
from dynasec.printable import printable
from dynasec.remedy.applying.outcomes import RunResult
from dynasec.remedy.plan import Change
from dynasec.report import run_text

format_option: Final[Decorator] = click.option(
    "-f", "--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True
)


def watcher(common: Common) -> Callable[[Change, str], None]:
    """Return what tells on stderr what happens to whom; nothing when quiet."""

    def watch(change: Change, what: str) -> None:
        if not common.quiet:
            click.echo(printable(f"{change.id}: {what}"), err=True)

    return watch


def deliver(result: RunResult, style: str, common: Common) -> int:
    """Print how a run ended and return its exit code."""
    if style == "json":
        click.echo(json.dumps(document(result), indent=1))
    else:
        for piece in run_text.pieces(result):
            click.echo(piece, nl=False, color=common.color)
    return result.exit_code


def document(result: RunResult) -> dict[str, Any]:
    """Return `dynasec.run/v1`; a run that never began has no journal."""
    found = dict(result.to_json())
    return found if result.journal.name else {**found, "journal": ""}
