"""CloudTrail event selectors: which events a trail or an event data store logs.

Input is what `cloudtrail:GetEventSelectors` and `cloudtrail:GetEventDataStore` return. Rules:
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html (basic selectors) and
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html; how several conditions on one
field combine:
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/filtering-data-events.html#filtering-data-events-conditions.
Whether the trail is switched on, in the right Region and delivering is not decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Final

__all__ = [
    "DYNAMODB_READS",
    "DYNAMODB_WRITES",
    "DataEvent",
    "Logged",
    "ManagementCoverage",
    "TableCoverage",
    "covers_table",
    "logs_data_event",
    "logs_management_events",
]

_TABLE: Final = "AWS::DynamoDB::Table"
_STREAM: Final = "AWS::DynamoDB::Stream"
_ANY_STREAM: Final = "/stream/"

_STREAM_READS: Final = ("GetRecords", "GetShardIterator")
_PARTIQL: Final = ("BatchExecuteStatement", "ExecuteStatement", "ExecuteTransaction")
DYNAMODB_READS: Final = (
    *("BatchGetItem", "GetItem", "Query", "Scan", "SearchVectors", "TransactGetItems"),
    *_STREAM_READS,
    *_PARTIQL,
)
DYNAMODB_WRITES: Final = (
    *("BatchWriteItem", "DeleteItem", "PutItem", "TransactWriteItems", "UpdateItem"),
    *_PARTIQL,
)
"""Data events by which a table's items are read and written. PartiQL does both.

From https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/logging-using-cloudtrail.html, with `SearchVectors`,
which reads items too. Deletions by Time to Live are never logged.
"""


class Logged(Enum):
    """Whether events are logged. `UNKNOWN`: the selectors ask for something about the event that is not known."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    PARTIAL = "partial"
    """Of several events: at least one is certainly not logged, the others are or may be."""


@dataclass(frozen=True, slots=True)
class DataEvent:
    """A data event, as far as selectors can ask about it.

    An empty string says that a field is not known; a stream's ARN may end at `/stream/`, its label not being known.
    """

    resource_type: str
    arn: str
    read_only: bool
    event_name: str = ""
    event_source: str = "dynamodb.amazonaws.com"


@dataclass(frozen=True, slots=True)
class TableCoverage:
    """Whether all reads, and all writes, of one table's items are logged."""

    reads: Logged
    writes: Logged


@dataclass(frozen=True, slots=True)
class ManagementCoverage:
    """Whether read-only and writing management events are logged, of every service but the excluded event sources."""

    reads: bool
    writes: bool
    excluded_sources: frozenset[str]


def logs_data_event(
    basic: Sequence[Mapping[str, Any]], advanced: Sequence[Mapping[str, Any]], event: DataEvent
) -> Logged:
    """Tell whether any selector picks the event: YES, NO or UNKNOWN.

    `basic` is `EventSelectors`, `advanced` is `AdvancedEventSelectors`. A trail has one or the other; advanced ones replace
    basic ones. Without selectors no data event is logged.
    """
    if advanced:
        return _any(_advanced(selector, seen) for selector in advanced for seen in _appearances(event))
    return _any(_basic(selector, seen) for selector in basic for seen in _appearances(event))


def covers_table(
    basic: Sequence[Mapping[str, Any]], advanced: Sequence[Mapping[str, Any]], table_arn: str
) -> TableCoverage:
    """Tell whether the selectors log every read and every write of a table's items.

    `table_arn` is the ARN of the table itself: reads through an index are logged with the table's ARN. `reads` is YES only
    if every event in `DYNAMODB_READS` is logged, `writes` likewise. PartiQL statements count on both sides, and CloudTrail
    records them with `readOnly: false` even when they select: selectors for read-only events miss reads, so they give
    PARTIAL.
    """
    by_name = any(
        condition.get("Field") == "eventName" for selector in advanced for condition in _conditions(selector)
    )

    def whole(names: Iterable[str], *, read_only: bool) -> Logged:
        calls = [_call(table_arn, name, read_only=read_only) for name in names]
        # Where nobody asks for names, the twenty operations are only as many events as differ otherwise: three.
        distinct = calls if by_name else {replace(call, event_name="") for call in calls}
        return _together(logs_data_event(basic, advanced, call) for call in distinct)

    return TableCoverage(whole(DYNAMODB_READS, read_only=True), whole(DYNAMODB_WRITES, read_only=False))


