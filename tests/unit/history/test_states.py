"""Every standing met by every observation, and every sequence of observations under the laws of history."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynasec.audit.changes import State
from dynasec.history.states import Observed, Standing, step

TABLE = {
    # before:      CLEAR                     OPEN                          ACCEPTED                      FIXED                         GONE
    Observed.PASS: [
        (Standing.CLEAR, None),
        (Standing.FIXED, State.FIXED),
        (Standing.FIXED, State.FIXED),
        (Standing.FIXED, None),
        (Standing.CLEAR, None),
    ],
    Observed.FAIL: [
        (Standing.OPEN, State.NEW),
        (Standing.OPEN, State.PERSISTING),
        (Standing.OPEN, State.NEW),
        (Standing.OPEN, State.REGRESSED),
        (Standing.OPEN, State.NEW),
    ],
    Observed.ACCEPTED: [(Standing.ACCEPTED, State.SUPPRESSED)] * 5,
    Observed.UNKNOWN: [(one, State.UNKNOWN) for one in Standing],
    Observed.NOT_APPLICABLE: [
        (Standing.CLEAR, None),
        (Standing.GONE, State.GONE),
        (Standing.GONE, State.GONE),
        (Standing.FIXED, None),
        (Standing.GONE, None),
    ],
    Observed.ABSENT: [
        (Standing.GONE, None),
        (Standing.GONE, State.GONE),
        (Standing.GONE, State.GONE),
        (Standing.GONE, None),
        (Standing.GONE, None),
    ],
    Observed.HIDDEN: [
        (Standing.CLEAR, None),
        (Standing.OPEN, State.UNKNOWN),
        (Standing.ACCEPTED, State.UNKNOWN),
        (Standing.FIXED, None),
        (Standing.GONE, None),
    ],
    Observed.UNJUDGED: [(one, None) for one in Standing],
}


@pytest.mark.parametrize("observed", Observed)
@pytest.mark.parametrize("before", Standing)
def test_the_whole_table(before, observed):
    assert step(before, observed) == TABLE[observed][before]


STORIES = {
    "new, persisting, fixed, regressed": ("FFPF", "NEW PERSISTING FIXED REGRESSED"),
    "unknown is never fixed": ("FU", "NEW UNKNOWN"),
    "a failure that was unknown in between persists": ("FUF", "NEW UNKNOWN PERSISTING"),
    "and is fixed by a pass only": ("FUP", "NEW UNKNOWN FIXED"),
    "fixed, unknown, failing: it is back": ("FPUF", "NEW FIXED UNKNOWN REGRESSED"),
    "unknown, then failing: it is new": ("UF", "UNKNOWN NEW"),
    "gone, then back: it is new": ("FAF", "NEW GONE NEW"),
    "gone, back and good, then failing: it is new": ("FAPF", "NEW GONE - NEW"),
    "not listed for a reason is not gone": ("FHF", "NEW UNKNOWN PERSISTING"),
    "not applicable any more": ("FN", "NEW GONE"),
    "left out, it stays as it was": ("FJF", "NEW - PERSISTING"),
    "accepted, then not any more": ("FSSF", "NEW SUPPRESSED SUPPRESSED NEW"),
    "accepted, then repaired": ("SP", "SUPPRESSED FIXED"),
    "good all the time": ("PNP", "- - -"),
}
LETTERS = dict(zip("PFSUNAHJ", Observed, strict=True))


@pytest.mark.parametrize("story", STORIES)
def test_stories(story):
    observed, expected = STORIES[story]
    standing, told = Standing.CLEAR, []
    for letter in observed:
        standing, state = step(standing, LETTERS[letter])
        told.append(state or "-")
    assert " ".join(told) == expected


@given(st.lists(st.sampled_from(Observed)))
def test_laws(sequence):
    standing = Standing.CLEAR
    open_ = False
    for observed in sequence:
        standing, state = step(standing, observed)
        if state is State.FIXED:
            assert observed is Observed.PASS
        if observed in {Observed.FAIL, Observed.ACCEPTED}:
            assert state in {State.NEW, State.REGRESSED, State.PERSISTING, State.SUPPRESSED}
            open_ = True
        elif observed in {Observed.PASS, Observed.ABSENT, Observed.NOT_APPLICABLE}:
            assert (state in {State.FIXED, State.GONE}) is open_
            open_ = False
        assert open_ is (standing in {Standing.OPEN, Standing.ACCEPTED})
