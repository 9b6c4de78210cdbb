"""Only administrators change the tags that decide access.

## Why it matters
Where a policy opens tables to whoever has the same `team` tag, the tag is the permission: who may write it on a table, or on themselves,
lets themselves in, and no policy has to change for it.

## Passes when
A principal that is no administrator cannot change a tag that decides: by `dynamodb:TagResource` or `UntagResource` on a table that a
policy with `aws:ResourceTag/…` is about, or by `iam:TagRole`, `UntagRole`, `TagUser` or `UntagUser` on a user or role where a policy asks
for `aws:PrincipalTag/…`. Deciding are tags in conditions, and in resources as variables, of statements about DynamoDB or DAX: in policies
that somebody has, in boundaries, in those of tables and streams, and in control policies. A right to tag that spares these keys
(`aws:TagKeys`) is none; one under another condition counts. Boundaries, control policies and Denies count. Session tags are not judged,
and where attribute-based access control is switched off, which no API tells, tags of tables decide nothing.

Administrators are those of `trust.administrators`; while none are declared, whoever may do everything. Not applicable where no tag
decides, and to service-linked roles. Unknown where something unread may allow it, or forbid what was found.

## How to fix
- Console: IAM, the policy named, Edit: take the tagging actions out, or deny them for these keys:
  `"ForAnyValue:StringEquals": {"aws:TagKeys": ["team"]}`.
- CLI: `aws iam create-policy-version --policy-arn ARN --set-as-default --policy-document file://policy.json`
- Terraform: list actions in `aws_iam_policy_document` instead of `dynamodb:*`; or an `aws_organizations_policy` that denies tagging.
- CloudFormation: likewise in `AWS::IAM::ManagedPolicy`, or an `AWS::Organizations::Policy`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Gap
from dynasec.model.identity import IamPrincipal, Role
from dynasec.rights.limited_access import ACCESS_READS, unless_forbidden
from dynasec.rights.tag_guard import Guard, deciding_tags, guard_of, told

check = Check(
    subject=IamPrincipal,
    title="Only administrators change tags that decide access",
    severity=Severity.HIGH,
    reads=("dynamodb:ListTables", "dynamodb:DescribeTable", "tag:GetResources", *ACCESS_READS),
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
    """Look for deciding tags that a principal can change."""
    if isinstance(principal, Role) and principal.is_service_linked:
        return Verdict.not_applicable("a service-linked role: AWS alone decides what it may do")
    access = context.access
    deciding, gaps = deciding_tags(access)
    if not deciding and not gaps:
        return Verdict.not_applicable("no policy decides access to tables by tags")
    who = access.own[principal.arn]
    if context.duties.administers(who):
        declared = context.duties.declared
        return Verdict.not_applicable("a declared administrator" if declared else "may do everything")
    return _judged(guard_of(who, access), access.above.gaps, sorted({one.words for one in deciding}))


def _judged(guard: Guard, above: tuple[Gap, ...], deciding: list[str]) -> Verdict:
    if guard.changes:
        evidence = {"changes": [change.as_evidence for change in guard.changes]}
        reason = unless_forbidden(told(guard), above)
        if above:
            return Verdict.unknown(*above, reason=reason, **evidence)
        return Verdict.failed(reason, **evidence)
    if guard.gaps:
        return Verdict.unknown(*guard.gaps)
    return Verdict.passed("cannot change the tags that decide access", deciding=deciding)
