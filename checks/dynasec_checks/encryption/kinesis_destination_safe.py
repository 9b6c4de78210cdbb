"""The Kinesis data stream that receives a table's changes is an own one, encrypted with KMS.

## Why it matters
The stream carries every item as it is before and after each change, past all of DynamoDB's permissions and out of the table's encryption.

## Passes when
Each destination that is active, or is being made so, is a stream of the audited account or of `trust.accounts`, and is encrypted with KMS.
Not applicable without a destination.

## How to fix
- Console: Kinesis, the stream, Configuration, Encryption, Edit; DynamoDB, the table, Exports and streams, to remove a destination.
- CLI: `aws kinesis start-stream-encryption --stream-name NAME --encryption-type KMS --key-id alias/NAME`
- Terraform: `encryption_type = "KMS"` and `kms_key_id` in `aws_kinesis_stream`.
- CloudFormation: `StreamEncryption` in `AWS::Kinesis::Stream`.
"""

from dynasec.arn import account_of
from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Gaps, Unknown, malformed
from dynasec.model.table import Table

_READ = "kinesis:DescribeStreamSummary"

check = Check(
    subject=Table,
    title="Kinesis destinations are own and encrypted",
    severity=Severity.HIGH,
    reads=("dynamodb:DescribeKinesisStreamingDestination", _READ),
    frameworks=("nist-800-53-r5:AC-4", "nist-800-53-r5:SC-28", "source-post:encryption-at-rest"),
)

_ENDED = {"DISABLED", "ENABLE_FAILED"}


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Judge each destination: whose it is first, then how it is encrypted."""
    found = [one for one in table.kinesis_destinations.known() if one.destination_status not in _ENDED]
    if not found:
        return Verdict.not_applicable("sends its changes to no Kinesis stream")
    known = {table.account, *context.settings.trust.accounts}
    companions = context.region(table).companions
    gaps = Gaps()
    bad: list[str] = []
    for arn in (one.stream_arn for one in found):
        owner = account_of(arn)
        if owner not in known:
            bad.append(f"{arn} belongs to account {owner}")
            continue
        summary = gaps.of(companions.kinesis_stream(arn))
        if summary is not None and summary.encryption_type == "NONE":
            bad.append(f"{arn} is not encrypted")
        elif summary is not None and summary.encryption_type != "KMS":
            gaps.found.append(malformed(_READ, f"EncryptionType {summary.encryption_type}", table.region))
    if bad:
        return Verdict.failed(f"sends every change to a stream at fault: {'; '.join(bad)}", streams=bad)
    if gaps.found:
        raise Unknown(*gaps.found)
    names = [one.stream_arn.rpartition("/")[2] for one in found]
    return Verdict.passed(f"sends its changes to {', '.join(names)}, encrypted with KMS")
