"""`dynasec demo`."""

from __future__ import annotations

from pathlib import Path

import click

from dynasec.audit.report import audit
from dynasec.cli.audit import deliver, write_reports
from dynasec.cli.live import collect_with
from dynasec.cli.options import FILE, Common, Selection, common_options, selection_options
from dynasec.demo.emulator import REGIONS, simulated_account
from dynasec.errors import Exit
from dynasec.registry import load
from dynasec.report.interface import FORMATS
from dynasec.settings import Settings


@click.command("demo")
@selection_options
@click.option(
    "-f",
    "--format",
    "style",
    type=click.Choice([one.name for one in FORMATS]),
    default="table",
    show_default=True,
)
@click.option(
    "-o",
    "--output",
    multiple=True,
    type=FILE,
    help="Also write a report; its format follows from the suffix.",
)
@common_options
def command(selection: Selection, style: str, output: tuple[Path, ...], common: Common) -> int:
    """Audit a simulated account: no AWS needed.

    The account is a web shop's, with good and bad in three Regions, built in this process; the audit is the very one that
    `dynasec audit` runs. Exits 0 whatever it finds.
    """
    registry = load()
    controls = selection.of(registry)
    with simulated_account() as clients:
        snapshot = collect_with(clients, REGIONS, controls, common)
    report = audit(snapshot, registry, controls, Settings())
    write_reports(report, output)
    deliver(report, style, common)
    return Exit.OK
