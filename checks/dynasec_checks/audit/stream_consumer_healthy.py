"""The functions that consume the table's stream work, and keep what they cannot process.

## Why it matters
A record stays in a stream for 24 hours. A consumer that is off, or that fails on one record again and again, loses every change behind
it, and unless failed batches have somewhere to go nobody learns which.

## Passes when
Each Lambda function on the table's stream is Enabled, reads the stream that the table writes to now, met no problem at its latest run,
and has a destination for batches that failed. Where no function consumes the stream there is nothing to judge.

## How to fix
- Console: Lambda, the function, Configuration, Triggers, the DynamoDB trigger, Edit: On-failure destination, Activate trigger.
- CLI: `aws lambda update-event-source-mapping --uuid ID --enabled --destination-config '{"OnFailure":{"Destination":"ARN"}}'`
- Terraform: `enabled` and `destination_config` in `aws_lambda_event_source_mapping`.
- CloudFormation: `Enabled` and `DestinationConfig` in `AWS::Lambda::EventSourceMapping`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.companion import EventSourceMapping
from dynasec.model.fact import Gap, Gaps
from dynasec.model.table import Table
from dynasec.semantics.change_consumers import MAPPINGS, mappings_of, name_of, stream_of

check = Check(
    subject=Table,
    title="Consumers of the table's stream work",
    severity=Severity.LOW,
    reads=("dynamodb:DescribeTable", MAPPINGS),
    frameworks=("nist-800-53-r5:AU-12", "source-post:fine-grained-audits"),
)

CHANGING = {"Creating", "Enabling", "Updating", "Disabling"}


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Judge every function on one of the table's streams."""
    gaps = Gaps()
    mappings = mappings_of(table, context.region(table).companions, gaps)
    stream = stream_of(table) if mappings else None
    problems = [problem for one in mappings if (problem := _problem(one, stream))]
    if problems:
        return Verdict.failed("; ".join(problems), problems=problems)
    gaps.found += [
        Gap(
            MAPPINGS, "InTransition", f"function {name_of(one)} is {one.state}: ask again later", table.region
        )
        for one in mappings
        if one.state in CHANGING
    ]
    gaps.settle()
    if not mappings:
        return Verdict.not_applicable("no function consumes a stream of the table")
    names = [name_of(one) for one in mappings]
    return Verdict.passed(f"{', '.join(names)} consume it and keep what fails", functions=names)


def _problem(mapping: EventSourceMapping, stream: str | None) -> str:
    name, latest = name_of(mapping), mapping.last_processing_result or ""
    if mapping.event_source_arn != stream:
        return f"function {name} reads a stream that the table does not write to any more"
    if mapping.state not in CHANGING | {"Enabled"}:
        return f"function {name} is {mapping.state}"
    if latest.startswith("PROBLEM"):
        return f"function {name} met a {latest}"
    return "" if mapping.failure_destination else f"function {name} has no destination for what fails"
