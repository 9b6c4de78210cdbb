"""Frameworks in the report for people: a line each; for those that were asked for, a line per requirement and what fails it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tabulate import tabulate

from dynasec.audit.framework import FrameworkResult, RequirementResult, Standing
from dynasec.audit.report import Report
from dynasec.printable import printable
from dynasec.report.columns import cut, wrap
from dynasec.report.score_row import score_row

_WIDTH: Final = 100
_NAME: Final = 16
_REQUIREMENT: Final = 42
_TELLING: Final = 20
"""An id that is longer says itself what it is for."""
_WORDS: Final = {
    Standing.FAIL: "FAIL",
    Standing.UNKNOWN: "UNKNOWN",
    Standing.ACCEPTED: "ACCEPTED",
    Standing.PASS: "PASS",
    Standing.NOT_APPLICABLE: "N/A",
}


def framework_lines(report: Report) -> Iterator[str]:
    """Yield the lines, at most 100 columns wide; nothing where no control is mapped to a framework."""
    if not report.frameworks:
        return
    if report.asked:
        for name, result in report.frameworks.items():
            yield from _requirements(name, result, report)
            yield ""
    else:
        yield from _summary(report)
        yield ""


def _summary(report: Report) -> Iterator[str]:
    rows = [
        (
            _cut(name, _NAME),
            *score_row(result.overall)[:2],
            *(_standing(result, one) for one in _WORDS),
        )
        for name, result in report.frameworks.items()
    ]
    headers = ("Framework", "Score", "Coverage", "Fail", "Unknown", "Accepted", "Pass", "N/A")
    columns = ("left", *("right",) * 7)
    yield from tabulate(rows, headers=headers, disable_numparse=True, colalign=columns).splitlines()
    yield "  by requirement (of those that bear on DynamoDB): --framework NAME"


def _standing(result: FrameworkResult, standing: Standing) -> str:
    return str(sum(one.status is standing for one in result.requirements.values()))


def _requirements(name: str, result: FrameworkResult, report: Report) -> Iterator[str]:
    score, coverage, *_ = score_row(result.overall)
    yield from _wrap(f"{name}  {result.title}: score {score}, coverage {coverage}")
    rows = [
        (_cut(_named(requirement, one), _REQUIREMENT), _WORDS[one.status], *score_row(one.counts)[2:])
        for requirement, one in result.requirements.items()
    ]
    headers = ("Requirement", "Status", "Passed", "Failed", "Unknown", "N/A", "Suppr.")
    columns = ("left", "left", *("right",) * 5)
    yield from tabulate(rows, headers=headers, disable_numparse=True, colalign=columns).splitlines()
    for requirement, one in result.requirements.items():
        failing = [control for control in one.controls if report.by_control[control].failed]
        if failing:
            yield from _wrap(f"{requirement} fails by {', '.join(failing)}")
        if one.left_out:
            yield from _wrap(f"{requirement} is judged without {', '.join(one.left_out)}")


def _named(requirement: str, result: RequirementResult) -> str:
    telling = len(requirement) > _TELLING or result.title.replace(" ", "-") == requirement
    return requirement if telling else f"{requirement}  {result.title}"


def _wrap(text: str) -> Iterator[str]:
    return wrap(printable(text), _WIDTH, first="", rest="  ")


def _cut(text: str, columns: int) -> str:
    return cut(printable(text), columns)
