"""A row of numbers as a row of blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_BLOCKS: Final = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float], *, top: float = 100) -> str:
    """Return one block a value, from the lowest for 0 to the full one for `top` alone."""
    last = len(_BLOCKS) - 1
    return "".join(
        _BLOCKS[last] if value >= top else _BLOCKS[max(0, min(int(value / top * last), last - 1))]
        for value in values
    )
