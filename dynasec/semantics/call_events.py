"""Whether calls of the DynamoDB API that change something become events on a Region's default bus.

They do where a trail logs them: an event data store does not put events on the bus.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from dynasec.model.detection import Rule
from dynasec.model.fact import Listing
from dynasec.model.trail import EventSelectors, Trails
from dynasec.semantics.delivery import Delivery
from dynasec.semantics.event_log import coverage
from dynasec.semantics.event_selector import Logged, TableCoverage, logs_management_events
from dynasec.semantics.sample_events import WRITE_CALLS, dynamodb_call

DYNAMODB: Final = "dynamodb.amazonaws.com"
_ANY_TABLE: Final = "dynasec-any-table"


def table_changes_logged(trails: Trails, region: str) -> Delivery:
    """Tell whether a trail that is logging takes in the writing management events of DynamoDB in a Region."""
    alone = trails.model_copy(update={"stores": {place: Listing() for place in trails.visible}})
    writes = coverage(alone, region, _dynamodb_calls).writes
    if writes.proven:
        return Delivery.works()
    if writes.gaps:
        return Delivery.unknown(*writes.gaps)
    return Delivery.broken("no trail that is logging puts such calls on the event bus")


def _dynamodb_calls(selectors: Sequence[EventSelectors]) -> TableCoverage:
    found = [logs_management_events(one.basic, one.advanced) for one in selectors]
    mine = [one for one in found if DYNAMODB not in one.excluded_sources]
    return TableCoverage(
        reads=Logged.YES if any(one.reads for one in mine) else Logged.NO,
        writes=Logged.YES if any(one.writes for one in mine) else Logged.NO,
    )


def changes(
    rules: Iterable[Rule], tables: Iterable[str], *, account: str, region: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield sample events of calls that change tables, each with its name.

    One of each call stands for all tables, unless some rule asks for the parameters of the call: then there is one of each for every table.
    """
    picky = any("requestParameters" in (rule.event_pattern or "") for rule in rules)
    for name in sorted(tables) if picky else (_ANY_TABLE,):
        for call in WRITE_CALLS:
            event = dynamodb_call(call, account=account, region=region, table=name)
            yield (f"{call} of {name}" if picky else call), event
