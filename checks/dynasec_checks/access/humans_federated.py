"""No IAM user signs in to the console to reach DynamoDB: people are federated.

## Why it matters
A password of an IAM user outlives its owner's job, and nobody's directory disables it. People who sign in by IAM Identity Center or
another identity provider get credentials of hours, and leave with their account there.

## Passes when
The user has no console password, or no access to DynamoDB.

Access is any Allow in the user's own, attached or groups' policies that reaches DynamoDB or DAX beyond metadata (items, streams,
exports, changing or deleting tables, permissions), or a resource policy of a table or stream in the audited Regions that names the user.
An unconditional Deny on everything and a permissions boundary count; conditions do not. What the user may do as a role is not counted:
the role's trust policy can demand MFA. The credential report may be four hours old: the evidence says of when it is.

A user kept for emergencies is what suppressions with an owner and an end are for.

## How to fix
- Console: give the person access in IAM Identity Center; then IAM, the user, Security credentials, Manage console access, Disable.
- CLI: `aws iam delete-login-profile --user-name NAME`
- Terraform: remove `aws_iam_user_login_profile`; give access by `aws_ssoadmin_account_assignment`.
- CloudFormation: remove `LoginProfile` from `AWS::IAM::User`; give access by `AWS::SSO::Assignment`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.identity import User
from dynasec.semantics.item_access import TABLES
from dynasec.semantics.principal_access import (
    CREDENTIAL_READS,
    TABLE_READS,
    as_evidence,
    grants_to,
    has_password,
    ways,
)

check = Check(
    subject=User,
    title="People reach DynamoDB by federation, not as IAM users",
    severity=Severity.MEDIUM,
    reads=(*CREDENTIAL_READS, *TABLE_READS),
    frameworks=("nist-800-53-r5:AC-2", "nist-800-53-r5:IA-2", "source-post:iam-and-least-privilege"),
    regional=False,
)


@check.evaluator
def evaluate(user: User, context: Context) -> Verdict:
    """Judge the password first: without one, nothing else needs to be known."""
    if user.credentials.value is not None and not has_password(user.credentials.value):
        return Verdict.passed("has no console password", as_of=user.credentials.value.as_of.isoformat())
    grants = grants_to(user, context.snapshot, TABLES)
    if not grants:
        regions = [region.region for region in context.snapshot.regions]
        return Verdict.passed("has no access to DynamoDB", resource_policies_of=regions)
    report = user.credentials.known()
    used = report.password_last_used
    return Verdict.failed(
        f"signs in by a console password, with access through {ways(grants)}",
        as_of=report.as_of.isoformat(),
        password_last_used=None if used is None else used.isoformat(),
        grants=as_evidence(grants),
    )
