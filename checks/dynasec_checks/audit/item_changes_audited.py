"""Every change of a sensitive table's items leaves a trace.

## Why it matters
An item that was overwritten shows nothing of what it was, or of who changed it. Only what is written down elsewhere at the moment of the
change can be looked at later.

## Passes when
The changes of the table are sent to a Kinesis data stream, or by its stream to an enabled Lambda function without filters, or a trail
or event data store logs all writes of its items as data events. A function with filters may drop changes: then the answer is unknown.
Other consumers of the stream (an application of your own, EventBridge Pipes) cannot be seen: where one keeps the changes, suppress
this control.

## How to fix
- Console: DynamoDB, the table, Exports and streams, Turn on stream (New and old images), Create trigger.
- CLI: `aws dynamodb update-table --table-name NAME --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES`, then
  `aws lambda create-event-source-mapping`; or `aws cloudtrail put-event-selectors`, see `table-data-events`.
- Terraform: `stream_enabled`, `stream_view_type` in `aws_dynamodb_table`; `aws_lambda_event_source_mapping`.
- CloudFormation: `StreamSpecification` in `AWS::DynamoDB::Table`; `AWS::Lambda::EventSourceMapping`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Gaps
from dynasec.model.table import Table
from dynasec.semantics.change_consumers import MAPPINGS, function_told, kinesis_told
from dynasec.semantics.event_log import coverage, table_events

check = Check(
    subject=Table,
    title="Changes of items leave a trace",
    severity=Severity.MEDIUM,
    reads=(
        "dynamodb:DescribeTable",
        "dynamodb:DescribeKinesisStreamingDestination",
        MAPPINGS,
        "cloudtrail:DescribeTrails",
        "cloudtrail:GetTrailStatus",
        "cloudtrail:GetEventSelectors",
        "cloudtrail:ListEventDataStores",
        "cloudtrail:GetEventDataStore",
    ),
    frameworks=(
        "nist-800-53-r5:AU-2",
        "nist-800-53-r5:AU-12",
        "hipaa-164:312(b)",
        "hipaa-164:312(c)(1)",
        "source-post:fine-grained-audits",
    ),
)


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Look for one trace; only where there is none does it matter what could not be read."""
    if not context.is_sensitive(table):
        return Verdict.not_applicable("the table's data is not sensitive")
    gaps = Gaps()
    stream = kinesis_told(table, gaps)
    if stream:
        return Verdict.passed(f"changes go to {stream.rpartition('/')[2]}", stream=stream)
    function = function_told(table, context.region(table).companions, gaps)
    if function:
        return Verdict.passed(f"changes go to function {function}", function=function)
    writes = coverage(context.snapshot.trails, table.region, table_events(table.arn)).writes
    if writes.proven:
        logs = [log.title for log in writes.by]
        return Verdict.passed(f"writes of items are logged by {' and '.join(logs)}", logs=logs)
    gaps.found += writes.gaps
    gaps.settle()
    streams = table.description.known().stream_specification
    on = streams is not None and streams.stream_enabled
    said = "no enabled function consumes its stream" if on else "the table has no stream"
    return Verdict.failed(f"{said}, sends to no Kinesis data stream, and no log has all writes", stream=on)
