"""`dynasec demo`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from dynasec.access import READS, Access
from dynasec.audit.report import audit
from dynasec.cli.access import show
from dynasec.cli.audit import deliver, write_reports
from dynasec.cli.live import collect_with, request_of
from dynasec.cli.options import FILE, Common, Selection, common_options, selection_options
from dynasec.demo.emulator import REGIONS, simulated_account
from dynasec.errors import Exit
from dynasec.model.snapshot import Snapshot
from dynasec.registry import load
from dynasec.report.interface import FORMATS
from dynasec.semantics.classification import Classifier
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
        request = request_of(controls)
        request = replace(request, reads=request.reads | (READS if style == "table" else frozenset()))
        snapshot = collect_with(clients, REGIONS, request, common)
    report = audit(snapshot, registry, controls, Settings(), frameworks=selection.framework)
    write_reports(report, output)
    deliver(report, style, common)
    if style == "table":
        _show_access(snapshot, common)
    return Exit.OK


def _show_access(snapshot: Snapshot, common: Common) -> None:
    """Show who can reach the most sensitive table: of the highest class on the ladder that one which most can reach."""
    settings = Settings()
    classifier = Classifier(settings)
    ladder = settings.classes.ladder
    ranked = [
        (ladder.index(data_class), table)
        for table in snapshot.tables()
        if table.tags.observed and (data_class := classifier.data_class(table)) is not None
    ]
    access = Access(snapshot)
    highest = max((rank for rank, _ in ranked), default=None)
    answers = [access.answer(table).granted for rank, table in ranked if rank == highest]
    if answers:
        click.echo()
        show(max(answers, key=lambda answer: len(answer.rows)), "table", common)