def _call(table_arn: str, name: str, *, read_only: bool) -> DataEvent:
    if name in _STREAM_READS:
        return DataEvent(_STREAM, f"{table_arn}{_ANY_STREAM}", read_only=True, event_name=name)
    return DataEvent(_TABLE, table_arn, read_only and name not in _PARTIQL, name)


def _appearances(event: DataEvent) -> list[DataEvent]:
    # Records of stream events name the stream's table as their resource, so selectors for the table pick them too.
    if event.resource_type != _STREAM:
        return [event]
    return [event, replace(event, resource_type=_TABLE, arn=event.arn.partition(_ANY_STREAM)[0])]


# --- three-valued logic


def _any(answers: Iterable[Logged]) -> Logged:
    seen = set(answers)
    return next((answer for answer in (Logged.YES, Logged.UNKNOWN) if answer in seen), Logged.NO)


def _all(answers: Iterable[Logged]) -> Logged:
    seen = set(answers)
    return next((answer for answer in (Logged.NO, Logged.UNKNOWN) if answer in seen), Logged.YES)


def _not(answer: Logged) -> Logged:
    return {Logged.YES: Logged.NO, Logged.NO: Logged.YES}.get(answer, answer)


def _sure(*, holds: bool) -> Logged:
    return Logged.YES if holds else Logged.NO


def _together(answers: Iterable[Logged]) -> Logged:
    seen = set(answers)
    if Logged.NO in seen and len(seen) > 1:
        return Logged.PARTIAL
    return _all(seen)


# --- basic selectors


def _basic(selector: Mapping[str, Any], event: DataEvent) -> Logged:
    resources: Sequence[Mapping[str, Any]] = selector.get("DataResources") or ()
    return _all(
        (
            _read_write(selector, read_only=event.read_only),
            _any(
                _basic_value(str(value), event.arn)
                for resource in resources
                if resource.get("Type") == event.resource_type
                for value in resource.get("Values") or ()
            ),
        )
    )


def _read_write(selector: Mapping[str, Any], *, read_only: bool) -> Logged:
    wanted = selector.get("ReadWriteType", "All")
    if wanted == "All":
        return Logged.YES
    if wanted not in ("ReadOnly", "WriteOnly"):
        return Logged.UNKNOWN
    return _sure(holds=(wanted == "ReadOnly") == read_only)


def _basic_value(value: str, arn: str) -> Logged:
    partition_of = ":".join(arn.split(":", 3)[:3])  # arn:aws:dynamodb: every table
    if arn and value.rstrip(":") in (partition_of, arn):
        return Logged.YES
    # AWS calls the values "ARN or partial ARN strings", says that Lambda's are exact and S3's are prefixes, and is silent
    # on tables': a value that only begins the ARN may or may not select it. That of "Orders" begins that of "Orders2".
    return Logged.UNKNOWN if arn.startswith(value) else Logged.NO


# --- advanced selectors

_Comparison = Callable[[str, str], bool]
_POSITIVE: Final[Mapping[str, _Comparison]] = {
    "Equals": str.__eq__,
    "StartsWith": str.startswith,
    "EndsWith": str.endswith,
}
_NEGATIVE: Final = {f"Not{name}": test for name, test in _POSITIVE.items()}


