"""One writer per account: two applies at once would each see the other's changes as somebody else's."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from dynasec.errors import DynasecError, Exit
from dynasec.locks import held


class LockedError(DynasecError):
    """Another run writes to the same account."""

    exit_code = Exit.LOCKED


def locked(directory: Path, partition: str, account: str) -> AbstractContextManager[None]:
    """Hold the lock of an account while inside.

    Raises:
        LockedError: another process, or another run of this one, holds it.
        DynasecError: the lock's file cannot be made.

    """
    path = directory / f"{partition}-{account}.lock"
    busy = LockedError(
        f"another run is changing account {account}: it holds {path}", hint="wait for it to end"
    )
    return held(path, busy, hint="give another folder with --state-dir", folder=True)
