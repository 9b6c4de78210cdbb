"""The state directory: the journals of all runs, and the locks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from platformdirs import user_state_dir

from dynasec.remedy.applying.journal import Journal, JournalError, Recorded, read, run_of
from dynasec.remedy.applying.lock import locked
from dynasec.remedy.applying.pace import Boundary, Clock, no_boundary
from dynasec.remedy.applying.replay import replay
from dynasec.remedy.plan import Plan, Subject

_RUN: Final = re.compile(r"[0-9a-f]{16}")


def default_directory() -> Path:
    """Return where journals and locks are kept unless told otherwise: the user's state directory."""
    return Path(user_state_dir("dynasec"))


@dataclass(frozen=True, slots=True)
class Runs:
    """All runs of a state directory."""

    directory: Path

    def lock(self, subject: Subject) -> AbstractContextManager[None]:
        """Hold the lock of the account that a plan is for.

        Raises:
            LockedError: another run holds it.

        """
        return locked(self.directory / "locks", subject.partition, subject.account)

    def path(self, run: str) -> Path:
        """Return where the journal of a run is.

        Raises:
            JournalError: that is not the id of a run.

        """
        if not _RUN.fullmatch(run):
            msg = f"{run!r} is not the id of a run: it has 16 hexadecimal digits"
            raise JournalError(msg, hint="`dynasec history list` shows the runs")
        return self.directory / "runs" / f"{run}.jsonl"

    def create(self, plan: Plan, clock: Clock, boundary: Boundary = no_boundary) -> Journal:
        """Begin the run of a plan.

        Raises:
            AlreadyRunError: it was applied before.
            JournalError: the journal cannot be written.

        """
        return Journal.create(self.path(run_of(plan)), plan, clock, boundary)

    def resume(self, plan: Plan, clock: Clock, boundary: Boundary = no_boundary) -> Journal:
        """Take the run of a plan up again.

        Raises:
            JournalError: it was never begun, was rolled back since, or its journal cannot be used.

        """
        path = self.path(run_of(plan))
        if not path.exists():
            msg = f"the plan {plan.plan_id[:8]} was never applied: there is no {path}"
            raise JournalError(msg, hint="apply it without --resume")
        for undo in self.undoing(run_of(plan)):
            if replay(undo.records).begun(undo.plan.changes):
                msg = f"run {run_of(plan)} was rolled back, by run {undo.run}"
                raise JournalError(msg, hint="plan anew")
        return Journal.open(path, clock, boundary)

    def read(self, run: str) -> Recorded:
        """Return what the journal of a run says; changes nothing.

        Raises:
            JournalError: there is no such run, or its journal cannot be trusted.

        """
        return read(self.path(run))

    def all(self) -> Iterator[Recorded | JournalError]:
        """Yield every run, by id; for a journal that cannot be trusted, why."""
        for path in sorted((self.directory / "runs").glob("*.jsonl")):
            try:
                yield read(path)
            except JournalError as problem:
                yield problem

    def undoing(self, run: str) -> Iterator[Recorded]:
        """Yield the rollbacks of a run, by id; one that was interrupted is taken up again with `resume(recorded.plan, …)`."""
        for recorded in self.all():
            if isinstance(recorded, Recorded) and recorded.plan.undoes == run:
                yield recorded
