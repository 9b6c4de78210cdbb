"""What a control's page says, part by part, for whoever has a place for it."""

from __future__ import annotations

import re
from typing import Final

from dynasec.registry import Control

_HEADING: Final = re.compile(r"^## (.+)$", re.MULTILINE)
_END_OF_FIRST: Final = re.compile(r"\n(?:- |\n)")


def part(control: Control, heading: str) -> str:
    """Return the text under a heading of a control's page, Markdown, without the heading; empty where the page has none."""
    return _part(control.page, heading)


def why(control: Control) -> str:
    """Return why the control matters, as one paragraph."""
    return " ".join(part(control, "Why it matters").split())


def fix(control: Control) -> str:
    """Return how to fix a failure, as Markdown."""
    return part(control, "How to fix")


def first_way(page: str) -> str:
    """Return the first paragraph or bullet of a page's "How to fix" on one line; empty where there is none."""
    first = _END_OF_FIRST.split(_part(page, "How to fix"), maxsplit=1)[0]
    return " ".join(first.removeprefix("- ").split())


def _part(page: str, heading: str) -> str:
    pieces = _HEADING.split(page)
    parts = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    return parts.get(heading, "").strip()
