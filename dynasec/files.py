"""Writes files that hold an account's secrets of shape: whole or not at all, readable by their owner only."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from dynasec.errors import DynasecError


def write_private(path: Path, content: bytes) -> None:
    """Replace a file atomically, mode 0600. On failure the old file, if any, is as it was and nothing new is left behind.

    Raises:
        DynasecError: the file cannot be written; one line says why.

    """
    temporary = None
    try:
        # mkstemp creates with mode 0600; the same folder makes the rename atomic.
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as problem:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        msg = f"cannot write {path}: {problem.strerror or problem}"
        raise DynasecError(msg) from problem
