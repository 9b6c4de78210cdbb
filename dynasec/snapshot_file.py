"""Snapshots as files: JSON, gzipped where the name ends in .gz."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from dynasec.errors import SnapshotError
from dynasec.files import write_private
from dynasec.model.snapshot import Snapshot

SCHEMA: Final = "dynasec.snapshot/v1"
_FAMILY, _, _VERSION = SCHEMA.partition("/v")
_GZIP_MAGIC: Final = b"\x1f\x8b"


def save(snapshot: Snapshot, path: Path) -> None:
    """Write a snapshot, atomically, mode 0600.

    Raises:
        DynasecError: the file cannot be written.

    """
    content = snapshot.model_dump_json().encode()
    # mtime=0: the same account gives the same bytes
    write_private(path, [gzip.compress(content, mtime=0) if path.suffix == ".gz" else content])


def load(path: Path) -> Snapshot:
    """Read a snapshot.

    Raises:
        SnapshotError: it cannot be read, is truncated, is no snapshot, or is of a schema that this version does not know.

    """
    try:
        content = path.read_bytes()
        if content.startswith(_GZIP_MAGIC):
            content = gzip.decompress(content)
    except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
        msg = f"{path} is truncated or damaged: {problem}"
        raise SnapshotError(msg, hint="collect it again") from problem
    except OSError as problem:
        msg = f"cannot read {path}: {problem.strerror or problem}"
        raise SnapshotError(msg) from problem
    _refuse_foreign(path, content)
    try:
        return Snapshot.model_validate_json(content)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        msg = f"{path} is not a whole snapshot: {where}: {first['msg']}"
        raise SnapshotError(msg, hint="collect it again") from problem


def _refuse_foreign(path: Path, content: bytes) -> None:
    try:
        document: Any = json.loads(content)
    except (ValueError, RecursionError) as problem:
        msg = f"{path} is not a snapshot: not JSON, or cut short"
        raise SnapshotError(msg, hint="make one with `dynasec collect -o FILE`") from problem
    schema = document.get("schema_id") if isinstance(document, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if schema == SCHEMA:
        return
    family, _, version = str(schema).partition("/v")  # pyright: ignore[reportUnknownArgumentType]
    if family == _FAMILY and version.isdigit() and int(version) > int(_VERSION):
        msg = f"{path} was written by a newer dynasec (snapshot v{version}; this one reads v{_VERSION})"
        raise SnapshotError(msg, hint="update dynasec")
    msg = f"{path} is not a snapshot of dynasec"
    raise SnapshotError(msg, hint="make one with `dynasec collect -o FILE`")
