"""Findings in columns, packed for a script to unpack: 190,000 of them in a few megabytes, and nothing in it is markup.

Two packs, each JSON under gzip under base64. `core` is what lists, filters and sorts; `details` is what a finding shows when it is opened.
Every text stands in a pack once; columns hold its place. Text from AWS went through `printable`.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from dynasec.audit.finding import Finding
from dynasec.audit.report import Report
from dynasec.check import Severity, Status
from dynasec.printable import printable
from dynasec.registry import Control

ACCEPTED: Final = "ACCEPTED"
STATUSES: Final = (Status.FAIL, Status.UNKNOWN, ACCEPTED, Status.PASS, Status.NOT_APPLICABLE)
"""Statuses as the report shows them, the most urgent first; a failure that somebody accepted stands apart."""
SEVERITIES: Final = tuple(reversed(Severity))
_LEVEL: Final = 6
"""Of compression: more takes longer and gains little."""


@dataclass(frozen=True, slots=True)
class Packs:
    """Both packs, base64."""

    core: str
    details: str


@dataclass(slots=True)
class Column:
    """A column of texts: `texts` are the distinct ones, `places` has the place of each row's."""

    texts: list[str] = field(default_factory=list[str])
    places: list[int] = field(default_factory=list[int])
    _seen: dict[str, int] = field(default_factory=dict[str, int])

    def place(self, text: str) -> int:
        """Return the place of a text among the distinct ones."""
        found = self._seen.get(text)
        if found is None:
            found = self._seen[text] = len(self.texts)
            self.texts.append(_shown(text))
        return found

    def add(self, text: str) -> None:
        """Add a row."""
        self.places.append(self.place(text))


def packs(report: Report, remediations: Callable[[str], Sequence[str]]) -> Packs:
    """Return the findings of a report. `remediations` gives the ids of those that close a control."""
    return Packs(pack(core(report, remediations)), pack(details(report.findings)))


def pack(document: Mapping[str, Any]) -> str:
    """Return JSON under gzip under base64; the same document gives the same text."""
    text = json.dumps(document, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode(), _LEVEL, mtime=0)).decode()


def unpack(text: str) -> dict[str, Any]:
    """Return what `pack` was given."""
    document: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(text)))
    return document


def shown_status(finding: Finding) -> str:
    """Return the status under which the report shows a finding."""
    return ACCEPTED if finding.suppressed is not None else finding.status


def core(report: Report, remediations: Callable[[str], Sequence[str]]) -> dict[str, Any]:
    """Return controls, resources and the columns that list findings."""
    control_places = {control.id: place for place, control in enumerate(report.controls)}
    resources, reasons = _Resources(), Column()
    columns: dict[str, list[int]] = {"control": [], "resource": [], "status": [], "severity": []}
    for finding in report.findings:
        columns["control"].append(control_places[finding.control])
        columns["resource"].append(resources.place(finding))
        columns["status"].append(STATUSES.index(shown_status(finding)))
        columns["severity"].append(SEVERITIES.index(finding.severity))
        reasons.add(finding.reason)
    return {
        "statuses": list(STATUSES),
        "severities": list(SEVERITIES),
        "ladder": [printable(name) for name in report.settings.classes.ladder],
        "controls": [_control(one, remediations(one.id)) for one in report.controls],
        "resources": resources.columns(),
        "reasons": reasons.texts,
        "findings": {**columns, "reason": reasons.places},
    }


def details(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return evidence and gaps of each finding, by place, and who accepted which; place 0 of both says that there is nothing."""
    evidence, gaps = Column(), Column()
    evidence.place("")
    gaps.place("")
    accepted: dict[int, dict[str, str]] = {}
    for number, one in enumerate(findings):
        evidence.add(json.dumps(dict(one.evidence), indent=2, ensure_ascii=False) if one.evidence else "")
        gaps.add("\n".join(" ".join(filter(None, _gap(asdict(gap)))) for gap in one.gaps))
        if one.suppressed is not None:
            accepted[number] = {name: printable(text) for name, text in asdict(one.suppressed).items()}
    return {
        "evidence": evidence.texts,
        "gaps": gaps.texts,
        "accepted": accepted,
        "findings": {"evidence": evidence.places, "gaps": gaps.places},
    }


def _gap(gap: Mapping[str, str]) -> tuple[str, ...]:
    message = " ".join(gap["message"].split())
    return (f"{gap['operation']}: {gap['code']}", message and f"({message})", gap["region"])


def _control(control: Control, remediations: Sequence[str]) -> dict[str, Any]:
    return {
        "id": control.id,
        "title": printable(control.check.title),
        "section": control.section,
        "frameworks": list(control.check.frameworks),
        "remediations": list(remediations),
    }


class _Resources:
    """Each resource once, with what is the same in all its findings."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, ...], int] = {}
        self._texts = {name: Column() for name in ("arn", "label", "type", "region", "class")}

    def place(self, finding: Finding) -> int:
        data_class = "" if finding.data_class is None else finding.data_class
        key = (finding.resource, finding.label, finding.resource_type, finding.region, data_class)
        found = self._places.get(key)
        if found is None:
            found = self._places[key] = len(self._places)
            for column, text in zip(self._texts.values(), key, strict=True):
                column.add(text)
        return found

    def columns(self) -> dict[str, Any]:
        return {
            name: {"texts": column.texts, "places": column.places} for name, column in self._texts.items()
        }


def _shown(text: str) -> str:
    """Return text that shows what it is, in its lines."""
    return "\n".join(printable(line) for line in text.split("\n")) if "\n" in text else printable(text)
