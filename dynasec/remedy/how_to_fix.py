"""What a control's page says first under "How to fix", in one line."""

from __future__ import annotations

import re
from typing import Final

_BEGINNING: Final = "## How to fix\n"
_NEXT: Final = re.compile(r"\n(?:- |\n|## )")


def first_way(page: str) -> str:
    """Return the first paragraph or bullet of a page's "How to fix" on one line; empty where there is none."""
    _, found, rest = page.partition(_BEGINNING)
    if not found:
        return ""
    first = _NEXT.split(rest.strip(), maxsplit=1)[0]
    return " ".join(first.removeprefix("- ").split())
