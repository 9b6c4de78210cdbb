"""The resource policy of a table's stream admits nobody outside the trusted accounts.

## Why it matters
A stream carries every change of the last 24 hours, whole items where the view has images. Its policy is its own: nothing that the
table's policy denies is denied on the stream, and it is enough to let another account read it.

## Passes when
The table's latest stream has no resource policy, or, evaluated with its conditions and Denies, the policy admits no principal of an
account other than the table's own, those under `trust.accounts` and the members of `trust.organizations`. Who is admitted only under
a condition that the policy does not decide counts as admitted, and the reason gives the condition. So does an AWS service that no
`aws:SourceAccount`, `aws:SourceArn` or `aws:SourceOrgID` ties. A name that tells no account, as a deleted role leaves behind, makes the
answer unknown. A stream that is disabled still counts: its records can be read for 24 hours. Not applicable to a table that never
had a stream.

## How to fix
- Console: DynamoDB, the table, Exports and streams, DynamoDB stream details, the stream's resource-based policy: remove the statement,
  or name the account in `trust.accounts`.
- CLI: `aws dynamodb put-resource-policy --resource-arn STREAM_ARN --policy file://policy.json --expected-revision-id ID`
- Terraform: `aws_dynamodb_resource_policy` with the table's `stream_arn`.
- CloudFormation: `StreamSpecification.ResourcePolicy` in `AWS::DynamoDB::Table`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.table import Table
from dynasec.semantics.foreign_access import READ, as_evidence, fault, foreigners

check = Check(
    subject=Table,
    title="The stream's policy admits no foreign account",
    severity=Severity.CRITICAL,
    reads=("dynamodb:DescribeTable", READ, "organizations:DescribeOrganization"),
    frameworks=("nist-800-53-r5:AC-3", "nist-800-53-r5:AC-4", "source-post:iam-and-least-privilege"),
)


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Evaluate the stream's policy for strangers and for every foreign account it names."""
    stream = table.description.known().latest_stream_arn
    if stream is None:
        return Verdict.not_applicable("has no stream")
    policy = table.stream_policy.known()
    if policy is None:
        return Verdict.passed("its stream has no resource policy", stream=stream)
    above = context.snapshot.organization.description.value
    own = None if above is None else above.id
    found = foreigners(policy, stream, table, context.settings.trust, own)
    admitted = [as_evidence(one) for one in found]
    wrong = fault(found, table.region)
    if wrong is not None:
        reason = f"on its stream, {wrong}"
        return Verdict.failed(reason, stream=stream, admitted=admitted, revision=policy.revision_id)
    return Verdict.passed(
        "its stream's resource policy admits nobody from outside",
        stream=stream,
        admitted=admitted,
        revision=policy.revision_id,
    )
