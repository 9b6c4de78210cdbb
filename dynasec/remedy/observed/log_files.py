"""CloudTrail's log files where they lie: `.json` or `.json.gz`, `{"Records":[…]}`, read one record at a time.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
"""

from __future__ import annotations

import codecs
import gzip
import io
import json
import os
import re
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, cast

from botocore.exceptions import BotoCoreError

from dynasec.collect.failures import first_line
from dynasec.errors import DynasecError

_CHUNK: Final = 1 << 20
_MOST: Final = 1 << 23
"""Characters of the longest record; CloudTrail's are 256 KiB at most."""
_START: Final = re.compile(r'\s*\{\s*"Records"\s*:\s*\[')
_BETWEEN: Final = re.compile(r"[\s,]*")
_GZIP: Final = b"\x1f\x8b"
_NOT_EVENTS: Final = re.compile(r"(^|[/_])CloudTrail-(Digest|Insight)[/_]")
Opener = Callable[[], IO[bytes]]


class Broken(Exception):  # noqa: N818 - it says what a file is
    """A file ends too early, or is no log of CloudTrail."""


@dataclass(frozen=True, slots=True)
class LogFile:
    """A file to be read: `name` is what problems call it."""

    name: str
    opener: Opener

    @contextmanager
    def open(self) -> Generator[IO[bytes]]:
        """Open it, unpacked.

        Raises:
            DynasecError: it cannot be opened or read.

        """
        try:
            with self.opener() as raw:
                buffered = io.BufferedReader(
                    cast("io.RawIOBase", raw)
                )  # it has readinto, as bodies of S3 have
                packed = buffered.peek(2)[:2] == _GZIP
                yield cast("IO[bytes]", gzip.GzipFile(fileobj=buffered) if packed else buffered)
        except OSError as problem:
            msg = f"cannot read {self.name}: {problem.strerror or problem}"
            raise DynasecError(msg) from problem
        except BotoCoreError as problem:  # a connection that breaks while a body is read
            msg = f"cannot read {self.name}: {first_line(problem)}"
            raise DynasecError(msg) from problem


def is_event_log(name: str) -> bool:
    """Whether a file of this name holds events: digests and insights, which CloudTrail puts beside them, do not."""
    return name.endswith((".json", ".json.gz")) and _NOT_EVENTS.search(name) is None


def local_files(path: Path) -> Iterator[LogFile]:
    """Yield a file, or all logs below a folder, in the order of their paths.

    Raises:
        DynasecError: there is no such file or folder, a folder cannot be read, or holds no log.

    """
    if path.is_file():
        yield _local(path)
        return
    if not path.is_dir():
        msg = f"cannot read {path}: no such file or folder"
        raise DynasecError(msg)
    found = False
    for folder, below, names in os.walk(path, onerror=_refuse):
        below.sort()
        for name in sorted(names):
            file = Path(folder, name)
            if is_event_log(file.relative_to(path).as_posix()):
                found = True
                yield _local(file)
    if not found:
        msg = f"there is no log of CloudTrail below {path}"
        raise DynasecError(msg, hint="its names end in .json or .json.gz")


def records(stream: IO[bytes]) -> Iterator[Any]:
    """Yield the records of an open file, as JSON values.

    Raises:
        Broken: the file ends too early or is no log; what came before has been yielded.

    """
    decoder = json.JSONDecoder()
    text = _Text(stream)
    start = _START.match(text.buffer)
    if start is None:
        msg = "it is no log of CloudTrail: it does not begin with Records"
        raise Broken(msg)
    text.place = start.end()
    while True:
        text.skip(_BETWEEN)
        if text.buffer.startswith("]", text.place):
            text.drain()
            return
        try:
            record, text.place = decoder.raw_decode(text.buffer, text.place)
        except RecursionError as problem:
            msg = "a record is nested too deeply"
            raise Broken(msg) from problem
        except json.JSONDecodeError as problem:
            if not text.more():
                msg = "it ends within a record, or a record is no JSON"
                raise Broken(msg) from problem
            continue
        yield record


class _Text:
    """A window on a file's text."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._ended = False
        self.buffer = ""
        self.place = 0
        self.more()

    def more(self) -> bool:
        """Read on, and forget what is behind; False where there is no more, or the record is longer than any."""
        if self._ended or len(self.buffer) - self.place > _MOST:
            return False
        try:
            chunk = self._stream.read(_CHUNK)
            self._ended = not chunk
            self.buffer = self.buffer[self.place :] + self._decoder.decode(chunk, final=self._ended)
        except (EOFError, zlib.error, gzip.BadGzipFile, UnicodeDecodeError) as problem:
            msg = f"it is damaged: {' '.join(str(problem).split())}"
            raise Broken(msg) from problem
        self.place = 0
        return not self._ended

    def skip(self, pattern: re.Pattern[str]) -> None:
        """Move over what matches, reading on where the text ends with it."""
        while True:
            found = pattern.match(self.buffer, self.place)
            self.place = self.place if found is None else found.end()
            if self.place < len(self.buffer) or not self.more():
                return

    def drain(self) -> None:
        """Read to the end, so that a checksum is checked."""
        self.place = len(self.buffer)
        while self.more():
            self.place = len(self.buffer)


def _local(path: Path) -> LogFile:
    return LogFile(str(path), lambda: cast("IO[bytes]", io.FileIO(path)))


def _refuse(problem: OSError) -> None:
    msg = f"cannot read {problem.filename}: {problem.strerror or problem}"
    raise DynasecError(msg) from problem
