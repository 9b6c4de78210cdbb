"""How a run ended, for people: what needs a look first, then what is done, then what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

import click

from dynasec.printable import printable
from dynasec.remedy.applying.outcomes import GOOD, Ending, RunResult
from dynasec.report.columns import wrap

WIDTH: Final = 100
_COLOURS: Final = {
    Ending.VERIFIED: "green",
    Ending.SATISFIED: "green",
    Ending.ROLLED_BACK: "green",
    Ending.CONVERGING: "yellow",
    Ending.STALE: "yellow",
    Ending.AMBIGUOUS: "bright_red",
    Ending.FAILED: "red",
}
_STATE: Final = 12
_NEXT: Final = {
    Ending.AMBIGUOUS: "Look at what is AMBIGUOUS, then take the run up again with --resume.",
    Ending.CONVERGING: "What is CONVERGING was sent and is not there yet: take the run up again with --resume.",
    Ending.STALE: "What is STALE is not what was reviewed any more: plan anew.",
    Ending.REFUSED: "What is REFUSED needs the flag that its reason names.",
    Ending.NOT_REACHED: "What was NOT_REACHED can be applied with --resume.",
}


def pieces(result: RunResult) -> Iterator[str]:
    """Yield the result line by line, with ANSI colours; the caller strips them where they do not belong."""
    for line in _lines(result):
        yield f"{line}\n"


def _lines(result: RunResult) -> Iterator[str]:
    ordered = sorted(result.changes, key=lambda pair: pair[1].state in GOOD)
    for change, outcome in ordered:
        state = click.style(f"{outcome.state:<{_STATE}}", fg=_COLOURS.get(outcome.state), bold=True)
        yield state + printable(change.id)
        yield from _indented(f"{change.summary} ({change.resource})")
        if outcome.reason:
            yield from _indented(outcome.reason)
    counts = Counter(result.states)
    said = ", ".join(f"{counts[state]} {state}" for state in Ending if counts[state])
    yield ""
    yield said or "The plan has nothing to apply."
    began = bool(result.journal.name)
    yield f"run {result.run}, journal {printable(str(result.journal))}" if began else "Nothing was sent."
    yield from (advice for state, advice in _NEXT.items() if counts[state])
    if began and counts[Ending.VERIFIED]:
        yield f"To take it back: dynasec rollback {result.run}"


def _indented(text: str) -> Iterator[str]:
    return wrap(printable(text), WIDTH, first=" " * _STATE, rest=" " * _STATE)
