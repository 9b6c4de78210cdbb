"""One audit per account and store: a second one would compare with a run that is about to be the last but one."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from dynasec.errors import DynasecError, Exit
from dynasec.locks import held


class AuditLockedError(DynasecError):
    """Another run audits the same account into the same store."""

    exit_code = Exit.LOCKED


def locked(store: Path, partition: str, account: str) -> AbstractContextManager[None]:
    """Hold the lock of an account in a store while inside.

    Raises:
        AuditLockedError: another process, or another run of this one, holds it.
        DynasecError: the lock's file cannot be made.

    """
    path = store.with_name(f"{store.name}.{partition}-{account}.lock")
    busy = AuditLockedError(
        f"another run is auditing account {account}: it holds {path}", hint="wait for it to end"
    )
    return held(path, busy, hint="name another history with --store, or none")
