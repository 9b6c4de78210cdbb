"""A headless Chromium, for tests and measurements of the HTML report."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

_ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",  # containers run as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--window-size=1440,900",
    "--force-prefers-reduced-motion",
)


def missing() -> str:
    """Return what is missing for a browser; empty where nothing is."""
    if _driver() is None:
        return "no chromedriver on the path (Debian: apt-get install chromium chromium-driver)"
    return "" if _chromium() is not None else "no chromium on the path (Debian: apt-get install chromium)"


@contextmanager
def browser() -> Generator[Chrome]:
    """Open a browser that keeps its console and a record of its requests.

    Raises:
        RuntimeError: there is none.

    """
    lacking = missing()
    if lacking:
        raise RuntimeError(lacking)
    options = ChromeOptions()
    options.binary_location = _chromium() or ""
    for argument in _ARGUMENTS:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})  # pyright: ignore[reportUnknownMemberType] # selenium says no more
    driver = Chrome(options=options, service=Service(_driver()))
    try:
        yield driver
    finally:
        driver.quit()


def milliseconds(driver: Chrome, action: str) -> float:
    """Return how long a piece of JavaScript takes, until its result is laid out."""
    script = f"const began = performance.now(); {action}; document.body.offsetHeight; return performance.now() - began"
    found: Any = driver.execute_script(script)  # pyright: ignore[reportUnknownMemberType] # selenium says no more
    return float(found)


def _driver() -> str | None:
    return shutil.which("chromedriver")


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
