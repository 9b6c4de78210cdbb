"""The report for people: worst first, grouped by control, one line per resource, at most 100 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click
from tabulate import tabulate

from dynasec import __version__
from dynasec.audit.finding import Finding
from dynasec.audit.report import Report
from dynasec.check import Severity, Status
from dynasec.printable import printable
from dynasec.registry import Control
from dynasec.report.columns import cut, pad, width, wrap
from dynasec.report.framework_table import framework_lines
from dynasec.report.score_row import percent, score_row
from dynasec.report.since_lines import change_lines, counted, score_change

WIDTH = 100
_ROWS = 12
"""Resources shown per control; the rest are counted."""
_NAMES = 40
"""Resources named where many share a reason."""
_COLOURS = {
    Severity.CRITICAL: "bright_red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
}
_ID = 50
_LABEL = 60
_BESIDE = 30
"""A label that is wider has a line of its own, above its reason."""
_REGION = 14
_INDENT = " " * 6
_SECTION = 16


def pieces(report: Report) -> Iterator[str]:
    """Yield the report line by line, with ANSI colours; the caller strips them where they do not belong."""
    for part in (_head, _failures, _unknowns, change_lines, _scores, framework_lines, _next):
        for line in part(report):
            yield f"{line}\n"


def _head(report: Report) -> Iterator[str]:
    snapshot = report.snapshot
    regions = ", ".join(region.region for region in snapshot.regions)
    tables = sum(1 for _ in snapshot.tables())
    yield click.style(f"dynasec {__version__}", bold=True) + (
        f"  account {_cut(snapshot.account.id, _BESIDE)}  {snapshot.taken_at:%Y-%m-%d %H:%M} UTC"
    )
    yield from _wrap(
        f"{len(report.controls)} controls, {tables} tables, {sum(snapshot.calls.values())} API calls in {regions}"
    )
    for broken in report.broken:
        yield from _wrap(f"NOT LOADED {broken.module} of pack {broken.pack}: {broken.error}")
    for problem in report.problems:
        yield from _wrap(f"NOTE {problem}")
    yield ""


def _failures(report: Report) -> Iterator[str]:
    groups = [(control, _of(report, control, Status.FAIL)) for control in report.controls]
    failed = [(control, found) for control, found in groups if found]
    failed.sort(key=lambda pair: (-max(one.severity.rank for one in pair[1]), -len(pair[1]), pair[0].id))
    for control, found in failed:
        worst = max((one.severity for one in found), key=lambda severity: severity.rank)
        tally = report.by_control[control.id]
        yield (
            click.style(f"{worst:<9}", fg=_COLOURS[worst], bold=True)
            + click.style(f" {_cut(control.id, _ID)}", bold=True)
            + f"  {tally.failed} of {tally.passed + tally.failed} failed"
            + (f", {len(found)} shown" if report.states else "")
        )
        yield from _rows(sorted(found, key=lambda one: (-one.severity.rank, one.region, one.label)))
        yield ""
    if not failed and report.states:
        yield from _wrap(f"Nothing that fails is {_said(report)}.")
        yield ""
    elif not failed and report.overall.passed:
        yield click.style("Nothing failed.", fg="green")
        yield ""


def _said(report: Report) -> str:
    """Return the states that a report is cut down to, in words."""
    return " or ".join(state.lower() for state in report.states)


def _unknowns(report: Report) -> Iterator[str]:
    groups = [(control, _of(report, control, Status.UNKNOWN)) for control in report.controls]
    unknown = [(control, found) for control, found in groups if found]
    if not unknown:
        return
    yield click.style("Could not be judged (neither good nor bad: something could not be read)", bold=True)
    for control, found in unknown:
        yield f"UNKNOWN   {_cut(control.id, _ID)}  {len(found)} unknown"
        yield from _rows(found)
    yield ""


def _rows(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield a line per resource; resources with the same reason stand together under it."""
    alike: dict[str, list[Finding]] = {}
    for one in findings:
        alike.setdefault(one.reason, []).append(one)
    alone = [same[0] for same in alike.values() if len(same) == 1]
    yield from _one_by_one(alone[:_ROWS])
    if len(alone) > _ROWS:
        yield f"  … and {len(alone) - _ROWS} more (all of them: -f json)"
    for reason, same in alike.items():
        if len(same) > 1:
            yield from _wrap(f"{reason}:", first="  ", rest="  ")
            yield from _by_region(same)


