"""The report as JSON, schema `dynasec.report/v1`: a contract for scripts and dashboards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from dynasec import __version__
from dynasec.audit.finding import Finding
from dynasec.audit.framework import FrameworkResult
from dynasec.audit.report import Report
from dynasec.audit.score import Tally
from dynasec.check import Status
from dynasec.registry import Control
from dynasec.remedies import load
from dynasec.report.since_json import seen_json, since_json


def pieces(report: Report) -> Iterator[str]:
    """Yield the document, pure ASCII, so that nothing in it can speak to a terminal; a finding a line."""
    yield "{\n"
    for name, value in _head(report).items():
        yield f' "{name}": {json.dumps(value)},\n'
    yield ' "findings": ['
    separator = "\n  "
    remedies, since = load(), report.since
    for finding in report.findings:
        mending = remedies.of(finding.control) if finding.status is Status.FAIL else ()
        known = {} if since is None else {"history": seen_json(since.of(finding.fingerprint))}
        yield separator + json.dumps({**_finding(finding), "remediations": list(mending), **known})
        separator = ",\n  "
    yield "\n ]\n}\n"


def _head(report: Report) -> dict[str, Any]:
    """Return all but the findings, as plain JSON values."""
    snapshot = report.snapshot
    return {
        "schema": "dynasec.report/v1",
        "tool": {"name": "dynasec", "version": __version__},
        "run": {
            "id": report.run_id,
            "started_at": _time(snapshot.taken_at.isoformat()),
            "finished_at": _time(snapshot.finished_at.isoformat()),
            "api_calls": dict(snapshot.calls),
        },
        "scopes": [
            {"partition": snapshot.account.partition, "account": snapshot.account.id, "region": region.region}
            for region in snapshot.regions
        ],
        "score": {
            "overall": report.overall.score,
            "coverage": report.overall.coverage,
            "sections": {
                name: {"score": tally.score, "coverage": tally.coverage}
                for name, tally in report.sections.items()
            },
        },
        "frameworks": {name: _framework(one) for name, one in report.frameworks.items()},
        "controls": [_control(control, report.by_control[control.id]) for control in report.controls],
        "gaps": [asdict(gap) for gap in report.gaps],
        "problems": list(report.problems),
        "broken_plugins": [asdict(broken) for broken in report.broken],
        **({} if report.since is None else {"history": since_json(report, report.since)}),
    }


def _control(control: Control, tally: Tally) -> dict[str, Any]:
    return {
        "id": control.id,
        "title": control.check.title,
        "section": control.section,
        "severity": control.check.severity.value,
        "frameworks": list(control.check.frameworks),
        "score": tally.score,
        **_counts(tally),
    }


def _framework(result: FrameworkResult) -> dict[str, Any]:
    return {
        "title": result.title,
        "score": result.overall.score,
        "coverage": result.overall.coverage,
        **_counts(result.overall),
        "requirements": {
            name: {
                "title": one.title,
                "status": one.status.value,
                "controls": list(one.controls),
                "left_out": list(one.left_out),
                "score": one.counts.score,
                "coverage": one.counts.coverage,
                **_counts(one.counts),
            }
            for name, one in result.requirements.items()
        },
    }


def _counts(tally: Tally) -> dict[str, int]:
    return {
        "passed": tally.passed,
        "failed": tally.failed,
        "unknown": tally.unknown,
        "not_applicable": tally.not_applicable,
        "suppressed": tally.suppressed,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "fingerprint": finding.fingerprint,
        "control": finding.control,
        "status": finding.status.value,
        "severity": finding.severity.value,
        "account": finding.account,
        "region": finding.region,
        "resource": finding.resource,
        "resource_type": finding.resource_type,
        "label": finding.label,
        "data_class": finding.data_class,
        "reason": finding.reason,
        "evidence": dict(finding.evidence),
        "gaps": [asdict(gap) for gap in finding.gaps],
        "suppressed": None if finding.suppressed is None else asdict(finding.suppressed),
    }


def _time(iso: str) -> str:
    return iso.replace("+00:00", "Z")
