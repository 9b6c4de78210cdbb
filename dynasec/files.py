"""Writes files that hold an account's secrets of shape: whole or not at all, readable by their owner only."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from dynasec.errors import DynasecError


def write_private(path: Path, pieces: Iterable[bytes]) -> None:
    """Replace a file atomically, mode 0600. On failure the old file, if any, is as it was and nothing new is left behind.

    Raises:
        DynasecError: the file cannot be written; one line says why.

    """
    refuse_unwritable(path)
    temporary = None
    try:
        # mkstemp creates with mode 0600; the same folder makes the rename atomic.
        handle, temporary = tempfile.mkstemp(prefix=".dynasec.", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as problem:
        msg = f"cannot write {path}: {problem.strerror or problem}"
        raise DynasecError(msg) from problem
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def refuse_unwritable(path: Path) -> None:
    """Check that a file can be at this place: worth knowing before an hour of reading, and a device must not be replaced.

    Raises:
        DynasecError: the folder does not exist, or something that is no file is there.

    """
    try:
        problem = (
            f"there is no folder {path.parent}" if not path.parent.is_dir()
            else "it is not a file" if path.exists() and not path.is_file()
            else ""
        )  # fmt: skip
    except OSError as refusal:  # a folder that may not be looked into, a name that is too long
        problem = refusal.strerror or str(refusal)
    if problem:
        msg = f"cannot write {path}: {problem}"
        raise DynasecError(msg)
