"""Has a trail log reads and writes of sensitive tables' items.

## What it does
`PutEventSelectors` on one of the account's own trails that is logging: of all Regions if there is one, else of the table's Region. What
the trail selects stays selected: basic selectors become the advanced ones that select the same, and one more names the tables.

## Safety
Clients notice nothing. CloudTrail bills each data event: on busy tables this is the largest part of CloudTrail's bill. Insights selectors
are untouched. CloudTrail has no compare-and-set: what another writes between the last look and the call would be lost.

## Undo
Exact: the old selectors are put back.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from dynasec.check import Context
from dynasec.drafting.selectors import MOST_VALUES, advanced, tables, values_in
from dynasec.model.fact import Fact
from dynasec.model.table import Table
from dynasec.model.trail import EventSelectors, Trail
from dynasec.remediation import (
    Advice,
    Call,
    Draft,
    Failure,
    Identity,
    Proposal,
    Remediation,
    Risk,
    State,
    UndoClass,
)
from dynasec.semantics.wording import counted

remediation = Remediation(
    subject=Table,
    title="Log reads and writes of items",
    controls=("table-data-events",),
    risk=Risk.OBSERVE,
    undo=UndoClass.EXACT,
)

_NAME = "Items of sensitive DynamoDB tables"


@remediation.planner
def plan(failures: Sequence[Failure[Table]], context: Context) -> Iterator[Proposal]:
    """Draft one change a trail, for all tables that it takes."""
    trails = context.snapshot.trails
    usable = [trail for trail in trails.trails if _is_usable(trail, context.snapshot.account.id)]
    chosen: dict[str, list[str]] = defaultdict(list)
    for failure in failures:
        table = failure.subject
        trail = next((one for one in _best_first(usable) if _reaches(one, table)), None)
        if trail is None:
            why = "no trail of this account is logging there"
            yield Advice(table.arn, why, "let `create-trail` make one, then plan again")
        else:
            chosen[trail.arn].append(table.arn)
    for trail in usable:
        if trail.arn in chosen:
            yield _draft(trail, chosen[trail.arn])


def _is_usable(trail: Trail, account: str) -> bool:
    status = trail.status.value
    return trail.account == account and status is not None and status.is_logging and trail.selectors.observed


def _best_first(trails: Sequence[Trail]) -> list[Trail]:
    return sorted(trails, key=lambda one: (not one.description.is_multi_region_trail, one.arn))


def _reaches(trail: Trail, table: Table) -> bool:
    return trail.description.is_multi_region_trail or trail.region == table.region


def _draft(trail: Trail, arns: list[str]) -> Draft:
    old = trail.selectors.known()
    kept = [dict(one) for one in old.advanced] or advanced(old.basic)
    selectors = [*kept, tables(arns, _NAME)]
    new = EventSelectors(advanced=tuple(selectors))
    before = (
        {"AdvancedEventSelectors": list(old.advanced)}
        if old.advanced
        else {"EventSelectors": list(old.basic)}
    )
    too_many = values_in(selectors) > MOST_VALUES
    return Draft(
        resource=trail.arn,
        region=trail.region,
        summary=f"have trail {trail.description.name} log items of {counted(len(arns), 'table')}",
        before=before,
        after={"AdvancedEventSelectors": selectors},
        expect=(_selects(trail, old),),
        calls=(_put(trail, new, undo=(_put(trail, old),)),),
        verify=(_selects(trail, new),),
        replaces=((trail.selectors, Fact(new)),),
        closes=tuple(arns),
        reasons=("CloudTrail bills each data event",),
        blocked=f"its selectors would have more than {MOST_VALUES} values" if too_many else "",
    )


def _selects(trail: Trail, selectors: EventSelectors) -> State:
    return State(
        operation="cloudtrail:GetEventSelectors",
        params={"TrailName": trail.arn},
        facts={
            "EventSelectors || `[]`": [dict(one) for one in selectors.basic],
            "AdvancedEventSelectors || `[]`": [dict(one) for one in selectors.advanced],
        },
    )


def _put(trail: Trail, selectors: EventSelectors, undo: tuple[Call, ...] = ()) -> Call:
    chosen: dict[str, Any] = (
        {"AdvancedEventSelectors": [dict(one) for one in selectors.advanced]}
        if selectors.advanced
        else {"EventSelectors": [dict(one) for one in selectors.basic]}
    )
    return Call(
        operation="cloudtrail:PutEventSelectors",
        params={"TrailName": trail.arn, **chosen},
        identity=Identity.SET_STATE,
        done=_selects(trail, selectors),
        undo=undo,
    )
