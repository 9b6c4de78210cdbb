"""The report as Markdown (GitHub's flavour), for pull requests and wikis."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dynasec.audit.finding import Finding
from dynasec.audit.report import Report
from dynasec.audit.score import Tally
from dynasec.check import Status
from dynasec.printable import printable

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$@:-])")
"""All that could begin markup, a link or a mention; each may be escaped by a backslash (https://spec.commonmark.org/0.31.2/)."""


def pieces(report: Report) -> Iterator[str]:
    """Yield scores, then what fails, what is unknown and what was accepted; what passes is only counted."""
    yield "# DynamoDB security audit\n\n"
    account, regions = report.snapshot.account.id, ", ".join(one.region for one in report.snapshot.regions)
    when = report.snapshot.taken_at.isoformat().replace("+00:00", "Z")
    yield f"Account {account}, {regions}, read at {when}.\n\n"
    yield from _scores(report)
    by_status = {status: [one for one in report.findings if _open(one, status)] for status in Status}
    yield from _findings("Failed", by_status[Status.FAIL])
    yield from _findings("Unknown", by_status[Status.UNKNOWN])
    yield from _findings("Accepted", [one for one in report.findings if one.suppressed is not None])
    for problem in (*report.problems, *(f"{one.module}: {one.error}" for one in report.broken)):
        yield f"- {escaped(problem)}\n"


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", printable(text))


def _open(finding: Finding, status: Status) -> bool:
    return finding.status is status and finding.suppressed is None


def _scores(report: Report) -> Iterator[str]:
    yield "| Section | Score | Coverage | Passed | Failed | Unknown |\n|---|---:|---:|---:|---:|---:|\n"
    for name, tally in (*report.sections.items(), ("**overall**", report.overall)):
        yield f"| {name} | {_score(tally)} | {_coverage(tally)} | {tally.passed} | {tally.failed} | {tally.unknown} |\n"
    yield "\n"


def _score(tally: Tally) -> str:
    return "–" if tally.score is None else f"{tally.score:.0f}"


def _coverage(tally: Tally) -> str:
    return "–" if tally.coverage is None else f"{tally.coverage:.0%}"


def _findings(title: str, findings: Sequence[Finding]) -> Iterator[str]:
    if not findings:
        return
    yield f"## {title} ({len(findings)})\n\n| Severity | Control | Resource | Reason |\n|---|---|---|---|\n"
    for one in sorted(findings, key=lambda finding: -finding.severity.rank):
        accepted = one.suppressed
        reason = (
            one.reason
            if accepted is None
            else f"{accepted.reason} ({accepted.owner}, until {accepted.expires})"
        )
        place = f"{one.label}, {one.region}"
        yield f"| {one.severity} | `{one.control}` | {escaped(place)} | {escaped(reason)} |\n"
    yield "\n"
