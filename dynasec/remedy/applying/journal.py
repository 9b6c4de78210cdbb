"""The journal of a run: what was meant, what was sent, what was answered, in this order, on disk before anything goes on.

JSON lines. Each record carries its number, the hash of the one before and its own (SHA-256 of its canonical JSON), so that a record that is
missing, moved or edited shows. A record is written and synced before `append` returns. A line that a crash cut off was never
acted on, and is dropped when the journal is opened again. The first record holds the whole plan: nothing else is needed to
resume or to roll back. A journal is made whole or not at all, and only where there is none: a plan is applied once.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from dynasec.change import Json
from dynasec.errors import DynasecError, Exit
from dynasec.remedy.applying.pace import Boundary, Clock, no_boundary
from dynasec.remedy.plan import Plan, canonical
from dynasec.remedy.plan import parse as parse_plan

_NOTHING: Final = "0" * 64
"""What the first record names as the hash of the one before."""
_PLAN: Final = "plan"


class JournalError(DynasecError):
    """The journal cannot be written, or cannot be trusted."""


class AlreadyRunError(JournalError):
    """The plan was applied before."""

    exit_code = Exit.REFUSED


class _TakenError(Exception):
    """There is a journal of that name."""


@dataclass(frozen=True, slots=True)
class Record:
    """One line. `time` is UTC in ISO format, `previous` the hash of the record before."""

    seq: int
    time: str
    kind: str
    data: Json
    previous: str
    hash: str

    @classmethod
    def made(cls, seq: int, time: str, kind: str, data: Json, previous: str) -> Record:
        """Return a record with its hash."""
        return cls(seq, time, kind, data, previous, _digest(seq, time, kind, data, previous))

    def line(self) -> bytes:
        """Return the record as a line of the file."""
        names = ("seq", "time", "kind", "data", "previous", "hash")
        return canonical({name: getattr(self, name) for name in names}) + b"\n"


def _digest(seq: int, time: str, kind: str, data: Json, previous: str) -> str:
    return hashlib.sha256(canonical([seq, time, kind, data, previous])).hexdigest()


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a journal file says: its plan, its records (the first holds the plan), and how many bytes of it are whole records."""

    path: Path
    plan: Plan
    records: tuple[Record, ...]
    length: int

    @property
    def run(self) -> str:
        """The run's id."""
        return run_of(self.plan)


def run_of(plan: Plan) -> str:
    """Return the id of a plan's one run."""
    return plan.plan_id[:16]


def read(path: Path) -> Recorded:
    """Read a journal and check its chain; changes nothing.

    Raises:
        JournalError: it cannot be read, is none, or a record is damaged, missing or edited.
        PlanError: the plan in it is not one that this version knows.

    """
    try:
        content = path.read_bytes()
    except OSError as problem:
        msg = f"cannot read the journal {path}: {problem.strerror or problem}"
        raise JournalError(msg) from problem
    records: list[Record] = []
    length = 0
    for line in _whole_lines(content):
        records.append(_record(line, records[-1] if records else None, path))
        length += len(line)
    if not records or records[0].kind != _PLAN:
        msg = f"{path} is not the journal of a run: it does not begin with a plan"
        raise JournalError(msg)
    plan = parse_plan(canonical(records[0].data["plan"]), str(path))
    return Recorded(path, plan, tuple(records), length)


def _whole_lines(content: bytes) -> Iterator[bytes]:
    lines = content.splitlines(keepends=True)  # records are ASCII on one line each
    for number, line in enumerate(lines, start=1):
        # A crash leaves the last line without its end, or (the file's size reached the disk before its content) with zeros in it.
        if number == len(lines) and (not line.endswith(b"\n") or b"\0" in line):
            return
        yield line


def _record(line: bytes, before: Record | None, path: Path) -> Record:
    where = f"record {0 if before is None else before.seq + 1} of the journal {path}"
    try:
        raw: Mapping[str, Any] = json.loads(line)
        record = Record(**raw)
        expected = _digest(record.seq, record.time, record.kind, record.data, record.previous)
    except (ValueError, TypeError, RecursionError) as problem:
        msg = f"{where} is damaged"
        raise JournalError(msg, hint="nothing can be done from it safely: look at the account") from problem
    seq, previous = (0, _NOTHING) if before is None else (before.seq + 1, before.hash)
    if (record.seq, record.previous, record.hash) != (seq, previous, expected):
        msg = f"{where} does not continue the chain: records were edited, moved or lost"
        raise JournalError(msg, hint="nothing can be done from it safely: look at the account")
    return record


