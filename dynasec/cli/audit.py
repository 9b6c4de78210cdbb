"""`dynasec audit`."""

from __future__ import annotations

import gc
import logging
import random
import time
import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import click

from dynasec import snapshot_file
from dynasec.audit.report import Report, audit
from dynasec.check import Severity
from dynasec.cli import logs
from dynasec.cli.heartbeat import beating
from dynasec.cli.keeping import History, history_of
from dynasec.cli.live import clients_of, collect_in, request_of
from dynasec.cli.notifying import deliver_after_audit
from dynasec.cli.options import FILE, Common, Selection, common_options, selection_options
from dynasec.cli.running import Running, running_options
from dynasec.cli.sampling import sampling_of
from dynasec.collect.caller import resolve
from dynasec.errors import UsageError
from dynasec.files import refuse_unwritable, write_private
from dynasec.model.snapshot import Snapshot
from dynasec.notify.queue import queueing
from dynasec.registry import Control, load
from dynasec.report.interface import FORMATS, by_name, by_suffix
from dynasec.settings import Settings

_LOG = logging.getLogger(__name__)
NEVER = "never"
LEVELS = [*(severity.lower() for severity in Severity), NEVER]


@click.command("audit")
@selection_options
@click.option("--table", multiple=True, metavar="GLOB", help="Judge only these tables (name or ARN).")
@click.option("--snapshot", type=FILE, help="Audit a file that `dynasec collect` wrote, without asking AWS.")
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
    "--fail-on",
    type=click.Choice(LEVELS),
    default="low",
    show_default=True,
    help="Exit 3 from this severity on.",
)
@running_options
@common_options
def command(  # noqa: PLR0913, PLR0917 - one parameter an option
    selection: Selection,
    table: tuple[str, ...],
    snapshot: Path | None,
    style: str,
    output: tuple[Path, ...],
    fail_on: str,
    running: Running,
    common: Common,
) -> int:
    """Score an account and report.

    Exits 0 when nothing failed, 3 with findings at or above --fail-on, 4 when there are none but something could not be judged, 10 when
    another audit of the account is under way, 11 when --deadline came. With --only, files that -o names still hold every finding.
    """
    asked = Asked(selection, table, snapshot, style, output, severity_of(fail_on), running, common)
    return beating(running.heartbeat, asked.run)


@dataclass(frozen=True)
class Asked:
    """An audit as the command line asks for it."""

    selection: Selection
    tables: tuple[str, ...]
    snapshot: Path | None
    style: str
    outputs: tuple[Path, ...]
    fail_on: Severity | None
    running: Running
    common: Common
    run_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def run(self) -> int:
        """Audit, tell, and return the exit code.

        Raises:
            DynasecError: it cannot be done; a line says why.

        """
        logs.name_run(self.run_id)
        for path in self.outputs:
            by_suffix(path)  # what is wrong is told before the account is read
            refuse_unwritable(path)
        settings = self.common.settings()
        registry = load()
        controls = self.selection.of(registry)
        history = history_of(self.running, offline=self.snapshot is not None)
        time.sleep(random.uniform(0, self.running.jitter))  # noqa: S311 - to spread load, not to be secret
        with ExitStack() as held:
            account = self._account(controls, settings, history, held)
            gc.collect()  # clients are many small objects in cycles; the report can have their memory
            report = audit(
                account,
                registry,
                controls,
                settings,
                tables=self.tables,
                frameworks=self.selection.framework,
            )
            code = self._told(replace(report, run_id=self.run_id), history)
            if not self.running.no_notify:
                deliver_after_audit(history.path, settings, self.common)
            return code

    def _account(
        self, controls: Sequence[Control], settings: Settings, history: History, held: ExitStack
    ) -> Snapshot:
        """Read the account, or the file that holds it, under the lock of its history."""
        if self.snapshot is not None:
            if self.selection.sample_items:
                msg = "--sample-items reads the account, and --snapshot does not"
                raise UsageError(msg, hint="give it to `dynasec collect`")
            account = snapshot_file.load(self.snapshot)
            held.enter_context(history.lock(account.account.partition, account.account.id))
            return account
        seconds = self.running.deadline
        deadline = None if seconds is None else time.monotonic() + seconds
        clients = clients_of(self.common)
        scope = resolve(clients, self.common.region, all_regions=self.common.all_regions)
        held.enter_context(history.lock(scope.partition, scope.account))
        _LOG.info("auditing account %s in %s", scope.account, ", ".join(scope.regions))
        request = request_of(
            controls,
            shown_beside(self.style, self.outputs),
            deep=self.selection.deep,
            sampling=sampling_of(self.selection, settings, self.tables),
        )
        return collect_in(clients, scope, replace(request, deadline=deadline), self.common)

    def _told(self, report: Report, history: History) -> int:
        """Write and print a report, keep it, and return what the process should end with."""
        targets = () if self.running.no_notify else report.settings.notify
        with history.keeping(report, self.tables, queueing(report, targets)) as whole:
            write_reports(whole, self.outputs)
            states = self.running.only if whole.since is not None else ()
            shown = whole.only(states) if states else whole
            deliver(shown, self.style, self.common)
            code = shown.exit_code(self.fail_on)
        overall = report.overall
        _LOG.info(
            "audited: exit code %d, score %s, %d failed, %d unknown",
            code,
            overall.score,
            overall.failed,
            overall.unknown,
        )
        return code


def shown_beside(style: str, paths: tuple[Path, ...]) -> frozenset[str]:
    """Return the operations whose answers the wanted formats show beside the findings."""
    return by_name(style).reads.union(*(by_suffix(path).reads for path in paths))


def write_reports(report: Report, paths: tuple[Path, ...]) -> None:
    """Write a report to files, in the formats that their names ask for.

    Raises:
        UsageError: a name asks for no format that exists.
        DynasecError: a file cannot be written.

    """
    for path in paths:
        write_private(path, (click.unstyle(piece).encode() for piece in by_suffix(path).pieces(report)))


def deliver(report: Report, style: str, common: Common) -> None:
    """Print a report."""
    for piece in by_name(style).pieces(report):
        click.echo(piece, nl=False, color=common.color)


def severity_of(level: str) -> Severity | None:
    """Return the severity that a level of --fail-on names; None for never."""
    return None if level == NEVER else Severity(level.upper())
