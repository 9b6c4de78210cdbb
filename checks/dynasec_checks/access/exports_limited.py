"""Only declared principals can carry the table's data away as a whole.

## Why it matters
An export to a bucket of one's choice, a restore under another name, a replica in another Region, a Kinesis destination or the stream
itself give away all items at once, past the policies, keys and alarms that guard reading them one by one.

## Passes when
Nobody but the principals under `trust.exporters` and `trust.administrators` can, on the table, its stream or a backup of it,
- `dynamodb:ExportTableToPointInTime`;
- `CreateBackup`, `StartAwsBackupJob`, `RestoreTableFromBackup`, `RestoreTableToPointInTime`, `RestoreTableFromAwsBackup`;
- `EnableKinesisStreamingDestination`, `UpdateKinesisStreamingDestination`;
- `CreateTableReplica`, `AssociateTableReplica`, `CreateGlobalTable`, `UpdateGlobalTable`, `ReadDataForReplication`;
- `GetRecords` on the stream: name its consumers in `trust.exporters`.

Counted is effective access: identity policies and those of groups, boundaries, service control and resource control policies, the
policies of table and stream and, for `GetRecords`, a customer's key, with all Denies. A right under a condition counts as one; the reason
gives the condition. A glob declares principals of other accounts only if it spells their account. What a principal could do as another
one is judged at that one. That the target of a copy needs rights of its own is not set off.

While no administrator is declared, users, and roles that only people, pipelines or CloudFormation assume, count as administrators if a
policy allows them `*` on `*` without condition or boundary: limiting single rights of theirs limits nothing, and
`no-broad-managed-policy` and `no-wildcard-actions` report them. Roles that another service, a pod or an identity pool may assume do not
count, whatever they may do.
Root and service-linked roles are aside.

Unknown where something unread may allow it to somebody, or where somebody can unless an unread service control or resource control policy
forbids it.

## How to fix
- Console: IAM, the policy that the reason names: remove the actions; name who backs up, restores and consumes streams in
  `trust.exporters`.
- CLI: `aws iam create-policy-version --policy-arn ARN --set-as-default --policy-document file://policy.json`
- Terraform: list actions in `aws_iam_policy_document` instead of `dynamodb:*`.
- CloudFormation: likewise in `AWS::IAM::ManagedPolicy`, or an `AWS::Organizations::Policy` that denies them.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.iam.actions import EXFILTRATION
from dynasec.model.table import Table
from dynasec.rights.limited_access import ACCESS_READS, KEY_READS, limits_of

CALLS = (EXFILTRATION - {"dynamodb:PutResourcePolicy"}) | {
    "dynamodb:CreateGlobalTable",
    "dynamodb:UpdateGlobalTable",
}

check = Check(
    subject=Table,
    title="Only declared principals export the table",
    severity=Severity.HIGH,
    reads=("dynamodb:ListBackups", *ACCESS_READS, *KEY_READS),
    frameworks=(
        "nist-800-53-r5:AC-4",
        "nist-800-53-r5:AC-6",
        "pci-dss-4.0.1:7.2.2",
        "source-post:iam-and-least-privilege",
    ),
)


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Look for principals beside exporters and administrators that can take a copy."""
    limits = limits_of(table, context.access, CALLS, context.duties, exporting=True)
    if limits.fault is None:
        whom = "declared exporters and administrators"
        return Verdict.passed(limits.settled(whom), **limits.evidence)
    if limits.above:
        return Verdict.unknown(*limits.above, reason=limits.fault, **limits.evidence)
    return Verdict.failed(limits.fault, **limits.evidence)
