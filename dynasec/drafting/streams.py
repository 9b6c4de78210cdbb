"""A table's stream and the function that consumes it.

Rests on `StreamSpecification` of `UpdateTable` and on Lambda's `CreateEventSourceMapping`.
"""

from __future__ import annotations

from typing import Final

from dynasec.change import CHANGE_TAG_KEY, Call, Identity, Json, State, change_tag, result
from dynasec.drafting.tables import table_is
from dynasec.model.companion import EventSourceMapping
from dynasec.model.table import StreamSpecification, Table, TableDescription

STREAM_ARN: Final = "TableDescription.LatestStreamArn"
"""Where the answer to `turn_on` names the stream."""
_VIEW: Final = "NEW_AND_OLD_IMAGES"
_LIST: Final = "lambda:ListEventSourceMappings"


def turn_on(table: Table) -> Call:
    """Return the call that turns a table's stream on, with new and old images, and its undo; it is called "stream"."""
    active = table_is(table, TableStatus="ACTIVE")
    return Call(
        operation="dynamodb:UpdateTable",
        name="stream",
        params={
            "TableName": table.name,
            "StreamSpecification": {"StreamEnabled": True, "StreamViewType": _VIEW},
        },
        identity=Identity.SET_STATE,
        done=streaming(table, on=True),
        adopt={STREAM_ARN: "Table.LatestStreamArn"},
        settled=active,
        undo=(
            Call(
                operation="dynamodb:UpdateTable",
                params={"TableName": table.name, "StreamSpecification": {"StreamEnabled": False}},
                identity=Identity.SET_STATE,
                done=streaming(table, on=False),
                settled=active,
            ),
        ),
    )


def streaming(table: Table, *, on: bool) -> State:
    """Return the state in which a table has a stream, or has none."""
    return table_is(table).model_copy(
        update={"facts": {"Table.StreamSpecification.StreamEnabled == `true`": on}}
    )


def map_to(stream: str | Json, function: str) -> Call:
    """Return the call that lets a function consume a stream from its oldest record, and its undo; it is called "mapping"."""
    return Call(
        operation="lambda:CreateEventSourceMapping",
        name="mapping",
        params={
            "EventSourceArn": stream,
            "FunctionName": function,
            "StartingPosition": "TRIM_HORIZON",
            "Tags": {CHANGE_TAG_KEY: change_tag()},
        },
        identity=Identity.NAME,
        done=mapped(stream, function, 1),
        adopt={"UUID": "EventSourceMappings[?State!='Deleting'].UUID | [0]"},
        settled=mapped(stream, function, 1, "Enabled"),
        settle_s=600,
        permissions=("lambda:TagResource",),
        undo=(
            Call(
                operation="lambda:DeleteEventSourceMapping",
                params={"UUID": result("mapping", "UUID")},
                identity=Identity.SET_STATE,
                done=mapped(stream, function, 0),
            ),
        ),
    )


def mapped(stream: str | Json, function: str, number: int, state: str = "") -> State:
    """Return the state in which so many mappings lead from a stream to a function, the first of them in `state`."""
    facts: dict[str, object] = {"length(EventSourceMappings[?State!='Deleting'])": number}
    if state:
        facts["EventSourceMappings[?State!='Deleting'].State | [0]"] = state
    return State(operation=_LIST, params={"EventSourceArn": stream, "FunctionName": function}, facts=facts)


def after_mapping(
    table: Table, stream: str | None, function: str
) -> tuple[TableDescription, EventSourceMapping]:
    """Return the table with its stream, and the mapping, under an ARN and an id that nothing has."""
    arn = stream or f"{table.arn}/stream/1970-01-01T00:00:00.000"
    specification = StreamSpecification(stream_enabled=True, stream_view_type=_VIEW)
    known = table.description.known()
    description = known.model_copy(
        update={
            "latest_stream_arn": arn,
            "stream_specification": known.stream_specification if stream else specification,
        }
    )
    mapping = EventSourceMapping.model_validate(
        {
            "UUID": "00000000-0000-0000-0000-000000000000",
            "EventSourceArn": arn,
            "FunctionArn": function,
            "State": "Enabled",
        }
    )
    return description, mapping
