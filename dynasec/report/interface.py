"""What a report format is: a name, the suffix of its files, and a function from a report to text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final

from dynasec.audit.report import Report
from dynasec.errors import UsageError

Render = Callable[[Report], str]


@dataclass(frozen=True, slots=True)
class Format:
    """A format; its module in `dynasec.report` holds `render(report) -> str` and is imported when first used."""

    name: str
    suffix: str
    module: str

    def render(self, report: Report) -> str:
        """Return the report as text, ending in a newline."""
        function: Render = import_module(f"dynasec.report.{self.module}").render
        return function(report)


FORMATS: Final = (Format("table", ".txt", "as_table"), Format("json", ".json", "as_json"))


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
