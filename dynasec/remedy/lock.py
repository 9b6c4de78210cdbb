"""One writer per account: two applies at once would each see the other's changes as somebody else's."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from dynasec.errors import DynasecError, Exit

_OWNER_ONLY: Final = 0o600


class LockedError(DynasecError):
    """Another run writes to the same account."""

    exit_code = Exit.LOCKED


@contextmanager
def locked(directory: Path, partition: str, account: str) -> Generator[None]:
    """Hold the lock of an account while inside. The system lets go of it when the process ends, however it ends.

    Raises:
        LockedError: another process, or another run of this one, holds it.
        DynasecError: the lock's file cannot be made.

    """
    path = directory / f"{partition}-{account}.lock"
    lock = FileLock(path, timeout=0, mode=_OWNER_ONLY)
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as problem:
        msg = f"another run is changing account {account}: it holds {path}"
        raise LockedError(msg, hint="wait for it to end") from problem
    except (OSError, NotImplementedError) as problem:
        reason = (problem.strerror or str(problem)) if isinstance(problem, OSError) else str(problem)
        msg = f"cannot lock {path}: {reason}"
        raise DynasecError(msg, hint="give another folder with --state-dir") from problem
    try:
        yield
    finally:
        lock.release()