def _one_by_one(findings: Sequence[Finding]) -> Iterator[str]:
    if not findings:
        return
    labels = [_cut(one.label, _LABEL) for one in findings]
    regions = ["" if one.region == one.label else _cut(one.region, _REGION) for one in findings]
    label, region = max(map(width, labels)), max(map(width, regions))
    if label > _BESIDE:
        for name, where, one in zip(labels, regions, findings, strict=True):
            yield f"  {name}  {where}".rstrip()
            yield from _wrap(one.reason, first=_INDENT, rest=_INDENT)
        return
    for name, where, one in zip(labels, regions, findings, strict=True):
        start = f"  {pad(name, label)}  {pad(where, region)}  " if region else f"  {pad(name, label)}  "
        yield from _wrap(one.reason, first=start, rest=" " * width(start))


def _by_region(findings: Sequence[Finding]) -> Iterator[str]:
    regions: dict[str, list[str]] = {}
    for one in findings:
        regions.setdefault(one.region, []).append(_cut(one.label, _LABEL))
    margin = max(map(len, regions))
    for region, labels in regions.items():
        names = [] if labels == [region] else labels  # nothing to add where the Region itself is judged
        start = f"    {pad(_cut(region, _REGION), min(margin, _REGION))}  "
        more = f", … and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
        yield from _wrap(", ".join(names[:_NAMES]) + more, first=start, rest=" " * width(start))


def _scores(report: Report) -> Iterator[str]:
    rows = [(_cut(name, _SECTION), *score_row(tally)) for name, tally in report.sections.items()]
    rows.append(("overall", *score_row(report.overall)))
    headers = ("Section", "Score", "Coverage", "Passed", "Failed", "Unknown", "N/A", "Suppressed")
    yield tabulate(rows, headers=headers, disable_numparse=True, colalign=("left", *("right",) * 7))
    yield ""


def _next(report: Report) -> Iterator[str]:
    if report.overall.score is None:
        yield "Nothing was judged."
    else:
        coverage = 0 if report.overall.coverage is None else report.overall.coverage
        text = f"Score {_whole(report.overall.score)} of 100{score_change(report)}, coverage {percent(coverage)} %"
        changes = counted(report)
        fits = width(text + changes) <= WIDTH
        yield click.style(text, bold=True) + (changes if fits else ";")
        if not fits:
            yield changes.removeprefix("; ")
    worst = _worst(report)
    if worst is not None:
        yield from _wrap(f"Next: dynasec controls explain {worst.control}")
    missing = sorted({gap.operation for gap in report.gaps if _is_read(gap.operation)})
    if missing:
        yield from _wrap("Not readable: " + ", ".join(missing), rest="  ")
        yield "The policy that an audit needs: dynasec permissions"


def _is_read(operation: str) -> bool:
    """Whether a gap is about a call, not about a check that crashed or something that the configuration does not say."""
    return ":" in operation and not operation.startswith("configuration:")


def _worst(report: Report) -> Finding | None:
    failed = [one for one in report.findings if one.status is Status.FAIL and one.suppressed is None]
    return max(failed, key=lambda one: one.severity.rank, default=None)


def _of(report: Report, control: Control, status: Status) -> list[Finding]:
    return [
        one
        for one in report.findings
        if one.control == control.id and one.status is status and one.suppressed is None
    ]


def _whole(score: float) -> int:
    """Return a score without digits, 100 only where it is."""
    return 100 if score == 100 else min(round(score), 99)  # noqa: PLR2004 - the best there is


def _wrap(text: str, first: str = "", rest: str = "") -> Iterator[str]:
    return wrap(printable(text), WIDTH, first=first, rest=rest)


def _cut(text: str, columns: int) -> str:
    return cut(printable(text), columns)
