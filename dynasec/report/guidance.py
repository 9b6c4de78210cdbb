"""What a control's page says, part by part, for formats that have a place for it."""

from __future__ import annotations

import re

from dynasec.registry import Control

_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


def part(control: Control, heading: str) -> str:
    """Return the text under a heading of a control's page, Markdown, without the heading; empty where the page has none."""
    pieces = _HEADING.split(control.page)
    parts = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    return parts.get(heading, "").strip()


def why(control: Control) -> str:
    """Return why the control matters, as one paragraph."""
    return " ".join(part(control, "Why it matters").split())


def fix(control: Control) -> str:
    """Return how to fix a failure, as Markdown."""
    return part(control, "How to fix")
