"""Builds consumers of a table's changes by hand."""

from __future__ import annotations

from typing import Any

from dynasec.model.companion import Companions, EventSourceMapping
from dynasec.model.fact import Listing
from dynasec.model.table import KinesisDestination, StreamSpecification, Table
from tests.support.accounts import ACCOUNT, REGION, description, table

STREAM = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders/stream/2026-01-01T00:00:00.000"
FORMER = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders/stream/2025-01-01T00:00:00.000"
KINESIS = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/changes"


def mapping(
    name: str = "audit", state: str = "Enabled", stream: str = STREAM, **members: Any
) -> EventSourceMapping:
    """A function on the stream, which keeps what fails; members in AWS's spelling."""
    raw = {
        "UUID": name,
        "EventSourceArn": stream,
        "FunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}",
        "State": state,
        "LastProcessingResult": "OK",
        "DestinationConfig": {"OnFailure": {"Destination": f"arn:aws:sqs:{REGION}:{ACCOUNT}:failed"}},
        **members,
    }
    return EventSourceMapping.model_validate(raw)


def consumers(*mappings: EventSourceMapping, **listings: Any) -> Companions:
    return Companions(**{"event_source_mappings": Listing(mappings), **listings})


def streaming(*, on: bool = True, arn: str | None = STREAM, kinesis: str = "", **facts: Any) -> Table:
    """The table `orders` with a stream; `kinesis` is the status of a Kinesis destination."""
    specification = StreamSpecification(stream_enabled=on, stream_view_type="NEW_AND_OLD_IMAGES")
    sent = (KinesisDestination(stream_arn=KINESIS, destination_status=kinesis),) if kinesis else ()
    fields = {
        "description": description(stream_specification=specification, latest_stream_arn=arn),
        "kinesis_destinations": sent,
        **facts,
    }
    return table(**fields)
