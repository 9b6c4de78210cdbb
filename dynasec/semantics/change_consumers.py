"""Who receives the changes of a table's items: functions on its stream, Kinesis data streams.

See https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/streamsmain.html. Consumers that are no functions (an application with
the Kinesis Client Library, EventBridge Pipes, replicas) leave no trace in the table or in Lambda.
"""

from __future__ import annotations

from typing import Final

from dynasec.model.companion import Companions, EventSourceMapping
from dynasec.model.fact import Gap, Gaps, Unknown, malformed
from dynasec.model.table import Table
from dynasec.semantics.alert_target import NOT_VERIFIABLE

MAPPINGS: Final = "lambda:ListEventSourceMappings"
_SENDING: Final = ("ACTIVE", "UPDATING")


def stream_of(table: Table) -> str | None:
    """Return the ARN of the stream that a table writes to; None where it has none, whatever stream it had before.

    Raises:
        Unknown: the table could not be described, or has a stream without an ARN.

    """
    description = table.description.known()
    stream = description.stream_specification
    if stream is None or not stream.stream_enabled:
        return None
    if description.latest_stream_arn is None:
        raise Unknown(malformed("dynamodb:DescribeTable", "a stream, but no LatestStreamArn", table.region))
    return description.latest_stream_arn


def mappings_of(table: Table, companions: Companions, gaps: Gaps) -> tuple[EventSourceMapping, ...]:
    """Return the functions that are to consume the table's streams, former ones included."""
    own = f"{table.arn}/stream/"
    found = gaps.items(companions.event_source_mappings)
    return tuple(one for one in found if one.event_source_arn.startswith(own) and one.state != "Deleting")


def name_of(mapping: EventSourceMapping) -> str:
    """Return the function's name."""
    return mapping.function_arn.partition(":function:")[2] or mapping.function_arn


def function_told(table: Table, companions: Companions, gaps: Gaps) -> str:
    """Return a function that is sent every change; empty where none is. One with filters is added to `gaps`: it may drop some."""
    try:
        stream = stream_of(table)
    except Unknown as missing:
        gaps.found += missing.gaps
        return ""
    for mapping in mappings_of(table, companions, gaps) if stream else ():
        if mapping.event_source_arn != stream or mapping.state != "Enabled":
            continue
        if not mapping.may_drop_records:
            return name_of(mapping)
        message = f"the filters of function {name_of(mapping)} may drop changes"
        gaps.found.append(Gap(MAPPINGS, NOT_VERIFIABLE, message, table.region))
    return ""


def kinesis_told(table: Table, gaps: Gaps) -> str:
    """Return a Kinesis data stream that every change is sent to; empty where there is none."""
    destinations = gaps.of(table.kinesis_destinations) or ()
    return next((one.stream_arn for one in destinations if one.destination_status in _SENDING), "")
