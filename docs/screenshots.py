"""Makes the pictures in docs/images anew: the report of the simulated account in a headless Chromium.

`.venv/bin/python docs/screenshots.py`; on Debian it needs `apt-get install chromium chromium-driver`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))  # where the browser is; no part of the package

from headless_browser import browser  # noqa: E402 - found by the line above
from selenium.webdriver.support.wait import WebDriverWait  # noqa: E402

from dynasec.cli import run  # noqa: E402
from dynasec.errors import Exit  # noqa: E402

WIDTH: Final = 1200
VIEWS: Final = {"report-findings": ("findings", 800), "report-map": ("map", 780)}
"""Name of the picture, the section it begins with, and its height in pixels."""

READY: Final = "return performance.getEntriesByName('details').length"
"""Whether the list of findings is complete."""


def main() -> None:
    """Write the pictures.

    Raises:
        RuntimeError: there is no browser, or no report.

    """
    with tempfile.TemporaryDirectory() as folder, browser() as driver:
        report = Path(folder) / "report.html"
        if run(["demo", "-o", str(report)]) != Exit.OK:
            msg = "the demo wrote no report"
            raise RuntimeError(msg)
        for name, (section, height) in VIEWS.items():
            metrics = {"width": WIDTH, "height": height, "deviceScaleFactor": 1, "mobile": False}
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
            driver.get(report.as_uri())
            WebDriverWait(driver, 20).until(lambda found: found.execute_script(READY))
            if section == "findings":
                driver.find_element("css selector", "#list .opener").click()
                WebDriverWait(driver, 20).until(
                    lambda found: found.find_elements("css selector", "#list .opened")
                )
            driver.execute_script(f"document.getElementById('{section}').scrollIntoView()")
            driver.save_screenshot(str(ROOT / f"docs/images/{name}.png"))


if __name__ == "__main__":
    main()
