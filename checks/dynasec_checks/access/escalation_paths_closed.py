"""Nobody without access to a sensitive table can give it to themselves.

## Why it matters
A deployment role that reads no items and may write its own policy, or start a function with another role, is one call away from all of
them. Least privilege on items is worth what the rights to change rights leave of it.

## Passes when
A user or role that cannot read or write items of a sensitive table cannot come to it by

- `iam:Put…Policy` or `iam:Attach…Policy` on itself, its group or a role it may assume, `iam:CreatePolicyVersion` or
  `iam:SetDefaultPolicyVersion` on a policy it has;
- `iam:UpdateAssumeRolePolicy` on a role, `iam:CreateAccessKey`, `CreateLoginProfile` or `UpdateLoginProfile` on a user with access;
- `iam:PassRole` of a role with access, and an action that starts code with it: `lambda:CreateFunction`, `ec2:RunInstances`,
  `ecs:RegisterTaskDefinition`, `glue:CreateJob`, `cloudformation:CreateStack` and others;
- `dynamodb:PutResourcePolicy` on the table;
- `kms:PutKeyPolicy` or `kms:CreateGrant` on its key, where nothing but the key is missing.

Evaluated is what comes of it: its boundary, control policies, Denies and the table's key still count. A right under a condition counts as
one. Assuming a role and asking a DAX cluster are access as it was granted, and no escalation. One step is followed: what a role can do
that one may assume is judged at that role. Code that already runs is not looked at, nor `iam:AddUserToGroup` and taking a boundary off.

Not applicable to administrators (`trust.administrators`; while none are declared, whoever may do everything), to service-linked roles,
to who has item access to every sensitive table, and where no table is sensitive. Unknown where something unread may open a way, or forbid
the one that was found.

## How to fix
- Console: IAM, the policy named: narrow `iam:PassRole` to the roles of that service, take the actions on policies out, or set a permissions
  boundary that allows no item actions.
- CLI: `aws iam put-role-permissions-boundary --role-name NAME --permissions-boundary ARN`, or `put-user-permissions-boundary`
- Terraform: `permissions_boundary` in `aws_iam_role`; `resources` and `iam:PassedToService` in the statement of `iam:PassRole`.
- CloudFormation: `PermissionsBoundary` in `AWS::IAM::Role`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Gap
from dynasec.model.identity import IamPrincipal, Role
from dynasec.rights.limited_access import ACCESS_READS, KEY_READS, unless_forbidden
from dynasec.rights.self_granted import Escalation, evidence, told

check = Check(
    subject=IamPrincipal,
    title="Nobody gives themselves access to sensitive items",
    severity=Severity.HIGH,
    reads=("dynamodb:ListTables", "tag:GetResources", *ACCESS_READS, *KEY_READS),
    frameworks=(
        "nist-800-53-r5:AC-3",
        "nist-800-53-r5:AC-6",
        "pci-dss-4.0.1:7.2.2",
        "source-post:iam-and-least-privilege",
    ),
    regional=False,
)


@check.evaluator
def evaluate(principal: IamPrincipal, context: Context) -> Verdict:
    """Look for a step that opens a sensitive table to a principal that has no access to it."""
    aside = _aside(principal, context)
    if aside is not None:
        return Verdict.not_applicable(aside)
    known = context.self_granted
    if not known.tables and not known.gaps:
        return Verdict.not_applicable("no table is sensitive")
    return _judged(known.of(principal), known.gaps, context.access.above.gaps)


def _judged(found: Escalation, gaps: tuple[Gap, ...], above: tuple[Gap, ...]) -> Verdict:
    if found.ways:
        reason = unless_forbidden(told(found), above)
        if above:
            return Verdict.unknown(*above, reason=reason, **evidence(found))
        return Verdict.failed(reason, **evidence(found))
    if found.gaps or gaps:
        return Verdict.unknown(*dict.fromkeys((*found.gaps, *gaps)))
    if not found.lacking:
        return Verdict.not_applicable("has item access to every sensitive table")
    return Verdict.passed("cannot give itself access to sensitive items", **evidence(found))


def _aside(principal: IamPrincipal, context: Context) -> str | None:
    if isinstance(principal, Role) and principal.is_service_linked:
        return "a service-linked role: AWS alone decides what it may do"
    if context.duties.administers(context.access.own[principal.arn]):
        return "a declared administrator" if context.duties.declared else "may do everything"
    return None
