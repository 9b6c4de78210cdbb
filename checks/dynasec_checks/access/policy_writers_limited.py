"""Only administrators can change the resource policies of the table and its stream.

## Why it matters
Whoever can write a table's policy can hand the table to anyone, in any account, without touching IAM; whoever can delete it removes the
Denies on which the table's network and encryption rules rest.

## Passes when
Nobody but the principals under `trust.administrators` can `dynamodb:PutResourcePolicy` or `dynamodb:DeleteResourcePolicy` on the table or
its stream. Counted is effective access: identity policies and those of groups, boundaries, service control and resource control policies,
the table's own policies, with all Denies. A right under a condition counts as one; the reason gives the condition. A glob declares
principals of other accounts only if it spells their account. What a principal could do as another one is judged at that one.

While no administrator is declared, users, and roles that only people, pipelines or CloudFormation assume, count as administrators if a
policy allows them `*` on `*` without condition or boundary: limiting single rights of theirs limits nothing, and
`no-broad-managed-policy` and `no-wildcard-actions` report them. Roles that another service, a pod or an identity pool may assume do not
count, whatever they may do.
Root and service-linked roles are aside.

Unknown where something unread may allow it to somebody, or where somebody can unless an unread service control or resource control policy
forbids it.

## How to fix
- Console: IAM, the policy that the reason names: remove the two actions, or deny them to all but administrators; name real administrators
  in `trust.administrators`.
- CLI: `aws iam create-policy-version --policy-arn ARN --set-as-default --policy-document file://policy.json`
- Terraform: list actions in `aws_iam_policy_document` instead of `dynamodb:*`.
- CloudFormation: likewise in `AWS::IAM::ManagedPolicy`, or an `AWS::Organizations::Policy` that denies them.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.table import Table
from dynasec.rights.limited_access import ACCESS_READS, limits_of

CALLS = frozenset({"dynamodb:PutResourcePolicy", "dynamodb:DeleteResourcePolicy"})

check = Check(
    subject=Table,
    title="Only administrators change the table's policies",
    severity=Severity.HIGH,
    reads=("dynamodb:DescribeTable", *ACCESS_READS),
    frameworks=(
        "nist-800-53-r5:AC-3",
        "nist-800-53-r5:AC-6",
        "pci-dss-4.0.1:7.2.2",
        "source-post:iam-and-least-privilege",
    ),
)


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Look for principals beside administrators that can write the policies."""
    limits = limits_of(table, context.access, CALLS, context.duties)
    if limits.fault is None:
        return Verdict.passed(limits.settled("declared administrators"), **limits.evidence)
    if limits.above:
        return Verdict.unknown(*limits.above, reason=limits.fault, **limits.evidence)
    return Verdict.failed(limits.fault, **limits.evidence)
