"""What was observed, and whether it is enough to judge a change by: no evidence is not a pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import cached_property
from typing import Final

from dynasec.model.snapshot import Snapshot
from dynasec.model.table import Table
from dynasec.remedy.impact.replayed_request import table_of
from dynasec.remedy.observed.cloudtrail_record import ObservedRequest
from dynasec.remedy.observed.requests import Observed, Seen
from dynasec.semantics.event_log import coverage, table_events

WINDOW: Final = timedelta(days=14)
"""From the first event to the last, at least: what runs weekly shows twice."""
FRESH: Final = timedelta(days=7)
"""The last event must be no older than this when the account is read."""
_FIRST: Final = "first log data events (control table-data-events)"


class Evidence:
    """Observed requests, found by the table that they are for."""

    def __init__(self, observed: Observed) -> None:
        self.observed = observed
        self._by_table: defaultdict[str, list[tuple[ObservedRequest, Seen]]] = defaultdict(list)
        for request, seen in observed.requests.items():
            self._by_table[table_of(request.resource)].append((request, seen))

    def everything(self) -> Iterable[tuple[ObservedRequest, Seen]]:
        """Return all requests."""
        return self.observed.requests.items()

    def about(self, tables: Iterable[str]) -> Iterator[tuple[ObservedRequest, Seen]]:
        """Yield the requests for some tables, by ARN."""
        for arn in sorted(tables):
            yield from self._by_table.get(arn, ())

    @cached_property
    def tables(self) -> frozenset[str]:
        """The ARNs of the tables that something was asked of."""
        return frozenset(self._by_table)


def shortcomings(evidence: Evidence | None, tables: Iterable[Table], snapshot: Snapshot) -> Iterator[str]:
    """Yield why the evidence does not suffice for a change that concerns these tables; nothing where it does."""
    if evidence is None:
        yield f"there is no evidence of who uses what it changes: {_FIRST}, then plan with --observed"
        return
    observed = evidence.observed
    if observed.first is None or observed.last is None:
        yield f"the evidence holds no DynamoDB event: {_FIRST}"
        return
    if observed.window < WINDOW:
        yield (
            f"the evidence covers {_days(observed.window)} ({observed.summary}), less than {WINDOW.days} days: "
            f"{_FIRST} for that long"
        )
    age = snapshot.taken_at - observed.last
    if age > FRESH:
        yield f"the evidence ends {_days(age)} before the account was read: give newer log files"
    yield from _silent(evidence, list(tables), snapshot)
    yield from (f"the evidence is not complete: {problem}" for problem in observed.problems)


def _silent(evidence: Evidence, tables: list[Table], snapshot: Snapshot) -> Iterator[str]:
    """Yield tables without an event, unless others have some and its events are proven to be logged: nobody uses it then."""
    silent = [table for table in tables if table.arn not in evidence.tables]
    if len(silent) < len(tables):
        silent = [table for table in silent if not _is_logged(table, snapshot)]
    if silent:
        names = ", ".join(sorted(table.name for table in silent)[:5])
        rest = len(silent) - 5
        more = f" and {rest} more" if rest > 0 else ""
        yield f"the evidence holds no event of table {names}{more}: {_FIRST}"


def _is_logged(table: Table, snapshot: Snapshot) -> bool:
    return coverage(snapshot.trails, table.region, table_events(table.arn)).proven


def _days(span: timedelta) -> str:
    return "1 day" if span.days == 1 else f"{span.days} days"
