"""One audit per account and store: a second one would compare with a run that is about to be the last but one."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from dynasec.errors import DynasecError, Exit

_OWNER_ONLY: Final = 0o600


class AuditLockedError(DynasecError):
    """Another run audits the same account into the same store."""

    exit_code = Exit.LOCKED


@contextmanager
def locked(store: Path, partition: str, account: str) -> Generator[None]:
    """Hold the lock of an account in a store while inside. The system lets go of it when the process ends, however it ends.

    Raises:
        AuditLockedError: another process, or another run of this one, holds it.
        DynasecError: the lock's file cannot be made.

    """
    path = store.with_name(f"{store.name}.{partition}-{account}.lock")
    lock = FileLock(path, timeout=0, mode=_OWNER_ONLY)
    try:
        lock.acquire()
    except Timeout as problem:
        msg = f"another run is auditing account {account}: it holds {path}"
        raise AuditLockedError(msg, hint="wait for it to end") from problem
    except (OSError, NotImplementedError) as problem:
        reason = (problem.strerror or str(problem)) if isinstance(problem, OSError) else str(problem)
        msg = f"cannot lock {path}: {reason}"
        raise DynasecError(msg, hint="name another history with --store, or none") from problem
    try:
        yield
    finally:
        lock.release()
