"""`dynasec collect`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from dynasec import snapshot_file
from dynasec.access import READS
from dynasec.cli.live import read, request_of
from dynasec.cli.options import FILE, Common, Selection, common_options, selection_options
from dynasec.cli.sampling import sampling_of
from dynasec.files import refuse_unwritable
from dynasec.registry import load


@click.command("collect")
@selection_options
@click.option(
    "-o", "--output", required=True, type=FILE, help="The snapshot; gzipped where the name ends in .gz."
)
@click.option("--access", is_flag=True, help="Also read what `dynasec access` needs.")
@common_options
def command(selection: Selection, output: Path, common: Common, *, access: bool) -> None:
    """Read an account once into a snapshot file, for offline audits.

    `dynasec audit --snapshot FILE` then gives the findings that an audit of the account would have given at this moment. What is
    read follows from the chosen controls: all of them by default.
    """
    refuse_unwritable(output)
    controls = selection.of(load())
    request = request_of(controls, deep=selection.deep, sampling=sampling_of(selection, common.settings()))
    if access:
        request = replace(request, reads=request.reads | READS)
    account = read(common, request)
    snapshot_file.save(account, output)
    if not common.quiet:
        tables = sum(1 for _ in account.tables())
        click.echo(f"{output}: {tables} tables, {sum(account.calls.values())} API calls", err=True)
