"""A role with DynamoDB access cannot be assumed by anybody who happens by.

## Why it matters
Whoever can assume a role has its tables. A trust policy that admits `*`, another company's account without an external id, or every
identity of a public provider, hands them to people whom nobody here has ever met.

## Passes when
No Allow of the trust policy, evaluated with its conditions and Denies, admits
- anyone in any account;
- an account other than the role's own, those under `trust.accounts` and the members of `trust.organizations`, unless `sts:ExternalId`
  is asked for;
- web identities without a condition that tells whom: the provider's `sub` (for Cognito, Google, Amazon and Facebook the audience or
  app), with a beginning that says more than `repo:` or `system:serviceaccount:`.

What a condition leaves undecided counts as admitted. AWS services and SAML providers are not judged. A name that tells no account, as a
deleted role leaves behind, makes the answer unknown. Not applicable to service-linked roles, and to roles without access to DynamoDB or
DAX beyond metadata, by their own policies or by those of tables and streams in the audited Regions.

## How to fix
- Console: IAM, the role, Trust relationships, Edit: name the principal, add `sts:ExternalId` or the provider's `sub`; or name your own
  account in `trust.accounts`.
- CLI: `aws iam update-assume-role-policy --role-name NAME --policy-document file://trust.json`
- Terraform: `assume_role_policy` of `aws_iam_role`.
- CloudFormation: `AssumeRolePolicyDocument` of `AWS::IAM::Role`.
"""

from dynasec.arn import Arn
from dynasec.check import Check, Context, Severity, Verdict
from dynasec.iam.worlds import Target
from dynasec.model.fact import Unknown, malformed
from dynasec.model.identity import DETAILS, Role
from dynasec.semantics.item_access import TABLES
from dynasec.semantics.policy_text import document_of
from dynasec.semantics.principal_access import TABLE_READS, as_evidence, grants_to, ways
from dynasec.semantics.role_trust import trust_faults

check = Check(
    subject=Role,
    title="Roles with DynamoDB access trust named principals",
    severity=Severity.HIGH,
    reads=(*TABLE_READS, "organizations:DescribeOrganization"),
    frameworks=(
        "nist-800-53-r5:AC-3",
        "nist-800-53-r5:AC-6",
        "source-post:iam-and-least-privilege",
    ),
    regional=False,
)


@check.evaluator
def evaluate(role: Role, context: Context) -> Verdict:
    """Judge the trust of a role that opens something."""
    if role.is_service_linked:
        return Verdict.not_applicable("a service-linked role: only its AWS service can assume it")
    grants = grants_to(role, context.snapshot, TABLES)
    if not grants:
        return Verdict.not_applicable("has no access to DynamoDB")
    arn, above = Arn.parse(role.arn), context.snapshot.organization.description.value
    own = None if above is None else above.id
    target = Target(arn.partition, "us-east-1", arn.account, own)
    document = document_of(role.trust.known(), DETAILS)
    faults = list(trust_faults(document, target, context.settings.trust))
    certain = [one for one in faults if one.certain]
    if certain:
        more = f", and {len(certain) - 1} more" if len(certain) > 1 else ""
        return Verdict.failed(
            f"{certain[0].statement} lets {certain[0].who} assume it{more}, with access through {ways(grants)}",
            admitted=[{"statement": one.statement, "who": one.who} for one in certain],
            grants=as_evidence(grants),
        )
    if faults:
        raise Unknown(
            malformed(DETAILS, f"{faults[0].statement} names {faults[0].who}, which tells no account")
        )
    return Verdict.passed("its trust policy admits named principals only", grants=as_evidence(grants))
