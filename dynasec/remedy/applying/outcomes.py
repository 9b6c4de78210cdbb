"""How changes of a run ended, as `dynasec.run/v1`, and the exit code that follows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from dynasec.errors import Exit
from dynasec.remedy.plan import Change


class Ending(StrEnum):
    """How a change ended."""

    VERIFIED = "VERIFIED"
    """Applied, its end state read, and its controls PASS."""
    SATISFIED = "SATISFIED"
    """The end state was there already; nothing was sent."""
    STALE = "STALE"
    """The world is not what was reviewed; nothing was sent."""
    BLOCKED = "BLOCKED"
    """The plan says that it must not be applied."""
    REFUSED = "REFUSED"
    """A gate was not passed."""
    FAILED = "FAILED"
    """Refused by AWS, or applied and its control still does not pass."""
    CONVERGING = "CONVERGING"
    """Sent; its end state is not there yet."""
    AMBIGUOUS = "AMBIGUOUS"
    """It cannot be told whether a call took effect."""
    NOT_REACHED = "NOT_REACHED"
    """Never begun, since something before it stopped."""
    ROLLED_BACK = "ROLLED_BACK"
    """The undo of a change was applied and its end state read."""


GOOD: Final = frozenset({Ending.VERIFIED, Ending.SATISFIED, Ending.ROLLED_BACK})
"""Endings that need nothing more, and on which other changes may rest."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a change ended, and why."""

    state: Ending
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RunResult:
    """What an apply or a rollback did, change by change in the plan's order."""

    run: str
    plan: str
    journal: Path
    changes: tuple[tuple[Change, Outcome], ...]

    @property
    def states(self) -> tuple[Ending, ...]:
        """How the changes ended."""
        return tuple(outcome.state for _, outcome in self.changes)

    @property
    def exit_code(self) -> Exit:
        """What the process ends with."""
        return exit_code(self.states)

    def outcome(self, change: str) -> Outcome:
        """Return how one change ended.

        Raises:
            KeyError: it was not part of the run.

        """
        return {one.id: outcome for one, outcome in self.changes}[change]

    def to_json(self) -> Mapping[str, Any]:
        """Return the document `dynasec.run/v1`."""
        return {
            "schema": "dynasec.run/v1",
            "run": self.run,
            "plan": self.plan,
            "journal": str(self.journal),
            "changes": [
                {
                    "id": change.id,
                    "remediation": change.remediation,
                    "controls": list(change.controls),
                    "resource": change.resource,
                    "state": str(outcome.state),
                    "reason": outcome.reason,
                }
                for change, outcome in self.changes
            ],
        }


def exit_code(states: Collection[Ending]) -> Exit:
    """Return the exit code of a run: what a person must look at first, first.

    STALE alone is 5, "nothing was changed"; next to changes that were made it is 6.
    """
    seen = set(states)
    changed = bool(seen & {Ending.VERIFIED, Ending.ROLLED_BACK, Ending.CONVERGING})
    if Ending.AMBIGUOUS in seen:
        return Exit.AMBIGUOUS
    if Ending.FAILED in seen:
        return Exit.PARTIAL
    if Ending.STALE in seen:
        return Exit.PARTIAL if changed else Exit.STALE
    if Ending.CONVERGING in seen:
        return Exit.CONVERGING
    if seen & {Ending.REFUSED, Ending.BLOCKED}:
        return Exit.REFUSED
    return Exit.PARTIAL if Ending.NOT_REACHED in seen else Exit.OK
