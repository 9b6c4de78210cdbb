"""Which events an account's trails and event data stores log together, and how sure that is.

A trail logs while `IsLogging`, a store while its status is ENABLED; either covers its home Region or all Regions. What they select, tells
`dynasec.semantics.event_selector`. See
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-multi-region-trails.html and
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-event-data-store.html.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from dynasec.model.fact import Fact, Gap, malformed
from dynasec.model.shape import JsonObject
from dynasec.model.trail import EventDataStore, EventSelectors, Trail, Trails
from dynasec.semantics.event_selector import (
    DYNAMODB_READS,
    DYNAMODB_WRITES,
    DataEvent,
    Logged,
    TableCoverage,
    covers_table,
    logs_data_event,
    logs_management_events,
)

_SELECTORS: Final = "cloudtrail:GetEventSelectors"
UNDECIDED: Final = "Undecided"
"""The code of a gap where everything was read, but selectors ask for something that each event alone tells."""

_TABLE: Final = "AWS::DynamoDB::Table"
_PLAIN_READS: Final = tuple(name for name in DYNAMODB_READS if name not in DYNAMODB_WRITES)
_PLAIN_WRITES: Final = tuple(name for name in DYNAMODB_WRITES if name not in DYNAMODB_READS)
_BEST_FIRST: Final = (Logged.YES, Logged.UNKNOWN, Logged.PARTIAL, Logged.NO)

_Raw = Sequence[JsonObject]
Cover = Callable[[Sequence[EventSelectors]], TableCoverage]
"""What several sets of selectors cover together, reads and writes apart."""


@dataclass(frozen=True, slots=True)
class EventLog:
    """A trail or an event data store. `status` says in words why it does not log, where it does not."""

    title: str
    home: str
    multi_region: Fact[bool]
    logging: Fact[bool]
    selectors: Fact[EventSelectors]
    status: str = ""
    delivery_error: str = ""

    def may_reach(self, region: str) -> bool:
        """Whether events of a Region, or of all Regions where it is "", reach it as far as is known."""
        return self.home == region or self.multi_region.gap is not None or self.multi_region.known()

    @property
    def is_off(self) -> bool:
        """Whether it is known to log nothing."""
        return self.logging.gap is None and not self.logging.known()


@dataclass(frozen=True, slots=True)
class Half:
    """Whether one half, reads or writes, is logged, and `by` which logs. `gaps` are what could still turn a NO into a YES."""

    logged: Logged
    by: tuple[EventLog, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def proven(self) -> bool:
        """Whether it is logged for sure."""
        return self.logged is Logged.YES

    @property
    def missing(self) -> bool:
        """Whether it is not, for sure."""
        return not self.gaps and self.logged in (Logged.NO, Logged.PARTIAL)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Both halves of what is to be logged."""

    reads: Half
    writes: Half

    @property
    def by(self) -> tuple[EventLog, ...]:
        """The logs that have either half."""
        return tuple({(log.title, log.home): log for log in (*self.reads.by, *self.writes.by)}.values())

    @property
    def proven(self) -> bool:
        """Whether both halves are logged for sure."""
        return self.reads.proven and self.writes.proven

    @property
    def missing(self) -> tuple[str, ...]:
        """The halves that are not logged for sure."""
        halves = (("reads", self.reads), ("writes", self.writes))
        return tuple(name for name, half in halves if half.missing)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What stands in the way of telling the halves that are neither proven nor missing."""
        return tuple(dict.fromkeys((*self.reads.gaps, *self.writes.gaps)))


def event_logs(trails: Trails) -> tuple[EventLog, ...]:
    """Return all trails and event data stores that were found."""
    stores = (store for listing in trails.stores.values() for store in listing.items)
    return (*map(_of_trail, trails.trails), *map(_of_store, stores))


def _of_trail(trail: Trail) -> EventLog:
    status = trail.status
    error = status.known().latest_delivery_error if status.gap is None else None
    kind = "organization trail" if trail.description.is_organization_trail else "trail"
    return EventLog(
        title=f"{kind} {trail.description.name}",
        home=trail.region,
        multi_region=Fact(trail.description.is_multi_region_trail),
        logging=status.map(lambda one: one.is_logging, "cloudtrail:GetTrailStatus"),
        selectors=_selectors(trail),
        status="is stopped",
        delivery_error=error or "",
    )


def _selectors(trail: Trail) -> Fact[EventSelectors]:
    """Return the selectors. None at all are the default ones, but only on a trail that is said to have no others."""
    selectors = trail.selectors
    custom = trail.description.has_custom_event_selectors is not False
    if custom and selectors.gap is None and selectors.known() == EventSelectors():
        return Fact(gap=malformed(_SELECTORS, "custom event selectors, but none are given", trail.region))
    return selectors


def _of_store(store: EventDataStore) -> EventLog:
    operation, told = "cloudtrail:GetEventDataStore", store.description
    return EventLog(
        title=f"event data store {store.name}",
        home=store.region,
        multi_region=told.map(lambda one: one.multi_region_enabled, operation),
        logging=told.map(lambda one: one.status == "ENABLED", operation),
        selectors=told.map(lambda one: EventSelectors(advanced=one.advanced_event_selectors), operation),
        status=f"is {told.known().status}" if told.gap is None else "",
    )


def management_events(selectors: Sequence[EventSelectors]) -> TableCoverage:
    """Tell whether any of these logs all reading, and all writing, management events. Leaving out a service's events is not all."""
    found = [logs_management_events(one.basic, one.advanced) for one in selectors]
    whole = [one for one in found if not one.excluded_sources]
    return TableCoverage(
        reads=Logged.YES if any(one.reads for one in whole) else Logged.NO,
        writes=Logged.YES if any(one.writes for one in whole) else Logged.NO,
    )


