"""The observations of one run as one compact blob: some 50,000 take a few KiB, for neighbours are alike."""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from dynasec.audit.changes import State
from dynasec.history.states import Observed, Standing

_STATES: Final = (None, *State)
_ID_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class Observation:
    """What one run said of one finding: `finding` is the number of its row."""

    finding: int
    observed: Observed
    standing: Standing
    state: State | None


def pack(observations: Sequence[Observation]) -> bytes:
    """Return observations as bytes: differences of sorted numbers, then a byte each for what was observed, standing and state."""
    ordered = sorted(observations, key=lambda one: one.finding)
    numbers = [one.finding for one in ordered]
    steps = array("I", [after - before for before, after in zip([0, *numbers], numbers, strict=False)])
    if sys.byteorder == "big":
        steps.byteswap()
    codes = (
        bytes(one.observed for one in ordered),
        bytes(one.standing for one in ordered),
        bytes(_STATES.index(one.state) for one in ordered),
    )
    return zlib.compress(b"".join((steps.tobytes(), *codes)))


def unpack(packed: bytes) -> Iterator[Observation]:
    """Yield what was packed, by number.

    Raises:
        ValueError: these bytes are something else.

    """
    try:
        raw = zlib.decompress(packed)
    except zlib.error as problem:
        msg = f"no observations: {problem}"
        raise ValueError(msg) from problem
    count, rest = divmod(len(raw), _ID_BYTES + 3)
    if rest:
        msg = "no observations: cut short"
        raise ValueError(msg)
    steps = array("I", raw[: count * _ID_BYTES])
    if sys.byteorder == "big":
        steps.byteswap()
    observed, standing, state = (raw[count * at : count * (at + 1)] for at in range(_ID_BYTES, _ID_BYTES + 3))
    number = 0
    for at, more in enumerate(steps):
        number += more
        try:
            known = Observed(observed[at]), Standing(standing[at]), _STATES[state[at]]
        except IndexError as problem:
            msg = "no observations: a state that does not exist"
            raise ValueError(msg) from problem
        yield Observation(number, *known)
