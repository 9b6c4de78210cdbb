"""What becomes of a finding from one run to the next. Pure: the only place where states are decided."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

from dynasec.audit.changes import State


class Standing(IntEnum):
    """What is known of a finding after a run. The numbers are stored.

    CLEAR never failed, or not since it was GONE. OPEN failed when it was last seen, whether or not it could be seen since. ACCEPTED
    likewise, under a suppression.
    """

    CLEAR = 0
    OPEN = 1
    ACCEPTED = 2
    FIXED = 3
    GONE = 4


class Observed(IntEnum):
    """What a run says of a finding. The numbers are stored.

    ACCEPTED is a failure under a suppression. ABSENT: everything was listed, and it is not there. HIDDEN: it is not among what could be
    listed. UNJUDGED: the run left its control out.
    """

    PASS = 0
    FAIL = 1
    ACCEPTED = 2
    UNKNOWN = 3
    NOT_APPLICABLE = 4
    ABSENT = 5
    HIDDEN = 6
    UNJUDGED = 7


Step = tuple[Standing, State | None]

_FAILING: Final = frozenset({Standing.OPEN, Standing.ACCEPTED})
_UNCHANGED: Final = {standing: (standing, None) for standing in Standing}

_STEPS: Final[Mapping[Observed, Mapping[Standing, Step]]] = {
    Observed.PASS: {
        **_UNCHANGED,
        **dict.fromkeys(_FAILING, (Standing.FIXED, State.FIXED)),
        Standing.GONE: (Standing.CLEAR, None),  # what is back and good begins anew
    },
    Observed.FAIL: {
        Standing.CLEAR: (Standing.OPEN, State.NEW),
        Standing.OPEN: (Standing.OPEN, State.PERSISTING),
        Standing.ACCEPTED: (Standing.OPEN, State.NEW),  # nobody accepts it any more: it counts from now on
        Standing.FIXED: (Standing.OPEN, State.REGRESSED),
        Standing.GONE: (Standing.OPEN, State.NEW),
    },
    Observed.ACCEPTED: dict.fromkeys(Standing, (Standing.ACCEPTED, State.SUPPRESSED)),
    Observed.UNKNOWN: {standing: (standing, State.UNKNOWN) for standing in Standing},
    Observed.NOT_APPLICABLE: {**_UNCHANGED, **dict.fromkeys(_FAILING, (Standing.GONE, State.GONE))},
    Observed.ABSENT: {
        **dict.fromkeys(Standing, (Standing.GONE, None)),
        **dict.fromkeys(_FAILING, (Standing.GONE, State.GONE)),
    },
    Observed.HIDDEN: {**_UNCHANGED, **{standing: (standing, State.UNKNOWN) for standing in _FAILING}},
    Observed.UNJUDGED: _UNCHANGED,
}


def step(before: Standing, observed: Observed) -> Step:
    """Return how a finding stands after a run, and which state the run shows it in; None: there is nothing to tell."""
    return _STEPS[observed][before]
