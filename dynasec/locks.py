"""Locks between processes: files that the system lets go of when a process ends, however it ends."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from dynasec.errors import DynasecError

_OWNER_ONLY: Final = 0o600


@contextmanager
def held(
    path: Path, busy: DynasecError, *, hint: str = "", seconds: float = 0, folder: bool = False
) -> Generator[None]:
    """Hold the lock of a file while inside, after waiting for it for at most so many seconds.

    `folder`: make the folder that the file is in, for its owner only. `hint` says what to do where the file cannot be made.

    Raises:
        DynasecError: `busy` where another process, or another part of this one, holds it; else one that says why it cannot be made.

    """
    lock = FileLock(path, timeout=seconds, mode=_OWNER_ONLY)
    try:
        if folder:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as problem:
        raise busy from problem
    except (
        OSError,
        NotImplementedError,
    ) as problem:  # filelock says the latter of file systems without locks
        reason = (problem.strerror or str(problem)) if isinstance(problem, OSError) else str(problem)
        msg = f"cannot lock {path}: {reason}"
        raise DynasecError(msg, hint=hint) from problem
    try:
        yield
    finally:
        lock.release()
