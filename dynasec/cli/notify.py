"""`dynasec notify`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from dynasec.cli.live import clients_of
from dynasec.cli.notifying import deliverers, failures
from dynasec.cli.options import Common, common_options
from dynasec.cli.run_output import format_option
from dynasec.cli.running import store_option
from dynasec.collect.caller import Scope, resolve
from dynasec.errors import Exit, UsageError
from dynasec.history.database import default_path
from dynasec.notify import delivery
from dynasec.notify.message import UndeliveredError, Waiting
from dynasec.notify.trial import trial
from dynasec.printable import printable
from dynasec.settings import Notify

SCHEMA: Final = "dynasec.notify/v1"


@click.group("notify")
def command() -> None:
    """Tell people and machines what audits changed; see what waits to be told."""


@command.command("test")
@click.argument("name", required=False)
@common_options
def test(name: str | None, common: Common) -> int:
    """Send a test message to a target, or to all.

    Exits 1 if one of them does not take it.
    """
    targets = _named(common.settings().notify, name)
    scope = _scope(common) if any(one.kind == "security-hub" for one in targets) else None
    by_kind = deliverers(common)
    code = Exit.OK
    for target in targets:
        said = "taken"
        try:
            by_kind[target.kind](target, *trial(target, scope))
        except UndeliveredError as problem:
            code, said = Exit.CANNOT_RUN, f"not taken: {problem.reason}"
        click.echo(printable(f"{target.name}: {said}"))
    return code


@command.command("flush")
@store_option
@common_options
def flush(store: Path | None, common: Common) -> int:
    """Deliver what waits.

    Exits 1 if something still waits then.
    """
    delivered = delivery.flush(store or default_path(), common.settings().notify, deliverers(common))
    count = len(delivered.taken)
    click.echo(f"{count} message{'' if count == 1 else 's'} delivered")
    for line in failures(delivered):
        click.echo(printable(f"dynasec: {line}"), err=True)
    return Exit.CANNOT_RUN if delivered.failed else Exit.OK


@command.command("list")
@format_option
@store_option
def list_waiting(style: str, store: Path | None) -> None:
    """List what waits, the oldest first."""
    found = delivery.all_waiting(store or default_path())
    if style == "json":
        click.echo(json.dumps({"schema": SCHEMA, "waiting": [_entry(one) for one in found]}, indent=1))
        return
    for one in found:
        where = f" in {one.region}" if one.region else ""
        tried = (
            f"; tried {one.attempts} time{'' if one.attempts == 1 else 's'}: {one.problem}"
            if one.attempts
            else ""
        )
        line = f"{one.target} ({one.kind}{where}): {one.findings} findings of run {one.run}, {one.queued:%Y-%m-%d %H:%M}Z"
        click.echo(printable(line + tried))
    if not found:
        click.echo("Nothing waits.")


@command.command("drop")
@click.argument("name")
@store_option
def drop(name: str, store: Path | None) -> None:
    """Throw away what waits for a target, configured or not."""
    count = delivery.drop(store or default_path(), name)
    click.echo(f"{count} message{'' if count == 1 else 's'} thrown away", err=True)


def _named(targets: Sequence[Notify], name: str | None) -> list[Notify]:
    found = [one for one in targets if name in {None, one.name}]
    if not found:
        msg = "there is no [[notify]] in dynasec.toml" if name is None else f"no target is called {name!r}"
        known = ", ".join(one.name for one in targets)
        raise UsageError(msg, hint=f"there are: {known}" if known else "see docs/operations.md")
    return found


def _scope(common: Common) -> Scope:
    return resolve(clients_of(common), common.region, all_regions=False)


def _entry(one: Waiting) -> dict[str, Any]:
    return {
        "target": one.target,
        "kind": one.kind,
        "region": one.region or None,
        "run": one.run,
        "findings": one.findings,
        "queued_at": one.queued.isoformat(),
        "attempts": one.attempts,
        "problem": one.problem or None,
    }
