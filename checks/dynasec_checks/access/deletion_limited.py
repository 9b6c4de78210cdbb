"""Only administrators can delete the table, its backups or its point-in-time recovery.

## Why it matters
Deleting a table and its backups, or switching off point-in-time recovery first, is how data is lost for good, by mistake or by extortion.
No application needs these rights.

## Passes when
Nobody but the principals under `trust.administrators` can `dynamodb:DeleteTable` or `dynamodb:UpdateContinuousBackups` on the table, or
`dynamodb:DeleteBackup` on a backup of it, one that may be made later included. Counted is effective access: identity policies and those
of groups, boundaries, service control and resource control policies, the table's own policy, with all Denies. A right under a condition
counts as one; the reason gives the condition. A glob declares principals of other accounts only if it spells their account. What a
principal could do as another one is judged at that one. Deletion protection, which the same principals may switch off, is not set off.

While no administrator is declared, users, and roles that only people, pipelines or CloudFormation assume, count as administrators if a
policy allows them `*` on `*` without condition or boundary: limiting single rights of theirs limits nothing, and
`no-broad-managed-policy` and `no-wildcard-actions` report them. Roles that another service, a pod or an identity pool may assume do not
count, whatever they may do.
Root and service-linked roles are aside.

Unknown where something unread may allow it to somebody, or where somebody can unless an unread service control or resource control policy
forbids it.

## How to fix
- Console: IAM, the policy that the reason names: remove the actions, or deny them to all but administrators; name real administrators in
  `trust.administrators`.
- CLI: `aws iam create-policy-version --policy-arn ARN --set-as-default --policy-document file://policy.json`
- Terraform: list actions in `aws_iam_policy_document` instead of `dynamodb:*`.
- CloudFormation: likewise in `AWS::IAM::ManagedPolicy`, or an `AWS::Organizations::Policy` that denies them.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.table import Table
from dynasec.rights.limited_access import ACCESS_READS, limits_of

CALLS = frozenset({"dynamodb:DeleteTable", "dynamodb:DeleteBackup", "dynamodb:UpdateContinuousBackups"})

check = Check(
    subject=Table,
    title="Only administrators delete the table and its backups",
    severity=Severity.MEDIUM,
    reads=("dynamodb:ListBackups", *ACCESS_READS),
    frameworks=(
        "nist-800-53-r5:AC-3",
        "nist-800-53-r5:AC-6",
        "pci-dss-4.0.1:7.2.2",
        "source-post:iam-and-least-privilege",
    ),
)


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Look for principals beside administrators that can delete."""
    limits = limits_of(table, context.access, CALLS, context.duties)
    if limits.fault is None:
        return Verdict.passed(limits.settled("declared administrators"), **limits.evidence)
    if limits.above:
        return Verdict.unknown(*limits.above, reason=limits.fault, **limits.evidence)
    return Verdict.failed(limits.fault, **limits.evidence)
