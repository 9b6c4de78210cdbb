"""Few principals can read a sensitive table.

## Why it matters
Each principal that can read the data is one more credential whose loss is a breach, and one more that nobody reviews once there are many.

## Passes when
At most `thresholds.sensitive_readers` users and roles (10 unless configured) can `dynamodb:GetItem`, `BatchGetItem`, `Query`, `Scan`,
`PartiQLSelect` or `SearchVectors` on the table or one of its indexes; the evidence lists them. Counted is effective access: identity
policies and those of groups, boundaries, service control and resource control policies, the table's own policy and a customer's key, with
all Denies. A right under a condition counts as one. Another account, an identity provider or anyone, as the table's own policy may admit
them, is more than can be counted, whatever the number.

The principals under `trust.administrators` are not counted, nor are root and service-linked roles; administrators that nobody declared
are. What a principal could read as another one is counted at that one. Not applicable below the class from which data is sensitive.

Unknown where something unread may let more read it than are allowed, or where an unread service control or resource control policy may
forbid it to some.

## How to fix
- Console: IAM, the policies that the evidence names: read access for those who need it; name administrators in `trust.administrators`.
- CLI: `aws iam create-policy-version --policy-arn ARN --set-as-default --policy-document file://policy.json`
- Terraform: name tables in `resources` of `aws_iam_policy_document`; a customer key whose policy names its users limits readers at once.
- CloudFormation: likewise in `AWS::IAM::ManagedPolicy` and `KeyPolicy` of `AWS::KMS::Key`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.table import Table
from dynasec.rights.limited_access import ACCESS_READS, KEY_READS
from dynasec.rights.readers import readers_of

check = Check(
    subject=Table,
    title="Few principals read a sensitive table",
    severity=Severity.MEDIUM,
    reads=(*ACCESS_READS, *KEY_READS),
    frameworks=(
        "nist-800-53-r5:AC-3",
        "nist-800-53-r5:AC-6",
        "pci-dss-4.0.1:7.2.2",
        "source-post:iam-and-least-privilege",
    ),
)


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Count who can read."""
    if not context.is_sensitive(table):
        return Verdict.not_applicable("the table's data is not sensitive")
    limit = context.settings.thresholds.sensitive_readers
    readers = readers_of(table, context.access, context.duties)
    excess = readers.excess(limit)
    if excess is None:
        count = readers.count(limit)
        return Verdict.passed(
            f"{count} principal{'' if count == 1 else 's'} may read it, {limit} are allowed",
            **readers.evidence,
        )
    if readers.found.above:
        return Verdict.unknown(*readers.found.above, reason=excess, **readers.evidence)
    return Verdict.failed(excess, **readers.evidence)
