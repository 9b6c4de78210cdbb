"""The role of a DAX cluster reaches named tables only.

## Why it matters
Whoever may send requests to a cluster acts on tables with the rights of its role, and DynamoDB's fine-grained conditions do not reach
through it. A role that may read every table makes the cluster a door to all of them.

## Passes when
Each Allow of item actions in the role's policies names tables (and their indexes or streams), or its permissions boundary does. A wildcard
in a table's name, `*` and NotResource name none; conditions are not counted.

## How to fix
- Console: IAM, Roles, the cluster's role: replace its policy by one that lists the tables.
- CLI: `aws iam put-role-policy --role-name NAME --policy-name NAME --policy-document file://policy.json`
- Terraform: `aws_iam_role_policy` with `resources = [aws_dynamodb_table.NAME.arn]`.
- CloudFormation: `Policies` in `AWS::IAM::Role`.
"""

from collections.abc import Iterator

from dynasec.arn import Arn
from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.companion import DaxCluster
from dynasec.model.fact import Gaps, Unknown, malformed
from dynasec.model.identity import DETAILS, Identity, Policy, Role
from dynasec.semantics.named_tables import beyond_named_tables
from dynasec.semantics.policy_text import document_of

check = Check(
    subject=DaxCluster,
    title="DAX reaches named tables only",
    severity=Severity.HIGH,
    reads=(DETAILS,),
    frameworks=("nist-800-53-r5:AC-6", "pci-dss-4.0.1:7.2.2", "source-post:iam-and-least-privilege"),
)


@check.evaluator
def evaluate(cluster: DaxCluster, context: Context) -> Verdict:
    """Look for a statement that reaches beyond; a boundary that names tables takes it back."""
    identity = context.snapshot.identity
    role = _role(cluster, identity)
    partition, gaps = Arn.parse(role.arn).partition, Gaps()
    policies = gaps.items(identity.policies_of(role))
    found = [words for policy in policies for words in _beyond(policy, partition, gaps)]
    if not found:
        gaps.settle()
        return Verdict.passed(f"role {role.name} reaches named tables only", role=role.arn)
    boundary = identity.boundary_of(role).known()
    if boundary is not None:
        in_boundary = Gaps()
        wide = list(_beyond(boundary, partition, in_boundary))
        in_boundary.settle()
        if not wide:
            return Verdict.passed(f"role {role.name} is bounded to named tables", role=role.arn)
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return Verdict.failed(f"role {role.name}: {found[0]}{more}", role=role.arn, statements=found)


def _role(cluster: DaxCluster, identity: Identity) -> Role:
    arn = cluster.description.iam_role_arn
    role = next((one for one in identity.roles.items if one.arn == arn), None)
    if role is None:
        identity.roles.complete()
        raise Unknown(malformed(DETAILS, f"no role {arn}", cluster.region))
    return role


def _beyond(policy: Policy, partition: str, gaps: Gaps) -> Iterator[str]:
    text = gaps.of(policy.text)
    if text is None:
        return
    try:
        document = document_of(text, DETAILS)
    except Unknown as unreadable:
        gaps.found.extend(unreadable.gaps)
        return
    for label, resource in beyond_named_tables(document, partition):
        yield f"{label} of policy {policy.label} reaches {resource}"
