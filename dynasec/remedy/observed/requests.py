"""Requests that were really made, as CloudTrail's data events tell of them: the evidence of what must stay allowed.

Equal requests are counted, not kept, so that memory grows with how different they are, not with how many. Nothing vanishes silently: what
cannot be read is counted and told, and evidence of which something could not be read is not complete.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from dynasec.remedy.observed.cloudtrail_record import Malformed, ObservedRequest, read_record
from dynasec.remedy.observed.log_files import Broken, LogFile, local_files, records
from dynasec.remedy.observed.s3_files import SCHEME, s3_files

MOST_DIFFERENT: Final = 200_000
"""Different requests kept at most; more are counted as left out, and the evidence is not complete."""


@dataclass(slots=True)
class Seen:
    """How often a request was made, and when first and last."""

    count: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Observed:
    """All that the files tell. `records` are those of DynamoDB; of these, `refused` were denied then and are no evidence.

    `first` and `last` are the times of DynamoDB's events, denied ones included. `problems` say what could not be read, a line each.
    """

    requests: Mapping[ObservedRequest, Seen] = field(default_factory=dict[ObservedRequest, Seen])
    files: int = 0
    records: int = 0
    refused: int = 0
    others: int = 0
    first: datetime | None = None
    last: datetime | None = None
    problems: tuple[str, ...] = ()

    @property
    def window(self) -> timedelta:
        """From the first event to the last."""
        return timedelta(0) if self.first is None or self.last is None else self.last - self.first

    @property
    def summary(self) -> str:
        """The evidence in one line."""
        if self.first is None or self.last is None:
            return f"no DynamoDB event in {self.files:,} files"
        period = f"{self.first:%Y-%m-%d} to {self.last:%Y-%m-%d}"
        refused = f", {self.refused:,} of them refused" if self.refused else ""
        return f"{self.records:,} DynamoDB events{refused} in {self.files:,} files, {period}"


@dataclass(slots=True)
class _Gathering:
    requests: dict[ObservedRequest, Seen] = field(default_factory=dict[ObservedRequest, Seen])
    files: int = 0
    records: int = 0
    refused: int = 0
    others: int = 0
    left_out: int = 0
    first: datetime | None = None
    last: datetime | None = None
    malformed: Counter[str] = field(default_factory=Counter[str])
    broken: list[str] = field(default_factory=list[str])

    def take(self, raw: Any) -> None:  # noqa: ANN401 - JSON
        """Count one record."""
        try:
            record = read_record(raw)
        except Malformed as problem:
            self.malformed[str(problem)] += 1
            return
        if record is None:
            self.others += 1
            return
        self.records += 1
        self.first = record.time if self.first is None else min(self.first, record.time)
        self.last = record.time if self.last is None else max(self.last, record.time)
        if record.refused:
            self.refused += 1
            return
        for request in record.requests:
            self._add(request, record.time)

    def _add(self, request: ObservedRequest, time: datetime) -> None:
        seen = self.requests.get(request)
        if seen is not None:
            seen.count += 1
            seen.first, seen.last = min(seen.first, time), max(seen.last, time)
        elif len(self.requests) < MOST_DIFFERENT:
            self.requests[request] = Seen(1, time, time)
        else:
            self.left_out += 1

    def problems(self) -> Iterator[str]:
        """Yield what could not be read."""
        yield from self.broken[:_SHOWN]
        if len(self.broken) > _SHOWN:
            yield f"{len(self.broken) - _SHOWN} more files could not be read to their end"
        for problem, count in self.malformed.most_common(_SHOWN):
            yield f"{count:,} records could not be read: {problem}"
        rest = sum(self.malformed.values()) - sum(count for _, count in self.malformed.most_common(_SHOWN))
        if rest:
            yield f"{rest:,} more records could not be read"
        if self.left_out:
            yield f"{self.left_out:,} requests are left out: more than {MOST_DIFFERENT:,} different ones; give fewer files"


_SHOWN: Final = 10


def observed_at(places: Iterable[str], s3: Callable[[], Any]) -> Observed:
    """Read the logs of files, folders and `s3://bucket/prefix`; `s3` makes the client for the last, if one is needed.

    Raises:
        DynasecError: a place is not there, cannot be read, or holds no log.

    """

    def files() -> Iterator[LogFile]:
        for place in places:
            yield from s3_files(s3(), place) if place.startswith(SCHEME) else local_files(Path(place))

    return observe(files())


def observe(files: Iterable[LogFile]) -> Observed:
    """Read log files of CloudTrail, one record at a time.

    Raises:
        DynasecError: a file cannot be opened or read at all.

    """
    gathered = _Gathering()
    for file in files:
        gathered.files += 1
        try:
            with file.open() as stream:
                for raw in records(stream):
                    gathered.take(raw)
        except Broken as problem:
            gathered.broken.append(f"{file.name}: {problem}")
    return Observed(
        requests=gathered.requests,
        files=gathered.files,
        records=gathered.records,
        refused=gathered.refused,
        others=gathered.others,
        first=gathered.first,
        last=gathered.last,
        problems=tuple(gathered.problems()),
    )
