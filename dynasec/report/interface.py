"""What a report format is: a name, the suffix of its files, and a function from a report to pieces of text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final

from dynasec.audit.report import Report
from dynasec.errors import UsageError

Pieces = Callable[[Report], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Format:
    """A format; its module in `dynasec.report` holds `pieces(report) -> Iterator[str]` and is imported when first used."""

    name: str
    suffix: str
    module: str

    def pieces(self, report: Report) -> Iterator[str]:
        """Yield the report as text, piece by piece, for it can be long; the last ends in a newline."""
        function: Pieces = import_module(f"dynasec.report.{self.module}").pieces
        return function(report)

    @property
    def reads(self) -> frozenset[str]:
        """The operations whose answers the format shows beside the findings."""
        reads: frozenset[str] = getattr(import_module(f"dynasec.report.{self.module}"), "READS", frozenset())
        return reads

    def render(self, report: Report) -> str:
        """Return the whole report as text."""
        return "".join(self.pieces(report))


FORMATS: Final = (
    Format("table", ".txt", "as_table"),
    Format("csv", ".csv", "as_csv"),
    Format("markdown", ".md", "as_markdown"),
    Format("junit", ".junit.xml", "as_junit"),
    Format("sarif", ".sarif", "as_sarif"),
    Format("ocsf", ".ocsf.json", "as_ocsf"),
    Format("asff", ".asff.json", "as_asff"),
    Format("json", ".json", "as_json"),
    Format("html", ".html", "as_html"),
)
"""All formats; of two whose suffixes both fit a name the first is meant."""


def by_name(name: str) -> Format:
    """Return a format by its name.

    Raises:
        StopIteration: there is none; the command line offers only those that exist.

    """
    return next(one for one in FORMATS if one.name == name)


def by_suffix(path: Path) -> Format:
    """Return the format that a file's name asks for.

    Raises:
        UsageError: no format has that suffix.

    """
    for one in FORMATS:
        if path.name.endswith(one.suffix):
            return one
    known = ", ".join(one.suffix for one in FORMATS)
    msg = f"no report format for {path.name!r}"
    raise UsageError(msg, hint=f"end the file's name in one of {known}")
