"""The report as one HTML file for a browser: scores, findings to filter and search, a map of zones, who has access.

It asks nothing of the network and says so in a Content-Security-Policy. Needs a browser of 2024 or later for the list of findings; all
else is plain HTML.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from dynasec import __version__, access, remedies
from dynasec.audit.report import Report
from dynasec.guidance import part
from dynasec.registry import Control
from dynasec.report.html import document, findings_data, zone_map
from dynasec.report.html.access_view import access_view
from dynasec.report.html.changes_view import changes_view
from dynasec.report.html.drawing import drawing
from dynasec.report.html.guidance_html import html
from dynasec.report.html.summary import summary

READS: Final = access.READS | zone_map.READS
"""What the map and the matrix of access rest on, beside what the controls read."""
_PARTS: Final = ("Why it matters", "Passes when", "How to fix")


def pieces(report: Report) -> Iterator[str]:
    """Yield the page."""
    yield from document.page(_view(report))


def _view(report: Report) -> dict[str, Any]:
    snapshot = report.snapshot
    found = remedies.load()
    regions = [{"region": one, "drawing": drawing(one)} for one in zone_map.regions(report)]
    return {
        "version": __version__,
        "run": report.run_id,
        "account": snapshot.account.id,
        "regions": [one.region for one in snapshot.regions],
        "taken_at": snapshot.taken_at,
        "tables": sum(1 for _ in snapshot.tables()),
        "controls": len(report.controls),
        "findings": len(report.findings),
        **summary(report),
        "changes": changes_view(report),
        "gaps": report.gaps,
        "problems": [*report.problems, *(f"{one.pack} {one.module}: {one.error}" for one in report.broken)],
        "maps": regions,
        "access": access_view(report),
        "guidance": [(control.id, _guidance(control)) for control in report.controls],
        "packs": findings_data.packs(report, found.of),
    }


def _guidance(control: Control) -> list[tuple[str, Any]]:
    return [(heading, html(text)) for heading in _PARTS if (text := part(control, heading))]
