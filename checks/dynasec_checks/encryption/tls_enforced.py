"""No request for items over plain HTTP is let through.

## Why it matters
DynamoDB's regional endpoints answer HTTP as well as HTTPS. One client with a wrong endpoint address sends items, and signed requests that
may be sent again, in clear, and nothing fails.

## Passes when
Every item action on the table, and on its indexes where it has some, is denied to everybody while `aws:SecureTransport` is false: by the
table's resource policy together with the organization's resource control policies; or, where the table has no resource policy, by
service control policies too, which bind the account's own principals and nobody else's. A Deny that exempts some principal, or that
names the table but not its indexes, leaves a way. Identity and endpoint policies are not counted: whoever is not under them is not bound.
Where the organization's policies cannot be read and nothing else denies, the answer is unknown.

## How to fix
Deny `dynamodb:*` to `*` on the table's ARN and `ARN/index/*` under `Bool: {"aws:SecureTransport": "false"}`.
- Console: DynamoDB, the table, Permissions, Resource-based policy.
- CLI: `aws dynamodb put-resource-policy --resource-arn ARN --policy file://policy.json --expected-revision-id ID`
- Terraform: `aws_dynamodb_resource_policy`.
- CloudFormation: `ResourcePolicy` in `AWS::DynamoDB::Table`.
"""

from collections.abc import Iterator

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.iam.document import Document
from dynasec.model.organization import RESOURCE_CONTROL, SERVICE_CONTROL
from dynasec.model.table import Table
from dynasec.semantics.policy_text import document_of
from dynasec.semantics.secure_transport import open_in_clear

_READ = "dynamodb:GetResourcePolicy"
_CONTROL = "organizations:DescribePolicy"

check = Check(
    subject=Table,
    title="Plain HTTP is denied",
    severity=Severity.MEDIUM,
    reads=(
        "dynamodb:DescribeTable",
        _READ,
        "organizations:DescribeOrganization",
        "organizations:ListParents",
        "organizations:ListPoliciesForTarget",
        _CONTROL,
    ),
    frameworks=("nist-800-53-r5:SC-8", "hipaa-164:312(e)(1)", "source-post:encryption-in-transit"),
)


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Ask the table's own policy first, then what stands above the account."""
    description = table.description.known()
    indexed = bool(description.global_secondary_indexes or description.local_secondary_indexes)
    policy = table.policy.known()
    own = [] if policy is None else [document_of(policy.text, _READ, table.region)]
    if not open_in_clear(own, table.arn, indexed=indexed):
        return Verdict.passed("its resource policy denies every item request over plain HTTP")
    kinds = (RESOURCE_CONTROL, SERVICE_CONTROL) if policy is None else (RESOURCE_CONTROL,)
    above = list(_above(context, kinds))
    left = open_in_clear([*own, *above], table.arn, indexed=indexed)
    if not left:
        return Verdict.passed("policies of the organization deny every item request over plain HTTP")
    told = [f"{action} on the {kind}" for action, kind in left]
    if policy is None:
        return Verdict.failed("has no policy that denies requests over plain HTTP", open=told)
    more = f" and {len(told) - 2} more" if len(told) > 2 else ""  # noqa: PLR2004 - enough to see what it is about
    return Verdict.failed(
        f"its policy does not deny to everybody over plain HTTP: {', '.join(told[:2])}{more}", open=told
    )


def _above(context: Context, kinds: tuple[str, ...]) -> Iterator[Document]:
    """Yield the control policies that bind; none bind the organization's management account."""
    found = context.snapshot.organization
    description = found.description.known()
    if description is None or description.master_account_id == context.snapshot.account.id:
        return
    if description.feature_set != "ALL":
        return
    for kind in kinds:
        for level in found.controls(kind):
            for policy in level:
                yield document_of(policy.text.known(), _CONTROL)
