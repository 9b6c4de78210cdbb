"""`dynasec permissions`."""

from __future__ import annotations

import difflib
import json
from fnmatch import fnmatchcase
from pathlib import Path

import click

from dynasec.access import READS
from dynasec.cli.options import Selection, config_option, selection_options, settings_of
from dynasec.cli.planning import reads_to_plan
from dynasec.errors import UsageError
from dynasec.notify.permissions import statements
from dynasec.permissions import policy
from dynasec.registry import Control, Registry, load
from dynasec.remedies import Remedies
from dynasec.remedies import load as load_remedies


@click.command("permissions")
@selection_options
@click.option("--access", is_flag=True, help="Also what `dynasec access` reads.")
@click.option(
    "--all-regions", is_flag=True, help="Also what `--all-regions` needs to find the account's Regions."
)
@click.option(
    "--remediation",
    multiple=True,
    metavar="ID",
    help="What `plan` reads for this remediation and its controls; glob; may be given again.",
)
@click.option("--no-notify", is_flag=True, help="Not what it takes to tell the targets of dynasec.toml.")
@config_option
def command(
    selection: Selection,
    *,
    access: bool,
    all_regions: bool,
    remediation: tuple[str, ...],
    no_notify: bool,
    config: Path | None,
) -> None:
    """Print the least-privilege policy that the chosen controls need.

    It follows from what the controls declare to read, and holds reading actions only; beside them, each in a statement of its own, what
    it takes to tell the topics, the buses and the Security Hub that dynasec.toml names. What it takes to apply remediations follows from a
    plan alone: `dynasec export PLAN --to role`.
    """
    registry = load()
    more = READS if access else frozenset[str]()
    if remediation:
        remedies = _chosen(load_remedies(), remediation)
        controls = _closed_by(remedies, registry)
        more |= reads_to_plan(controls, remedies)
        click.echo(
            "dynasec: this is what planning reads; for applying: dynasec export PLAN --to role", err=True
        )
    else:
        controls = selection.of(registry)
    document = policy(
        controls, more=more, all_regions=all_regions, deep=selection.deep, items=selection.sample_items > 0
    )
    if not (no_notify or remediation):
        document["Statement"] += statements(settings_of(config).notify)
    click.echo(json.dumps(document, indent=2))


def _chosen(remedies: Remedies, globs: tuple[str, ...]) -> Remedies:
    """Return the remediations that match.

    Raises:
        UsageError: one of the globs matches none.

    """
    for glob in globs:
        if not any(fnmatchcase(one.id, glob) for one in remedies.remedies):
            close = difflib.get_close_matches(glob, [one.id for one in remedies.remedies], n=1)
            msg = f"no remediation matches {glob!r}"
            raise UsageError(msg, hint=f"did you mean {close[0]}?" if close else "")
    found = tuple(one for one in remedies.remedies if any(fnmatchcase(one.id, glob) for glob in globs))
    return Remedies(found)


def _closed_by(remedies: Remedies, registry: Registry) -> tuple[Control, ...]:
    names = {control for one in remedies.remedies for control in one.remediation.controls}
    return tuple(control for control in registry.controls if control.id in names)
