"""Numbers in words of reasons and summaries."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, whose plural takes an s: 1 table, 2 tables, 1,200 tables."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
