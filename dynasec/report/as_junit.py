"""The findings as JUnit XML, which CI servers show as tests: a suite a section, a case a finding.

Elements and attributes are those that Jenkins' schema knows:
https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd.
FAIL is a failure, UNKNOWN an error (it was not judged); NOT_APPLICABLE and what is suppressed are skipped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, tostring  # only written, never parsed

from dynasec.audit.finding import Finding
from dynasec.audit.report import Report
from dynasec.check import Status
from dynasec.printable import printable


def pieces(report: Report) -> Iterator[str]:
    """Yield the document, a suite at a time."""
    sections = {control.id: control.section for control in report.controls}
    by_section: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        by_section[sections[finding.control]].append(finding)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="dynasec">\n'
    for section, findings in by_section.items():
        yield tostring(_suite(report, section, findings), encoding="unicode") + "\n"
    yield from _broken(report)
    yield "</testsuites>\n"


def _suite(report: Report, section: str, findings: list[Finding]) -> Element:
    kinds = [_kind(finding) for finding in findings]
    suite = Element(
        "testsuite",
        name=f"dynasec.{section}",
        tests=str(len(findings)),
        failures=str(kinds.count("failure")),
        errors=str(kinds.count("error")),
        skipped=str(kinds.count("skipped")),
        timestamp=report.snapshot.taken_at.strftime("%Y-%m-%dT%H:%M:%S"),
        time="0",
    )
    for finding, kind in zip(findings, kinds, strict=True):
        case = SubElement(
            suite,
            "testcase",
            classname=f"dynasec.{section}.{finding.control}",
            name=printable(f"{finding.label} ({finding.region})"),
            time="0",
        )
        if kind:
            reason = printable(finding.reason)
            told = SubElement(case, kind, message=reason)
            if kind != "skipped":
                told.set("type", finding.severity)
                told.text = printable(finding.resource) + "\n" + reason
    return suite


def _kind(finding: Finding) -> str:
    """Return the element that tells what became of a case; empty for one that passed."""
    if finding.suppressed is not None or finding.status is Status.NOT_APPLICABLE:
        return "skipped"
    return {Status.FAIL: "failure", Status.UNKNOWN: "error"}.get(finding.status, "")


def _broken(report: Report) -> Iterator[str]:
    """Yield a suite of what could not be loaded, so that nobody takes it for judged."""
    if not report.broken:
        return
    count = str(len(report.broken))
    suite = Element(
        "testsuite", name="dynasec.plugins", tests=count, failures="0", errors=count, skipped="0", time="0"
    )
    for one in report.broken:
        case = SubElement(
            suite, "testcase", classname="dynasec.plugins", name=printable(one.module), time="0"
        )
        SubElement(case, "error", message=printable(one.error), type="BrokenPlugin")
    yield tostring(suite, encoding="unicode") + "\n"
