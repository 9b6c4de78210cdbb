"""The history of an audit: where it is, that one audit at a time writes to it, and what it says of the report."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from dynasec.audit.report import Report
from dynasec.cli.running import NONE, Running
from dynasec.errors import UsageError
from dynasec.history import store
from dynasec.history.database import StoreError, default_path
from dynasec.history.lock import locked

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class History:
    """Where the runs of audits are kept; nowhere if `path` is None."""

    path: Path | None

    def lock(self, partition: str, account: str) -> AbstractContextManager[None]:
        """Hold the lock of an account in this history.

        Raises:
            AuditLockedError: another run holds it.

        """
        return nullcontext() if self.path is None else locked(self.path, partition, account)

    @contextmanager
    def keeping(
        self, report: Report, tables: tuple[str, ...], witness: store.Witness | None = None
    ) -> Generator[Report]:
        """Keep the run of a report, and hand over the report with what changed since.

        It is kept when the block, which must tell what is in the report, ends well. If it cannot be kept the report is handed over
        as it is, for it must not be lost, and the error raised after the block.

        Raises:
            StoreError: it could not be kept.

        """
        if self.path is None:
            yield report
            return
        problem: StoreError | None = None
        with ExitStack() as held:
            try:
                since = held.enter_context(store.recording(self.path, report, tables, witness))
                report = replace(report, since=since)
            except StoreError as failure:
                problem = failure
            yield report
        if problem is not None:
            raise problem


def history_of(running: Running, *, offline: bool) -> History:
    """Return the history that the options ask for, made and looked at.

    Without a name it is the user's, and an audit goes on without where that folder cannot be written; an offline audit leaves it alone.

    Raises:
        UsageError: `--only` is given, and no history.
        StoreError: the store cannot be used.

    """
    if running.store == NONE or (offline and running.store is None):
        return _without(running)
    if running.store is not None:
        named = Path(running.store)
        store.prepare(named)
        return History(named)
    path = default_path()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
    except OSError as problem:
        _LOG.warning("no history is kept: cannot write %s: %s", path, problem.strerror or problem)
        return _without(running)
    store.prepare(path)
    return History(path)


def _without(running: Running) -> History:
    if running.only:
        msg = "--only compares with earlier runs, and no history is kept"
        raise UsageError(msg, hint="name one with --store")
    return History(None)
