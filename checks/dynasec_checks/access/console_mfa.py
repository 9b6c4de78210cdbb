"""A user with a console password and DynamoDB access has MFA.

## Why it matters
A password is phished or reused; with it alone the console shows the items of every table that the user may read.

## Passes when
The user has an MFA device. Not applicable to a user without a console password, or without access to DynamoDB, if that can be told.

Access is any Allow in the user's own, attached or groups' policies that reaches DynamoDB or DAX beyond metadata (items, streams,
exports, changing or deleting tables, permissions), or a resource policy of a table or stream in the audited Regions that names the user.
An unconditional Deny on everything and a permissions boundary count; conditions do not. What the user may do as a role is not counted:
the role's trust policy can demand MFA itself. The credential report may be four hours old: the evidence says of when it is.

## How to fix
- Console: IAM, the user, Security credentials, Assign MFA device; or delete the password and have people sign in by IAM Identity Center.
- CLI: `aws iam enable-mfa-device --user-name NAME --serial-number ARN --authentication-code1 CODE --authentication-code2 CODE`
- Terraform: `aws_iam_virtual_mfa_device` makes a device, which its owner enables; or remove `aws_iam_user_login_profile`.
- CloudFormation: `AWS::IAM::VirtualMFADevice`; or remove `LoginProfile` from `AWS::IAM::User`.
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
    title="Console users with DynamoDB access have MFA",
    severity=Severity.HIGH,
    reads=(*CREDENTIAL_READS, *TABLE_READS),
    frameworks=(
        "aws-fsbp:IAM.5",
        "cis-aws-3.0:1.10",
        "nist-800-53-r5:IA-2",
        "pci-dss-4.0.1:8.4.2",
        "source-post:iam-and-least-privilege",
    ),
    regional=False,
)


@check.evaluator
def evaluate(user: User, context: Context) -> Verdict:
    """Judge the credentials first: without a password, or with MFA, nothing else needs to be known."""
    report = user.credentials.value
    if report is not None:
        as_of = report.as_of.isoformat()
        if not has_password(report):
            return Verdict.not_applicable("has no console password", as_of=as_of)
        if report.mfa_active:
            return Verdict.passed("has MFA", as_of=as_of)
    grants = grants_to(user, context.snapshot, TABLES)
    if not grants:
        return Verdict.not_applicable("has no access to DynamoDB")
    return Verdict.failed(
        f"console password without MFA, with access through {ways(grants)}",
        as_of=user.credentials.known().as_of.isoformat(),
        grants=as_evidence(grants),
    )
