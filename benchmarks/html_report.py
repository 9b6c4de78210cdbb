"""Measure the HTML report of very many findings: `python benchmarks/html_report.py --tables 2000`.

The findings are generated: every control of the packs on every table. Tells how long writing takes and how large the file is and, where a
browser is found, how long it takes to open, filter, search, sort and expand.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from headless_browser import browser, milliseconds, missing
from many_findings import many_findings

from dynasec.report.interface import by_name

_MIB: Final = 1024 * 1024
_SECONDS_TO_OPEN: Final = 30
ACTIONS: Final[Mapping[str, str]] = {
    "filter by status": "document.querySelectorAll('#status-filter input')[3].click()",
    "filter by section": (
        "const box = document.getElementById('section-filter'); box.value = 'encryption';"
        "box.dispatchEvent(new Event('input', {bubbles: true}))"
    ),
    "all again": (
        "for (const box of document.querySelectorAll('#status-filter input')) box.checked = true;"
        "const box = document.getElementById('section-filter'); box.value = '';"
        "box.dispatchEvent(new Event('input', {bubbles: true}))"
    ),
    "search": (
        "const box = document.getElementById('search'); box.value = 'app017 encrypt';"
        "box.dispatchEvent(new Event('input', {bubbles: true}))"
    ),
    "search again": (
        "const box = document.getElementById('search'); box.value = 'app-0042';"
        "box.dispatchEvent(new Event('input', {bubbles: true}))"
    ),
    "search for nothing": (
        "const box = document.getElementById('search'); box.value = '';"
        "box.dispatchEvent(new Event('input', {bubbles: true}))"
    ),
    "sort by resource": "document.querySelector('[data-sort=resource]').click()",
    "sort by reason": "document.querySelector('[data-sort=reason]').click()",
    "expand": "document.querySelector('.opener').click()",
}
"""What is measured, in this order, as JavaScript."""


def measure(tables: int, page: Path) -> Iterator[tuple[str, Any]]:
    """Yield figures of one report."""
    report = many_findings(tables)
    yield "tables", tables
    yield "findings", len(report.findings)
    began = time.perf_counter()
    page.write_text("".join(by_name("html").pieces(report)), encoding="utf-8")
    yield "write s", round(time.perf_counter() - began, 2)
    yield "file MiB", round(page.stat().st_size / _MIB, 2)
    lacking = missing()
    if lacking:
        yield "in a browser", lacking
        return
    yield from opened(page)


def opened(page: Path) -> Iterator[tuple[str, float]]:
    """Yield milliseconds of what a browser does with a report."""
    with browser() as driver:
        driver.get(page.as_uri())
        until = time.monotonic() + _SECONDS_TO_OPEN
        marks: Any = None
        while not marks and time.monotonic() < until:
            marks = driver.execute_script(  # pyright: ignore[reportUnknownMemberType] # selenium says no more
                "return performance.getEntriesByName('details').length ?"
                " performance.getEntriesByType('mark').map((one) => [one.name, one.startTime]) : null"
            )
            time.sleep(0.05)
        for name, moment in marks or ():
            yield f"{name} ready ms", round(moment)
        for name, action in ACTIONS.items():
            yield f"{name} ms", round(milliseconds(driver, action))


def main() -> None:
    """Run the measurement and print a line per figure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tables", type=int, default=2000)
    parser.add_argument("-o", "--output", type=Path, help="Keep the report here.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name, value in measure(options.tables, options.output or Path(folder) / "report.html"):
            print(f"{name:>22}  {value}", flush=True)


if __name__ == "__main__":
    main()
