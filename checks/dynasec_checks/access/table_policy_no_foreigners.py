"""A table's resource policy admits nobody outside the trusted accounts.

## Why it matters
A resource policy is enough to let another account read, change or delete a table, whatever the identity policies here say.

## Passes when
There is no resource policy, or, evaluated with its conditions and Denies, it admits no principal of an account other than the table's own,
those under `trust.accounts` and the members of `trust.organizations`. Who is admitted only under a condition that the policy does not
decide (the endpoint of an unknown owner, a tag, a name pattern) counts as admitted, and the reason gives the condition: whether it can
be met is up to the foreigner. So does an AWS service that no `aws:SourceAccount`, `aws:SourceArn` or `aws:SourceOrgID` ties, since it
may act for a customer in any account. A name that tells no account, as a deleted role leaves behind, makes the answer unknown.

## How to fix
- Console: DynamoDB, the table, Permissions, Resource-based policy: remove the statement or name the account in `trust.accounts`.
- CLI: `aws dynamodb put-resource-policy --resource-arn ARN --policy file://policy.json --expected-revision-id ID`
- Terraform: `aws_dynamodb_resource_policy`.
- CloudFormation: `ResourcePolicy` in `AWS::DynamoDB::Table`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.table import Table
from dynasec.semantics.foreign_access import READ, as_evidence, fault, foreigners

check = Check(
    subject=Table,
    title="The table's policy admits no foreign account",
    severity=Severity.CRITICAL,
    reads=(READ, "organizations:DescribeOrganization"),
    frameworks=(
        "nist-800-53-r5:AC-3",
        "nist-800-53-r5:AC-4",
        "hipaa-164:312(a)(1)",
        "source-post:iam-and-least-privilege",
    ),
)


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Evaluate the policy for strangers and for every foreign account it names."""
    policy = table.policy.known()
    if policy is None:
        return Verdict.passed("has no resource policy")
    above = context.snapshot.organization.description.value
    own = None if above is None else above.id
    found = foreigners(policy, table.arn, table, context.settings.trust, own)
    evidence = {"admitted": [as_evidence(one) for one in found], "revision": policy.revision_id}
    wrong = fault(found, table.region)
    if wrong is not None:
        return Verdict.failed(wrong, **evidence)
    return Verdict.passed("its resource policy admits nobody from outside", **evidence)
