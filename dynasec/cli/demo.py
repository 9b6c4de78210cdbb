"""`dynasec demo`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from dynasec.access import READS, Access
from dynasec.audit.report import audit
from dynasec.cli.access import show
from dynasec.cli.audit import deliver, shown_beside, write_reports
from dynasec.cli.demo_remediation import Tour
from dynasec.cli.live import collect_with, request_of
from dynasec.cli.options import FILE, Common, Selection, common_options, selection_options
from dynasec.cli.sampling import sampling_of
from dynasec.demo import configuration
from dynasec.demo.emulator import REGIONS, simulated_account
from dynasec.errors import Exit
from dynasec.files import write_private
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
@click.option(
    "--remediate", is_flag=True, help="Plan, apply and roll back what can be mended, with audits in between."
)
@click.option("--config-out", type=FILE, help="Also write the account's dynasec.toml, which the audit uses.")
@common_options
def command(
    *,
    selection: Selection,
    style: str,
    output: tuple[Path, ...],
    config_out: Path | None,
    remediate: bool,
    common: Common,
) -> int:
    """Audit a simulated account: no AWS needed.

    The account is a web shop's, with good and bad in three Regions, built in this process; the audit is the very one that
    `dynasec audit` runs, under a configuration such as the shop would have, or under --config. Exits 0 whatever it finds.
    """
    today = datetime.now(UTC).date()
    settings = common.settings() if common.config else configuration.settings(today)
    if config_out is not None:
        write_private(config_out, [configuration.text(today).encode()])
    registry = load()
    controls = selection.of(registry)
    with simulated_account() as clients:
        if remediate:
            return Tour(clients, REGIONS, registry, controls, settings, common).run()
        more = READS if style == "table" else frozenset[str]()
        request = request_of(
            controls,
            more | shown_beside(style, output),
            deep=selection.deep,
            sampling=sampling_of(selection, settings),
        )
        snapshot = collect_with(clients, REGIONS, request, common)
    report = audit(snapshot, registry, controls, settings, frameworks=selection.framework)
    write_reports(report, output)
    deliver(report, style, common)
    if style == "table":
        _show_access(snapshot, settings, common)
        if not common.config:
            click.echo("The configuration behind this report: dynasec demo --config-out dynasec.toml")
    return Exit.OK


def _show_access(snapshot: Snapshot, settings: Settings, common: Common) -> None:
    """Show who can reach the most sensitive table: of the highest class on the ladder that one which most can reach."""
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