def table_events(arn: str) -> Cover:
    """Return what tells whether selectors together log every read, and every write, of a table's items."""

    def cover(selectors: Sequence[EventSelectors]) -> TableCoverage:
        # Selectors of one kind add up across trails; those of two kinds have to be asked apart.
        advanced = [one for each in selectors for one in each.advanced]
        basic = [one for each in selectors if not each.advanced for one in each.basic]
        first, second = covers_table(basic, [], arn), covers_table([], advanced, arn)
        return TableCoverage(
            _both_kinds(
                first.reads, second.reads, plain=logs_some(basic, advanced, _PLAIN_READS, read_only=True)
            ),
            _both_kinds(
                first.writes, second.writes, plain=logs_some(basic, advanced, _PLAIN_WRITES, read_only=False)
            ),
        )

    def logs_some(basic: _Raw, advanced: _Raw, names: Iterable[str], *, read_only: bool) -> bool:
        events = [DataEvent(_TABLE, arn, read_only, name) for name in names]
        return any(
            logs_data_event(basic, (), event) is not Logged.NO
            or logs_data_event((), advanced, event) is not Logged.NO
            for event in events
        )

    return cover


def _both_kinds(basic: Logged, advanced: Logged, *, plain: bool) -> Logged:
    """Return what both kinds of selectors log of one half; `plain`: some of it that is not PartiQL."""
    best = min(basic, advanced, key=_BEST_FIRST.index)
    if best is not Logged.PARTIAL:
        return best
    if not plain:
        return Logged.NO  # a trail of writes logs PartiQL that selects, too: that makes it no trail of reads
    return Logged.UNKNOWN if basic is advanced else best  # the two may complete each other


def coverage(trails: Trails, region: str, cover: Cover) -> Coverage:
    """Tell what is logged of the events of a Region, or of all Regions where it is "".

    A gap stands against a half only if what it hides could log that half: a trail that cannot be read does not unsettle what
    another one is known to log, nor what it could not log itself.
    """
    logs = [log for log in event_logs(trails) if log.may_reach(region) and not log.is_off]
    hidden = _listing_gaps(trails, region)
    return Coverage(_half(logs, cover, _reads, hidden), _half(logs, cover, _writes, hidden))


def _reads(covered: TableCoverage) -> Logged:
    return covered.reads


def _writes(covered: TableCoverage) -> Logged:
    return covered.writes


def _half(
    logs: Sequence[EventLog], cover: Cover, pick: Callable[[TableCoverage], Logged], hidden: Sequence[Gap]
) -> Half:
    readable = [log for log in logs if log.selectors.gap is None]
    sure = [log for log in readable if not _doubts(log)]
    told = pick(cover([log.selectors.known() for log in sure]))
    alone = [(log, pick(cover([log.selectors.known()]))) for log in sure]
    by = tuple(log for log, logged in alone if logged is Logged.YES)
    by = by or tuple(log for log, logged in alone if logged is not Logged.NO)
    if told is Logged.YES:
        return Half(told, by)
    gaps = [*hidden, *(log.selectors.gap for log in logs if log.selectors.gap is not None)]
    if pick(cover([log.selectors.known() for log in readable])) in (Logged.YES, Logged.UNKNOWN):
        gaps += [gap for log in readable for gap in _doubts(log)]
    if told is Logged.UNKNOWN:
        gaps += [
            Gap(_SELECTORS, UNDECIDED, f"{log.title} asks what only each event tells", log.home) for log in by
        ]
    return Half(told, by, tuple(gaps))


def _doubts(log: EventLog) -> list[Gap]:
    """Return why it is not sure that a log takes in events at all."""
    return [fact.gap for fact in (log.logging, log.multi_region) if fact.gap is not None]


def _listing_gaps(trails: Trails, region: str) -> list[Gap]:
    """Return what hides trails or stores that may log a Region: its own listing of trails, and every Region's of stores."""
    hiding = [gap for place, gap in trails.trail_gaps() if not region or place in ("", region)]
    return hiding + [gap for _, gap in trails.store_gaps()]


def shortfalls(
    trails: Trails, region: str, cover: Cover, nothing: Callable[[EventSelectors], str]
) -> tuple[str, ...]:
    """Return what each log lacks, in words, the nearest first. `nothing` says it of selectors that cover neither half."""
    said: list[tuple[int, str]] = []
    for log in event_logs(trails):
        if log.selectors.gap is not None:
            said.append((3, f"{log.title} {log.status}" if log.is_off else f"{log.title} cannot be read"))
            continue
        covered = cover([log.selectors.known()])
        if covered.reads is covered.writes is Logged.NO:
            said.append((4, f"{log.title} {nothing(log.selectors.known())}"))
        elif not log.may_reach(region):
            said.append((2, f"{log.title} covers {log.home} only"))
        elif log.is_off:
            said.append((1, f"{log.title} {log.status}"))
        else:
            said.append((0, f"{log.title} logs {_in_words(covered)}"))
    return tuple(text for _, text in sorted(said))


def _in_words(covered: TableCoverage) -> str:
    halves = {"reads": covered.reads, "writes": covered.writes}
    whole = [name for name, logged in halves.items() if logged is Logged.YES]
    part = [f"some {name}" for name, logged in halves.items() if logged in (Logged.PARTIAL, Logged.UNKNOWN)]
    return " and ".join(whole + part) + ("" if len(whole) == len(halves) else " only")
