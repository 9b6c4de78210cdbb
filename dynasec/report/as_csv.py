"""The findings as CSV, a line each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from dynasec.audit.report import Report
from dynasec.report.csv_line import line

_COLUMNS: Final = (
    "status",
    "severity",
    "control",
    "section",
    "account",
    "region",
    "resource_type",
    "resource",
    "label",
    "data_class",
    "reason",
    "frameworks",
    "gaps",
    "suppressed",
    "suppressed_until",
    "evidence",
    "fingerprint",
)


def pieces(report: Report) -> Iterator[str]:
    """Yield the heading, then a line for each finding. Evidence is JSON."""
    controls = {control.id: control for control in report.controls}
    yield line(_COLUMNS)
    for finding in report.findings:
        control, accepted = controls[finding.control], finding.suppressed
        yield line(
            (
                finding.status,
                finding.severity,
                finding.control,
                control.section,
                finding.account,
                finding.region,
                finding.resource_type,
                finding.resource,
                finding.label,
                finding.data_class or "",
                finding.reason,
                " ".join(control.check.frameworks),
                "; ".join(map(str, finding.gaps)),
                "" if accepted is None else f"{accepted.reason} ({accepted.owner})",
                "" if accepted is None else accepted.expires,
                json.dumps(dict(finding.evidence), sort_keys=True) if finding.evidence else "",
                finding.fingerprint,
            )
        )
