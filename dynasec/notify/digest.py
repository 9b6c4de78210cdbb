"""Many findings in one text: as many lines as are wanted and fit, and how many more there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from dynasec.notify.news import Notice
from dynasec.printable import printable

_LONGEST: Final = 300
"""Characters of a text from AWS in one line."""


def digest(notices: Sequence[Notice], line: Callable[[Notice], str], *, limit: int, room: int) -> str:
    """Return at most `limit` lines of at most `room` bytes of UTF-8 together, and a last one that counts the rest."""
    lines: list[str] = []
    for one in notices[:limit]:
        text = line(one)
        room -= len(text.encode()) + 1
        if room < 0:
            break
        lines.append(text)
    left = len(notices) - len(lines)
    return "\n".join([*lines, f"and {left} more"] if left else lines)


def short(text: str) -> str:
    """Return a text from AWS as it goes into a line: printable, one line, cut."""
    shown = printable(text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
