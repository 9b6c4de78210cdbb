"""No long-term access key opens items: applications use roles.

## Why it matters
An access key of an IAM user works until somebody deletes it, from everywhere, and ends up in repositories, images and laptops. A role's
credentials expire within hours.

## Passes when
The user has no active access key, or no item access: none of its own, attached or groups' policies allows reading or writing items of
DynamoDB or DAX anywhere, and no resource policy of a table or stream in the audited Regions names it. An unconditional Deny on everything
and a permissions boundary count; conditions do not, since whoever holds the key may meet them. Keys are as the credential report tells,
which may be four hours old: the evidence says of when it is.

## How to fix
- Console: give the application a role (instance profile, task role, function role, IAM Roles Anywhere outside AWS); then IAM, the user,
  Security credentials, deactivate the key, and delete it once nothing breaks.
- CLI: `aws iam update-access-key --user-name NAME --access-key-id ID --status Inactive`
- Terraform: replace `aws_iam_access_key` by `aws_iam_role` and, for instances, `aws_iam_instance_profile`.
- CloudFormation: replace `AWS::IAM::AccessKey` by `AWS::IAM::Role`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.identity import User
from dynasec.semantics.item_access import ITEMS
from dynasec.semantics.principal_access import (
    CREDENTIAL_READS,
    TABLE_READS,
    as_evidence,
    grants_to,
    ways,
)

check = Check(
    subject=User,
    title="Applications use roles, not access keys",
    severity=Severity.HIGH,
    reads=(*CREDENTIAL_READS, *TABLE_READS),
    frameworks=(
        "cis-aws-3.0:1.18",
        "nist-800-53-r5:AC-3",
        "nist-800-53-r5:IA-5",
        "source-post:iam-and-least-privilege",
    ),
    regional=False,
)


@check.evaluator
def evaluate(user: User, context: Context) -> Verdict:
    """Judge the keys first: without one, nothing else needs to be known."""
    if user.credentials.observed and not user.credentials.known().has_active_key:
        as_of = user.credentials.known().as_of
        return Verdict.passed("has no active access key", as_of=as_of.isoformat())
    grants = grants_to(user, context.snapshot, ITEMS)
    if not grants:
        regions = [region.region for region in context.snapshot.regions]
        return Verdict.passed("has no item access", resource_policies_of=regions)
    report = user.credentials.known()
    keys = sum(key.active for key in report.access_keys)
    return Verdict.failed(
        f"{keys} active access key{'s' if keys > 1 else ''} with item access through {ways(grants)}",
        as_of=report.as_of.isoformat(),
        last_used=[
            key.last_used.isoformat() if key.last_used else None for key in report.access_keys if key.active
        ],
        grants=as_evidence(grants),
    )
