"""Sends the changes of a sensitive table's items to the function that keeps them.

## What it does
`UpdateTable` with `StreamSpecification` (new and old images) where the table has no stream, then `CreateEventSourceMapping` from the stream
to the Lambda function that `remedy.change_functions` names for the Region. Without such a function it is advice: a stream that nobody
reads leaves no trace after 24 hours. Where write data events are enough, `log-data-events` closes the control too.

## Safety
Reads and writes go on. The stream is a full copy of what changes, for 24 hours, under the table's key; who may read it is up to IAM and the
stream's own policy. Every write invokes the function, which must be idempotent; its role must be allowed to read streams.

## Undo
Limited: the mapping is deleted, and a stream that was turned on is turned off. DynamoDB goes on naming the old stream's ARN, which can be
read for 24 hours.
"""

from collections.abc import Iterator

from dynasec.arn import Arn
from dynasec.check import Context
from dynasec.drafting.streams import STREAM_ARN, after_mapping, map_to, mapped, streaming, turn_on
from dynasec.drafting.tables import same_table
from dynasec.model.companion import EventSourceMapping
from dynasec.model.fact import Fact, Gaps, Listing
from dynasec.model.table import Table
from dynasec.remediation import Advice, Draft, Json, Proposal, Remediation, Risk, State, UndoClass, result
from dynasec.semantics.change_consumers import mappings_of, name_of, stream_of

remediation = Remediation(
    subject=Table,
    title="Send changes of items to the function that keeps them",
    controls=("item-changes-audited",),
    risk=Risk.DATA_PATH,
    undo=UndoClass.LIMITED,
)

_PARTS = 7  # of a function's ARN, its version or alias aside


@remediation.each
def plan(table: Table, context: Context) -> Iterator[Proposal]:
    """Draft the calls, where there is a function to send to."""
    function = next((one for one in context.settings.remedy.change_functions if _in(one, table.region)), None)
    if function is None:
        yield Advice(
            table.arn,
            f"a stream that nobody reads leaves no trace, and `remedy.change_functions` names none in {table.region}",
            "name a Lambda function there that keeps the changes, or log write data events of the table",
        )
        return
    stream = stream_of(table)
    mappings = context.region(table).companions.event_source_mappings
    mappings.complete()
    own = mappings_of(table, context.region(table).companions, Gaps())
    known = next((one for one in own if one.event_source_arn == stream and _names(one, function)), None)
    if known is not None:
        yield Advice(
            table.arn,
            f"{name_of(known)} is mapped already, but {known.state}",
            "enable the mapping, without filters",
        )
        return
    yield _draft(table, stream, function, mappings)


def _in(function: str, region: str) -> bool:
    parts = function.split(":")
    return len(parts) >= _PARTS and parts[0] == "arn" and parts[2:4] == ["lambda", region]


def _names(mapping: EventSourceMapping, function: str) -> bool:
    return mapping.function_arn.split(":")[:_PARTS] == function.split(":")[:_PARTS]


def _draft(table: Table, stream: str | None, function: str, mappings: Listing[EventSourceMapping]) -> Draft:
    source: str | Json = stream or result("stream", STREAM_ARN)
    name = Arn.parse(function).name
    after, mapping = after_mapping(table, stream, function)
    exists = State(
        operation="lambda:GetFunctionConfiguration",
        params={"FunctionName": function},
        facts={"FunctionName": name.partition(":")[0]},
    )
    turned = () if stream else (turn_on(table),)
    return Draft(
        resource=table.arn,
        region=table.region,
        summary=f"send the changes of {table.name} to function {name}",
        before={"StreamEnabled": stream is not None, "Function": None},
        after={"StreamEnabled": True, "Function": name},
        expect=(same_table(table), streaming(table, on=stream is not None), exists),
        calls=(*turned, map_to(source, function)),
        verify=(mapped(source, function, 1, "Enabled"),),
        timeout_s=600,
        replaces=(
            (table.description, Fact(after)),
            (mappings, Listing((*mappings.items, mapping), mappings.gap)),
        ),
        reasons=("every write is copied into a stream and invokes the function",),
        loses="the ARN of a stream that was turned off stays with the table",
    )
