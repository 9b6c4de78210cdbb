"""Access keys that reach DynamoDB are replaced in time.

## Why it matters
The longer a key is in use, the more copies of it lie in files, images and histories, and the longer a stolen one works unnoticed.

## Passes when
Every active access key of the user is at most `thresholds.access_key_days` old (90 unless configured). Not applicable to a user without
an active key, or without access to DynamoDB.

Access is any Allow in the user's own, attached or groups' policies that reaches DynamoDB or DAX beyond metadata (items, streams,
exports, changing or deleting tables, permissions), or a resource policy of a table or stream in the audited Regions that names the user.
An unconditional Deny on everything and a permissions boundary count; conditions do not. What the user may do as a role is not counted:
the role's trust policy can demand MFA. The credential report may be four hours old: the evidence says of when it is.
A key's age is counted from when it was made or last changed.

## How to fix
- Console: IAM, the user, Security credentials, Create access key; put it in place, deactivate the old one, and delete it once nothing
  breaks. Better, use a role.
- CLI: `aws iam create-access-key --user-name NAME`, then `aws iam update-access-key --user-name NAME --access-key-id ID --status Inactive`
- Terraform: `terraform apply -replace=aws_iam_access_key.NAME`.
- CloudFormation: raise `Serial` of `AWS::IAM::AccessKey`.
"""

from datetime import timedelta

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Unknown, malformed
from dynasec.model.identity import REPORT, Credentials, User
from dynasec.semantics.item_access import TABLES
from dynasec.semantics.principal_access import (
    CREDENTIAL_READS,
    TABLE_READS,
    as_evidence,
    grants_to,
    ways,
)

check = Check(
    subject=User,
    title="Access keys with DynamoDB access are fresh",
    severity=Severity.MEDIUM,
    reads=(*CREDENTIAL_READS, *TABLE_READS),
    frameworks=(
        "aws-fsbp:IAM.3",
        "cis-aws-3.0:1.14",
        "nist-800-53-r5:IA-5",
        "source-post:iam-and-least-privilege",
    ),
    regional=False,
)


@check.evaluator
def evaluate(user: User, context: Context) -> Verdict:
    """Judge the keys first: without an active one, nothing else needs to be known."""
    if user.credentials.value is not None and not user.credentials.value.has_active_key:
        return Verdict.not_applicable("has no active access key")
    grants = grants_to(user, context.snapshot, TABLES)
    if not grants:
        return Verdict.not_applicable("has no access to DynamoDB")
    report = user.credentials.known()
    limit = timedelta(days=context.settings.thresholds.access_key_days)
    ages = _ages(report, context)
    oldest = max((age for age in ages if age is not None), default=timedelta())
    told = {"as_of": report.as_of.isoformat(), "days": [None if age is None else age.days for age in ages]}
    if oldest > limit:
        reason = f"an access key is {oldest.days} days old, more than {limit.days}, with access through {ways(grants)}"
        return Verdict.failed(reason, grants=as_evidence(grants), **told)
    if None in ages:
        raise Unknown(malformed(REPORT, "an active key has no date of its last rotation"))
    return Verdict.passed(f"no active access key is older than {limit.days} days", **told)


def _ages(report: Credentials, context: Context) -> list[timedelta | None]:
    dates = [key.last_rotated for key in report.access_keys if key.active]
    return [None if date is None else context.now - date for date in dates]
