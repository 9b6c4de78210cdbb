"""The findings as SARIF 2.1.0, which code hosts show as alerts.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; `security-severity` and fingerprints as GitHub reads them:
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning. Only what failed or
could not be judged is in it: GitHub heeds no `kind`, and would show what passed as alerts. Findings are in an account, not in a file:
the location is the resource's ARN as a logical location, beside the first line of an artifact of its name, without which GitHub takes no
result. Of the fingerprints it reads `primaryLocationLineHash` alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

from dynasec import __version__
from dynasec.audit.finding import Finding
from dynasec.audit.report import Report
from dynasec.check import Severity, Status
from dynasec.guidance import fix, why
from dynasec.printable import printable
from dynasec.registry import Control

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_SCORES: Final = {
    Severity.LOW: "3.0",
    Severity.MEDIUM: "5.5",
    Severity.HIGH: "8.0",
    Severity.CRITICAL: "9.5",
}
_LEVELS: Final = {
    Severity.LOW: "note",
    Severity.MEDIUM: "warning",
    Severity.HIGH: "error",
    Severity.CRITICAL: "error",
}
_KINDS: Final = {
    Status.FAIL: "fail",
    Status.UNKNOWN: "open",
}


def pieces(report: Report) -> Iterator[str]:
    """Yield the document, pure ASCII; a result a line."""
    places = {control.id: place for place, control in enumerate(report.controls)}
    driver = {
        "name": "dynasec",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(control) for control in report.controls],
    }
    head = json.dumps({"driver": driver})
    details = json.dumps({"id": f"dynasec/{report.snapshot.account.id}/", "guid": report.run_id})
    invocation = json.dumps([_invocation(report)])
    yield f'{{"$schema": "{_SCHEMA}", "version": "2.1.0", "runs": [{{\n "tool": {head},\n'
    yield f' "automationDetails": {details},\n "invocations": {invocation},\n "results": ['
    separator = "\n  "
    for finding in (one for one in report.findings if one.status in _KINDS):
        yield separator + json.dumps(_result(finding, places[finding.control]))
        separator = ",\n  "
    yield "\n ]\n}]}\n"


def _rule(control: Control) -> dict[str, Any]:
    check = control.check
    return {
        "id": control.id,
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": why(control) or check.title},
        "help": {"text": fix(control) or check.title, "markdown": fix(control) or check.title},
        "defaultConfiguration": {"level": _LEVELS[check.severity]},
        "properties": {
            "security-severity": _SCORES[check.severity],
            "tags": ["security", control.section, *check.frameworks],
        },
    }


def _invocation(report: Report) -> dict[str, Any]:
    def when(moment: Any) -> str:  # noqa: ANN401 - a datetime, always in UTC
        return str(moment.isoformat()).replace("+00:00", "Z")

    told = (*report.problems, *(f"{one.module}: {one.error}" for one in report.broken))
    notes = [{"level": "error", "message": {"text": printable(one)}} for one in told]
    return {
        "executionSuccessful": not report.broken,
        "startTimeUtc": when(report.snapshot.taken_at),
        "endTimeUtc": when(report.snapshot.finished_at),
        "toolExecutionNotifications": notes,
    }


def _result(finding: Finding, place: int) -> dict[str, Any]:
    failed = finding.status is Status.FAIL
    result: dict[str, Any] = {
        "ruleId": finding.control,
        "ruleIndex": place,
        "kind": _KINDS[finding.status],
        "level": _LEVELS[finding.severity] if failed else "none",
        "message": {"text": printable(f"{finding.label}: {finding.reason}")},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {
                        "uri": quote(finding.resource.encode(errors="surrogatepass"), safe="/")
                    },
                    "region": {"startLine": 1},
                },
                "logicalLocations": [
                    {"fullyQualifiedName": finding.resource, "name": finding.label, "kind": "resource"}
                ],
            }
        ],
        "partialFingerprints": {
            "primaryLocationLineHash": finding.fingerprint,
            "dynasec/v1": finding.fingerprint,
        },
        "properties": {
            "account": finding.account,
            "region": finding.region,
            "resourceType": finding.resource_type,
            "dataClass": finding.data_class,
            "evidence": dict(finding.evidence),
            "gaps": [str(gap) for gap in finding.gaps],
        },
    }
    if finding.suppressed is not None:
        accepted = finding.suppressed
        reason = f"{accepted.reason} ({accepted.owner}, until {accepted.expires})"
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": printable(reason)}
        ]
    return result
