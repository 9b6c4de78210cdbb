"""AWS's managed policies that open every table are held by administrators only.

## Why it matters
`AmazonDynamoDBFullAccess` deletes tables and backups, `AmazonDynamoDBReadOnlyAccess` reads every item of every table, whatever its name
suggests, and `AdministratorAccess` and `PowerUserAccess` do all of it. Whoever holds one for the sake of one table has them all.

## Passes when
Every holder of the policy matches a glob of `trust.administrators`; members of a group that has it are its holders. Judged are the
policies named above, `AmazonDynamoDBFullAccess_v2`, `AmazonDynamoDBFullAccesswithDataPipeline`, `ReadOnlyAccess` and
`DatabaseAdministrator`; the control is not applicable to other policies, which `no-wildcard-actions` and `no-wildcard-tables` judge by
what they say, nor to policies that nobody has. Without declared administrators, every holder is at fault. Boundaries are not counted.

## How to fix
- Console: IAM, the holder, Permissions: attach a policy that lists its actions and tables, then detach this one. Name real administrators
  in `trust.administrators`.
- CLI: `aws iam detach-role-policy --role-name NAME --policy-arn ARN`, `detach-user-policy` or `detach-group-policy`.
- Terraform: replace the `aws_iam_role_policy_attachment` by one of an own `aws_iam_policy`.
- CloudFormation: remove the ARN from `ManagedPolicyArns` of the role, user or group.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.identity import Policy
from dynasec.semantics.administrators import is_administrator
from dynasec.semantics.broad_policies import why_broad
from dynasec.semantics.policy_in_use import idle, missing_holders

check = Check(
    subject=Policy,
    title="Broad AWS managed policies are held by administrators only",
    severity=Severity.HIGH,
    frameworks=(
        "cis-aws-3.0:1.16",
        "nist-800-53-r5:AC-6",
        "pci-dss-4.0.1:7.2.2",
        "source-post:iam-and-least-privilege",
    ),
    regional=False,
)


@check.evaluator
def evaluate(policy: Policy, context: Context) -> Verdict:
    """Look for holders of a broad policy that are no administrators."""
    what = why_broad(policy)
    if what is None:
        return Verdict.not_applicable("is none of the AWS managed policies that open every table")
    nobodys = idle(policy)
    if nobodys is not None:
        return Verdict.not_applicable(nobodys)
    identity, trust = context.snapshot.identity, context.settings.trust
    groups = {group.arn for group in identity.groups.items}
    known = {arn for arn in policy.attached_to if arn not in groups} | set(identity.holders(policy))
    others = sorted(arn for arn in known if not is_administrator(arn, trust))
    evidence = {"holders": sorted(known), "attached_to": list(policy.attached_to)}
    if others:
        names = ", ".join(arn.rsplit(":", 1)[-1] for arn in others[:3])
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""  # noqa: PLR2004 - enough to begin with
        declared = "not among" if trust.administrators else "and there are no"
        reason = f"{what}: held by {names}{more}, {declared} declared administrators"
        return Verdict.failed(reason, not_administrators=others, **evidence)
    missing_holders(policy, identity).settle()
    if not known:
        return Verdict.not_applicable("attached only to groups without members", **evidence)
    return Verdict.passed("held by declared administrators only", **evidence)
