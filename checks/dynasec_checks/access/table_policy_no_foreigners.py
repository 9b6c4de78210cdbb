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

from typing import Final

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.iam.foreigners import Admission, Certainty, admitted
from dynasec.iam.principals import PrincipalKind
from dynasec.model.fact import Unknown, malformed
from dynasec.model.table import Table
from dynasec.semantics.policy_text import document_of

READ: Final = "dynamodb:GetResourcePolicy"
NAMELESS: Final = frozenset({PrincipalKind.OPAQUE, PrincipalKind.CANONICAL_USER})

check = Check(
    subject=Table,
    title="The table's policy admits no foreign account",
    severity=Severity.CRITICAL,
    reads=(READ, "organizations:DescribeOrganization"),
    frameworks=("nist-800-53-r5:AC-3", "nist-800-53-r5:AC-4", "source-post:iam-and-least-privilege"),
)


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Evaluate the policy for strangers and for every foreign account it names."""
    policy = table.policy.known()
    if policy is None:
        return Verdict.passed("has no resource policy")
    above = context.snapshot.organization.description.value
    found = admitted(
        document_of(policy.text, READ, table.region),
        resource_arn=table.arn,
        account=table.account,
        trusted=frozenset(context.settings.trust.accounts),
        trusted_organizations=frozenset(context.settings.trust.organizations),
        organization=None if above is None else above.id,
    )
    evidence = {"admitted": [_evidence(one) for one in found], "revision": policy.revision_id}
    told = [one for one in found if one.kind not in NAMELESS]
    if told:
        first = min(told, key=lambda one: one.certainty is not Certainty.CERTAIN)
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        return Verdict.failed(_words(first) + more, **evidence)
    if found:
        raise Unknown(malformed(READ, _words(found[0]), table.region))
    return Verdict.passed("its resource policy admits nobody from outside", **evidence)


def _words(one: Admission) -> str:
    who = one.principal
    if one.kind is PrincipalKind.SERVICE:
        who += " acting for any account"
    elif one.principal == "*":
        who = "anyone in any account" if one.account == "*" else f"anyone in account {one.account}"
    some = ", ".join(one.actions[:3]) + (", …" if len(one.actions) > 3 else "")  # noqa: PLR2004 - enough to see what it is about
    condition = f" if {' and '.join(one.conditions)}" if one.conditions else ""
    return f"{one.statement} admits {who} to {some}{condition}"


def _evidence(one: Admission) -> dict[str, object]:
    return {
        "statement": one.statement,
        "principal": one.principal,
        "kind": one.kind.value,
        "account": one.account,
        "actions": list(one.actions),
        "certainty": one.certainty.value,
        "conditions": list(one.conditions),
        "network_bound": one.network_bound,
    }
