"""What a report says of the runs before it: data only. `dynasec.history` fills it in, every report format may show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """What became of a finding since an earlier run.

    REGRESSED failed, was seen good, and fails again. FIXED takes a positive PASS. GONE: the resource is no longer listed, and the listing
    was complete; or the control does not apply any more. UNKNOWN says nothing of either: a failure that becomes UNKNOWN stays open.
    SUPPRESSED fails, and somebody accepted it.
    """

    NEW = "NEW"
    REGRESSED = "REGRESSED"
    PERSISTING = "PERSISTING"
    FIXED = "FIXED"
    GONE = "GONE"
    UNKNOWN = "UNKNOWN"
    SUPPRESSED = "SUPPRESSED"


@dataclass(frozen=True, slots=True)
class Seen:
    """What history knows of a finding in the report. `state` is None where all is good and was; so is `first_seen`."""

    state: State | None = None
    first_seen: datetime | None = None


NEVER_SEEN = Seen()


@dataclass(frozen=True, slots=True)
class Absent:
    """A failure of earlier runs that this one does not show: GONE, or UNKNOWN where not everything could be listed."""

    fingerprint: str
    control: str
    region: str
    resource: str
    label: str
    severity: str
    state: State
    first_seen: datetime


@dataclass(frozen=True, slots=True)
class Point:
    """The score (0 to 100) of one run; of runs of one account, the same Regions, tables and controls."""

    run: str
    time: datetime
    score: float


@dataclass(frozen=True, slots=True)
class Since:
    """What changed since the last run of the same scope, or since the baseline where there is one.

    `run` and `time` tell which run that is; None: this is the first. `seen` is by fingerprint; findings that are good and always were
    are left out. `trend` are the comparable scores, the oldest first, this run's last; `score` is that of the run compared with, where
    the two are comparable.
    """

    run: str | None = None
    time: datetime | None = None
    score: float | None = None
    is_baseline: bool = False
    seen: Mapping[str, Seen] = field(default_factory=dict[str, Seen])
    absent: tuple[Absent, ...] = ()
    trend: tuple[Point, ...] = ()

    def of(self, fingerprint: str) -> Seen:
        """Return what is known of a finding."""
        return self.seen.get(fingerprint, NEVER_SEEN)

    @property
    def counts(self) -> Mapping[State, int]:
        """How many findings are in each state that occurs, in the order of `State`."""
        found = Counter(one.state for one in self.seen.values())
        found.update(one.state for one in self.absent)
        return {state: found[state] for state in State if found[state]}
