"""The findings as events of the Open Cybersecurity Schema Framework: class Compliance Finding (2003), an array of them.

https://schema.ocsf.io/1.5.0/classes/compliance_finding with the profile `cloud`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from dynasec import __version__
from dynasec.audit.finding import Finding
from dynasec.audit.report import Report
from dynasec.check import Severity, Status
from dynasec.guidance import fix, why
from dynasec.printable import printable
from dynasec.registry import Control

_SEVERITIES: Final = {Severity.LOW: 2, Severity.MEDIUM: 3, Severity.HIGH: 4, Severity.CRITICAL: 5}
_INFORMATIONAL: Final = 1
_COMPLIANCE: Final = {
    Status.PASS: (1, "Pass"),
    Status.FAIL: (3, "Fail"),
    Status.UNKNOWN: (0, "Unknown"),
    Status.NOT_APPLICABLE: (99, "Not applicable"),
}
_NEW: Final = (1, "New")
_SUPPRESSED: Final = (3, "Suppressed")


def pieces(report: Report) -> Iterator[str]:
    """Yield a JSON array, pure ASCII, an event a line."""
    controls = {control.id: control for control in report.controls}
    yield "["
    separator = "\n "
    for finding in report.findings:
        yield separator + json.dumps(_event(report, finding, controls[finding.control]))
        separator = ",\n "
    yield "\n]\n"


def _event(report: Report, finding: Finding, control: Control) -> dict[str, Any]:
    status, name = _NEW if finding.suppressed is None else _SUPPRESSED
    bad = finding.status in {Status.FAIL, Status.UNKNOWN}
    return {
        "activity_id": 1,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2003,
        "class_name": "Compliance Finding",
        "type_uid": 200301,
        "type_name": "Compliance Finding: Create",
        "time": _milliseconds(report.snapshot.finished_at),
        "severity_id": _SEVERITIES[finding.severity] if bad else _INFORMATIONAL,
        "severity": finding.severity.value.capitalize() if bad else "Informational",
        "status_id": status,
        "status": name,
        **({} if finding.suppressed is None else {"status_detail": printable(finding.suppressed.reason)}),
        "message": printable(finding.reason),
        "metadata": {
            "version": "1.5.0",
            "product": {"name": "dynasec", "vendor_name": "dynasec", "version": __version__},
            "profiles": ["cloud"],
            "uid": finding.fingerprint,
            "event_code": finding.control,
            "correlation_uid": report.run_id,
        },
        "cloud": {
            "provider": "AWS",
            "region": finding.region,
            "account": {"uid": finding.account, "type_id": 10, "type": "AWS Account"},
        },
        "finding_info": {
            "uid": finding.fingerprint,
            "title": control.check.title,
            "desc": why(control),
            "types": [control.section],
            "created_time": _milliseconds(report.snapshot.taken_at),
        },
        "compliance": _compliance(finding, control),
        "remediation": {"desc": fix(control) or control.check.title},
        "resources": [
            {
                "uid": finding.resource,
                "name": printable(finding.label),
                "type": finding.resource_type,
                "region": finding.region,
                "cloud_partition": report.snapshot.account.partition,
                **({} if finding.data_class is None else {"criticality": finding.data_class}),
                "data": dict(finding.evidence),
            }
        ],
        "unmapped": {"gaps": [str(gap) for gap in finding.gaps]},
    }


def _compliance(finding: Finding, control: Control) -> dict[str, Any]:
    status, name = _COMPLIANCE[finding.status]
    return {
        "control": finding.control,
        "status_id": status,
        "status": name,
        "standards": sorted({one.partition(":")[0] for one in control.check.frameworks}),
        "requirements": list(control.check.frameworks),
    }


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
