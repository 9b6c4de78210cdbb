"""`dynasec permissions`."""

from __future__ import annotations

import json

import click

from dynasec.access import READS
from dynasec.cli.options import Selection, selection_options
from dynasec.permissions import policy
from dynasec.registry import load


@click.command("permissions")
@selection_options
@click.option("--access", is_flag=True, help="Also what `dynasec access` reads.")
@click.option(
    "--all-regions", is_flag=True, help="Also what `--all-regions` needs to find the account's Regions."
)
def command(selection: Selection, *, access: bool, all_regions: bool) -> None:
    """Print the least-privilege policy that the chosen controls need.

    It follows from what the controls declare to read, and holds reading actions only.
    """
    controls = selection.of(load())
    more = READS if access else frozenset[str]()
    click.echo(json.dumps(policy(controls, more=more, all_regions=all_regions), indent=2))