class Journal:
    """A journal that can be written; safe to use from many threads. `broken` says why it cannot be written any more."""

    def __init__(self, recorded: Recorded, handle: int, clock: Clock, boundary: Boundary) -> None:
        self.path = recorded.path
        self.plan = recorded.plan
        self.run = recorded.run
        self.broken = ""
        self._records = list(recorded.records)
        self._length = recorded.length
        self._handle = handle
        self._clock = clock
        self._boundary = boundary
        self._lock = threading.Lock()

    @classmethod
    def create(cls, path: Path, plan: Plan, clock: Clock, boundary: Boundary = no_boundary) -> Self:
        """Begin the one journal of a plan.

        Raises:
            AlreadyRunError: there is one already.
            JournalError: it cannot be written; nothing of it is left behind.

        """
        document = plan.model_dump(mode="json", by_alias=True)
        first = Record.made(0, clock.now().isoformat(), _PLAN, {"plan": document}, _NOTHING)
        boundary(f"journal:before:{_PLAN}")
        try:
            _make(path, first.line())
        except _TakenError as problem:
            msg = f"the plan {plan.plan_id[:8]} was applied before: {path}"
            raise AlreadyRunError(msg, hint="--resume takes that run up again; or plan anew") from problem
        except OSError as problem:
            msg = f"cannot write the journal {path}: {problem.strerror or problem}"
            raise JournalError(msg, hint="nothing was sent") from problem
        boundary(f"journal:after:{_PLAN}")
        return cls.open(path, clock, boundary)

    @classmethod
    def open(cls, path: Path, clock: Clock, boundary: Boundary = no_boundary) -> Self:
        """Open a journal to go on with it; a line that a crash cut off is removed.

        Raises:
            JournalError: it cannot be opened for writing, or its chain is broken.

        """
        recorded = read(path)
        try:
            handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
            if os.fstat(handle).st_size > recorded.length:
                os.ftruncate(handle, recorded.length)
                os.fsync(handle)
        except OSError as problem:
            msg = f"cannot write the journal {path}: {problem.strerror or problem}"
            raise JournalError(msg, hint="nothing was sent") from problem
        return cls(recorded, handle, clock, boundary)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; records can still be read."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
            self.broken = self.broken or "it is closed"

    @property
    def records(self) -> tuple[Record, ...]:
        """All records so far."""
        with self._lock:
            return tuple(self._records)

    def append(self, kind: str, data: Json) -> Record:
        """Write a record; it is on disk when this returns.

        Raises:
            JournalError: it is not. The journal takes no further record.

        """
        with self._lock:
            if self.broken:
                msg = f"cannot write the journal {self.path}: {self.broken}"
                raise JournalError(msg)
            last = self._records[-1]
            record = Record.made(last.seq + 1, self._clock.now().isoformat(), kind, data, last.hash)
            self._boundary(f"journal:before:{kind}")
            self._write(record.line())
            self._records.append(record)
            self._boundary(f"journal:after:{kind}")
            return record

    def _write(self, line: bytes) -> None:
        try:
            _write_all(self._handle, line)
            os.fsync(self._handle)
        except OSError as problem:
            self.broken = problem.strerror or str(problem)
            _quietly(lambda: os.ftruncate(self._handle, self._length))
            msg = f"cannot write the journal {self.path}: {self.broken}"
            raise JournalError(msg) from problem
        self._length += len(line)


def _make(path: Path, line: bytes) -> None:
    """Write a new file so that it is there with its first record, or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    _quietly(temporary.unlink)  # of a process of the same number that was killed
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        try:
            _write_all(handle, line)
            os.fsync(handle)
        finally:
            os.close(handle)
        try:
            os.link(temporary, path)  # unlike a rename it refuses where there is one
        except FileExistsError as problem:
            raise _TakenError from problem
    finally:
        temporary.unlink()
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _write_all(handle: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(handle, view) :]


def _quietly(step: Callable[[], object]) -> None:
    try:
        step()
    except OSError:  # a torn tail is dropped when the journal is opened again
        return
