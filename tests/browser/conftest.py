"""A browser and reports for it. Without one the tests are skipped, unless DYNASEC_BROWSER=required."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from headless_browser import browser, missing
from many_findings import many_findings
from selenium.webdriver import Chrome

from dynasec.report.interface import by_name
from tests.browser.hostile import hostile_report


@pytest.fixture(scope="session")
def chrome() -> Iterator[Chrome]:
    lacking = missing()
    if lacking:
        if os.environ.get("DYNASEC_BROWSER") == "required":
            pytest.fail(lacking)
        pytest.skip(lacking)
    with browser() as driver:
        yield driver


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


@pytest.fixture(scope="session")
def hostile_page(folder: Path) -> str:
    """A report whose every text of AWS's is hostile."""
    return _written(folder / "hostile.html", by_name("html").render(hostile_report()))


@pytest.fixture(scope="session")
def large_page(folder: Path) -> str:
    """A report of every control on 2,000 tables."""
    return _written(folder / "large.html", by_name("html").render(many_findings(2000)))


def _written(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return path.as_uri()
