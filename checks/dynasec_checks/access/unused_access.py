"""Whoever may use DynamoDB does use it.

## Why it matters
Rights that nobody uses serve only whoever steals the credentials. What a principal has not touched for a quarter of a year can be taken
from it, and given back when it is missed.

## Passes when
The user or role tried to use DynamoDB or DAX within `thresholds.unused_access_days` (90), as IAM tracks it. Only judged with `--deep`:
IAM is asked to build a report for every user and role, which changes nothing in the account but takes its time.

IAM tracks the last 400 days and shows attempts some hours late; attempts that were refused count as use. Whether rights were given only
lately cannot be seen: a failure on something new in an old role is a reason to wait. Item-level calls count like any others; by which table
is not told.

Not applicable to principals younger than that, to those whose policies allow nothing of DynamoDB and DAX, to service-linked roles, and to
administrators (`trust.administrators`; while none are declared, whoever may do everything).

## How to fix
- Console: IAM, the user or role, Last Accessed: see what it does use, then take DynamoDB out of its policies.
- CLI: `aws iam detach-role-policy --role-name NAME --policy-arn ARN`, or `aws iam create-policy-version` with less
- Terraform: drop the statement from `aws_iam_policy_document`, or the `aws_iam_role_policy_attachment`.
- CloudFormation: drop it from `Policies` or `ManagedPolicyArns` of `AWS::IAM::Role`.
"""

from datetime import datetime, timedelta

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.identity import IamPrincipal, LastAccess, Role

check = Check(
    subject=IamPrincipal,
    title="Access to DynamoDB is used",
    severity=Severity.MEDIUM,
    reads=("iam:GenerateServiceLastAccessedDetails", "iam:GetServiceLastAccessedDetails"),
    frameworks=(
        "nist-800-53-r5:AC-2",
        "nist-800-53-r5:AC-6",
        "pci-dss-4.0.1:7.2.2",
        "source-post:iam-and-least-privilege",
    ),
    deep=True,
    regional=False,
)


@check.evaluator
def evaluate(principal: IamPrincipal, context: Context) -> Verdict:
    """Compare the last use with the threshold."""
    aside = _aside(principal, context)
    if aside is not None:
        return Verdict.not_applicable(aside)
    access = principal.last_access.known()
    if not access.services:
        return Verdict.not_applicable("its policies allow nothing of DynamoDB and DAX")
    limit = timedelta(days=context.settings.thresholds.unused_access_days)
    used = [moment for moment in access.services.values() if moment is not None]
    evidence = {
        "last_used": {name: moment and moment.isoformat() for name, moment in access.services.items()},
        "as_of": access.as_of.isoformat(),
    }
    if used and access.as_of - max(used) <= limit:
        return Verdict.passed(f"last used {_ago(access, max(used))}", **evidence)
    created = principal.created.known()
    if access.as_of - created <= limit:
        return Verdict.not_applicable(f"made {_ago(access, created)}: too new to judge", **evidence)
    if used:
        return Verdict.failed(f"last used {_ago(access, max(used))}", **evidence)
    return Verdict.failed("not used in the 400 days that IAM tracks, or since it was made", **evidence)


def _aside(principal: IamPrincipal, context: Context) -> str | None:
    if isinstance(principal, Role) and principal.is_service_linked:
        return "a service-linked role: AWS alone decides what it may do"
    if context.duties.administers(context.access.own[principal.arn]):
        return "a declared administrator" if context.duties.declared else "may do everything"
    return None


def _ago(access: LastAccess, moment: datetime) -> str:
    return f"{(access.as_of - moment).days} days ago"
