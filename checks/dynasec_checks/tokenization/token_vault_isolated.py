"""The token vault is protected more than any other table, and nothing carries its items out.

## Why it matters
The vault turns every token back into what it stands for. Tokenization makes all other tables harmless by making this one precious: a copy
of it in a stream, an export or a chart of popular keys undoes the whole.

## Passes when
A table declared to be the token vault (by the tag `token-vault`, or by a rule of the configuration) has a customer managed key,
point-in-time recovery, deletion protection and data events for reads and writes; and it has no stream, no Kinesis destination, no
Contributor Insights and no export in the last 90 days. Who may read it is asked by `sensitive-readers-limited`. Not applicable to others.

## How to fix
- Console: DynamoDB, the table, Additional settings, and Exports and streams; CloudTrail, the trail, Data events.
- CLI: `aws dynamodb update-table --table-name NAME --stream-specification StreamEnabled=false`, and as the single controls say.
- Terraform: `stream_enabled = false`, `deletion_protection_enabled = true`, `server_side_encryption` in `aws_dynamodb_table`.
- CloudFormation: the same properties of `AWS::DynamoDB::Table`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Gaps, Unknown
from dynasec.model.table import Table
from dynasec.semantics.token_vault import flaws

check = Check(
    subject=Table,
    title="The token vault keeps to itself",
    severity=Severity.HIGH,
    reads=(
        "dynamodb:DescribeTable",
        "dynamodb:DescribeContinuousBackups",
        "dynamodb:DescribeKinesisStreamingDestination",
        "dynamodb:ListContributorInsights",
        "dynamodb:ListExports",
        "dynamodb:DescribeExport",
        "kms:DescribeKey",
        "kms:ListAliases",
        "cloudtrail:DescribeTrails",
        "cloudtrail:GetTrailStatus",
        "cloudtrail:GetEventSelectors",
        "cloudtrail:ListEventDataStores",
        "cloudtrail:GetEventDataStore",
    ),
    frameworks=(
        "nist-800-53-r5:AC-4",
        "nist-800-53-r5:SC-28",
        "pci-dss-4.0.1:3.6.1",
        "source-post:tokenization",
    ),
)


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Gather what is wrong; one flaw that is seen counts although other facts are hidden."""
    if not context.placement.is_token_vault(table):
        return Verdict.not_applicable(
            "is not declared to be the token vault (tag token-vault = true, or a rule)"
        )
    gaps = Gaps()
    found: list[str] = []
    for flaw in flaws(context.snapshot):
        try:
            words = flaw(table)
        except Unknown as missing:
            gaps.found.extend(missing.gaps)
            continue
        found += [] if words is None else [words]
    if found:
        return Verdict.failed("; ".join(found), flaws=found)
    gaps.settle()
    return Verdict.passed("is protected as a token vault must be, and nothing carries its items out")
