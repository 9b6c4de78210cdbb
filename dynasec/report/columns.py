"""Text in columns of a terminal, where some characters are two columns wide. For text that `printable` made safe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Final
from unicodedata import east_asian_width

_NEWLY_WIDE: Final = re.compile("[\u2630-\u2637\u268a-\u268f\u4dc0-\u4dff\U0001d300-\U0001d376]")
"""Symbols that Unicode 16 made wide; the tables of this Python may be older."""


def width(text: str) -> int:
    """Return how many columns a text takes at most: two for wide and fullwidth characters (Unicode annex 11), one for others."""
    return len(text) if text.isascii() else sum(map(_width_of, text))


def cut(text: str, columns: int) -> str:
    """Return the text, with an ellipsis for what does not fit."""
    return text if width(text) <= columns else _head(text, columns - 1) + "…"


def pad(text: str, columns: int) -> str:
    """Return the text, filled with spaces."""
    return text + " " * (columns - width(text))


def wrap(text: str, columns: int, *, first: str = "", rest: str = "") -> Iterator[str]:
    """Yield lines of whole words, indented by `first` and `rest`; a word that is wider than a line is broken."""
    line, empty = first, True
    for word in text.split():
        for piece in _pieces(word, columns - max(width(first), width(rest))):
            if not empty and width(line) + 1 + width(piece) > columns:
                yield line
                line, empty = rest, True
            line += piece if empty else f" {piece}"
            empty = False
    yield line.rstrip()


def _pieces(word: str, columns: int) -> Iterator[str]:
    while width(word) > columns:
        piece = _head(word, columns)
        yield piece
        word = word[len(piece) :]
    yield word


def _head(text: str, columns: int) -> str:
    """Return as much of the beginning as fits, but at least one character."""
    fitting = sum(end <= columns for end in accumulate(map(_width_of, text)))
    return text[: fitting or 1]


def _width_of(character: str) -> int:
    return 2 if east_asian_width(character) in {"W", "F"} or _NEWLY_WIDE.fullmatch(character) else 1
