"""`dynasec history`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import click

from dynasec.cli.options import FILE, Decorator, colour_wanted
from dynasec.cli.run_output import format_option
from dynasec.cli.running import store_option
from dynasec.cli.site import runs_in
from dynasec.errors import Exit, UsageError
from dynasec.history.database import default_path
from dynasec.history.reading import all_runs, differences, find_run, findings_of
from dynasec.history.runs import KeptRun
from dynasec.history.upkeep import prune
from dynasec.remedy.applying.journal import Recorded
from dynasec.report import audit_history, history_text
from dynasec.report.history import endings, entry

SCHEMA: Final = "dynasec.history/v1"
_APPLIED: Final = re.compile(r"[0-9a-f]{16}")
"""The id of an applied run; those of audits have a dash after eight digits."""

_state_dir: Final[Decorator] = click.option(
    "--state-dir", type=FILE, help="Folder of journals and locks; default: the user's state folder."
)


@click.group("history")
def command() -> None:
    """Look at past audits and at the runs that were applied; see what changed."""


@command.command("list")
@format_option
@store_option
@_state_dir
def list_runs(style: str, store: Path | None, state_dir: Path | None) -> int:
    """List audits, applied runs and rollbacks, the oldest first.

    Exits 1 where a journal cannot be trusted; it is named.
    """
    audits = all_runs(store or default_path())
    found = list(runs_in(state_dir).all())
    applied = [one for one in found if isinstance(one, Recorded)]
    problems = [str(one) for one in found if not isinstance(one, Recorded)]
    if style == "json":
        told = [(one.started.isoformat(), audit_history.entry(one)) for one in audits]
        told += [(one.records[0].time, entry(one)) for one in applied]
        _print_json({"runs": [one for _, one in sorted(told, key=_first)], "problems": problems})
    else:
        rows = [(one.started.isoformat(), audit_history.row(one)) for one in audits]
        rows += [(one.records[0].time, history_text.row(one)) for one in applied]
        for piece in history_text.listed([row for _, row in sorted(rows, key=_first)], problems):
            click.echo(piece, nl=False, color=colour_wanted(off=False))
        _print_lines(audit_history.trends(audits))
    return Exit.CANNOT_RUN if problems else Exit.OK


@command.command("show")
@click.argument("run")
@format_option
@store_option
@_state_dir
def show_run(run: str, style: str, store: Path | None, state_dir: Path | None) -> int:
    """Show one run: what an audit found, or how each change of an applied run ended.

    RUN is the id of an applied run, or the beginning of an audit's.
    """
    if _APPLIED.fullmatch(run):
        _show_applied(runs_in(state_dir).read(run), style)
        return Exit.OK
    path = store or default_path()
    audit = find_run(path, run)
    findings = findings_of(path, audit)
    if style == "json":
        told = [audit_history.finding(one) for one in findings]
        _print_json({**audit_history.entry(audit), "findings": told})
    else:
        _print_lines(audit_history.shown(audit, findings))
    return Exit.OK


@command.command("diff")
@click.argument("before", required=False)
@click.argument("after", required=False)
@format_option
@store_option
def diff(before: str | None, after: str | None, style: str, store: Path | None) -> None:
    """Tell what lies between two audits of the same account, Regions and tables.

    Without AFTER it is the last of them; without BEFORE the one before it.
    """
    path = store or default_path()
    first, second = _two(path, before, after)
    findings = differences(path, first, second)
    if style == "json":
        _print_json(
            {
                "before": audit_history.entry(first),
                "after": audit_history.entry(second),
                "findings": [audit_history.finding(one) for one in findings],
            }
        )
    else:
        _print_lines(audit_history.between(first, second, findings))


@command.command("prune")
@click.option(
    "--keep", "days", type=click.IntRange(0, 36_500), metavar="DAYS", required=True, help="Days to keep."
)
@store_option
def prune_runs(days: int, store: Path | None) -> None:
    """Forget audits that are older.

    The last one of an account, baselines, and failures that are still open are kept however old they are.
    """
    path = store or default_path()
    count = prune(path, datetime.now(UTC) - timedelta(days=days))
    click.echo(f"{count} run{'' if count == 1 else 's'} forgotten", err=True)


def _two(path: Path, before: str | None, after: str | None) -> tuple[KeptRun, KeptRun]:
    runs = all_runs(path)
    if before is not None and after is not None:
        return find_run(path, before), find_run(path, after)
    last = runs[-1] if runs else None
    first = None if before is None else find_run(path, before)
    if first is not None:
        last = next((one for one in reversed(runs) if one.scope_number == first.scope_number), None)
    elif last is not None:
        alike = [one for one in runs if one.scope_number == last.scope_number]
        first = alike[-2] if len(alike) > 1 else None
    if first is None or last is None:
        msg = f"there are no two audits to compare in {path}"
        raise UsageError(msg, hint="`dynasec audit` keeps one each time it runs")
    return first, last


def _show_applied(recorded: Recorded, style: str) -> None:
    if style == "json":
        records = [
            {"seq": one.seq, "time": one.time, "kind": one.kind, "data": dict(one.data)}
            for one in recorded.records
        ]
        _print_json({**entry(recorded), "endings": endings(recorded), "records": records})
    else:
        for piece in history_text.shown(recorded):
            click.echo(piece, nl=False, color=colour_wanted(off=False))


def _print_json(document: dict[str, Any]) -> None:
    click.echo(json.dumps({"schema": SCHEMA, **document}, indent=1))


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _first(pair: tuple[str, Any]) -> str:
    return pair[0]