def _advanced(selector: Mapping[str, Any], event: DataEvent) -> Logged:
    known = {
        "eventCategory": "Data",
        "resources.type": event.resource_type,
        "resources.ARN": event.arn,
        "readOnly": "true" if event.read_only else "false",
        "eventName": event.event_name,
        "eventSource": event.event_source,
    }
    conditions = _conditions(selector)
    answers = [_condition(condition, known.get(str(condition.get("Field")), "")) for condition in conditions]
    # Both are required: without them this is no selector of data events that CloudTrail describes.
    fields = {condition.get("Field") for condition in conditions}
    if not fields >= {"eventCategory", "resources.type"}:
        answers.append(Logged.UNKNOWN)
    return _all(answers)


def _conditions(selector: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return selector.get("FieldSelectors") or ()


def _condition(condition: Mapping[str, Any], actual: str) -> Logged:
    """Match one field: any of the including operators' values, and none of the excluding ones'."""
    asked = {name for name, values in condition.items() if values and name != "Field"}
    if not actual or not asked or not asked <= _POSITIVE.keys() | _NEGATIVE.keys():
        return Logged.UNKNOWN
    answers = [_not(_any(_hits(condition, _NEGATIVE, actual)))]
    if asked & _POSITIVE.keys():
        answers.append(_any(_hits(condition, _POSITIVE, actual)))
    return _all(answers)


def _hits(
    condition: Mapping[str, Any], operators: Mapping[str, _Comparison], actual: str
) -> Iterator[Logged]:
    for name, compare in operators.items():
        for value in condition.get(name) or ():
            if not actual.endswith(_ANY_STREAM):
                yield _sure(holds=compare(actual, str(value)))
            elif compare is str.startswith and actual.startswith(str(value)):
                yield Logged.YES
            else:
                # The ARN goes on with a label that is not known.
                may_hold = compare is str.endswith or str(value).startswith(actual)
                yield Logged.UNKNOWN if may_hold else Logged.NO


# --- management events


def logs_management_events(
    basic: Sequence[Mapping[str, Any]], advanced: Sequence[Mapping[str, Any]]
) -> ManagementCoverage:
    """Tell which management events the selectors log.

    Without any selector CloudTrail logs all of them. A selector that picks by anything but `readOnly` and excluded
    event sources (by event name, by user, one service only) counts for nothing here: it does not log *the*
    management events.
    """
    if not basic and not advanced:
        return ManagementCoverage(reads=True, writes=True, excluded_sources=frozenset())
    parts = [_management(it) for it in advanced] if advanced else [_basic_management(it) for it in basic]
    reading = [part.excluded_sources for part in parts if part.reads]
    writing = [part.excluded_sources for part in parts if part.writes]
    # What one selector leaves out another may log, but only if all leave it out for reads or for writes is it a gap.
    gaps: frozenset[str] = frozenset()
    for each in (reading, writing):
        if each:
            gaps |= each[0].intersection(*each[1:])
    return ManagementCoverage(bool(reading), bool(writing), gaps)


_NO_MANAGEMENT: Final = ManagementCoverage(reads=False, writes=False, excluded_sources=frozenset())


def _basic_management(selector: Mapping[str, Any]) -> ManagementCoverage:
    if selector.get("IncludeManagementEvents", True) is not True:
        return _NO_MANAGEMENT
    return ManagementCoverage(
        reads=_read_write(selector, read_only=True) is Logged.YES,
        writes=_read_write(selector, read_only=False) is Logged.YES,
        excluded_sources=frozenset(map(str, selector.get("ExcludeManagementEventSources") or ())),
    )


def _management(selector: Mapping[str, Any]) -> ManagementCoverage:
    reads, writes, management = True, True, False
    excluded: set[str] = set()
    for condition in _conditions(selector):
        match condition.get("Field"):
            case "eventCategory":
                management = _condition(condition, "Management") is Logged.YES
            case "readOnly":
                reads = reads and _condition(condition, "true") is Logged.YES
                writes = writes and _condition(condition, "false") is Logged.YES
            case "eventSource" if {name for name, values in condition.items() if values} == {
                "Field",
                "NotEquals",
            }:
                excluded.update(map(str, condition["NotEquals"]))
            case _:
                return _NO_MANAGEMENT
    return ManagementCoverage(reads, writes, frozenset(excluded)) if management else _NO_MANAGEMENT
