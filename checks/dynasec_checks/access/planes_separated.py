"""Nobody can use both the items and the settings of one table.

## Why it matters
An application that may change its tables can be made to delete, copy or open them; somebody who changes tables and reads their items
needs no accomplice. Two principals, one for each plane, halve what a single stolen credential is worth.

## Passes when
On no table does the user or role have both an item action (`dynamodb:GetItem`, `Query`, `PutItem`, PartiQL, `GetRecords`…) and one that
changes the table, its indexes or its stream (`UpdateTable`, `DeleteTable`, `PutResourcePolicy`, `UpdateTimeToLive`, `TagResource`…).
Counted is effective access: identity policies and those of groups, the boundary, service control and resource control policies, the
policies of tables and streams, customers' keys, with all Denies. A right under a condition counts as one. What it could do as another
principal is judged at that one.

Not applicable to the principals under `trust.administrators`, to service-linked roles, and to who has no access to a table. While no
administrator is declared, it is not applicable to users, and to roles that only people, pipelines or CloudFormation assume, that a policy
allows `*` on `*` without condition or boundary: `no-broad-managed-policy` and `no-wildcard-actions` report them. Roles that another
service, a pod or an identity pool may assume are judged, whatever they may do.

Unknown where something unread may open the other plane, or alone decides whether one is open at all, and where an unread service control
or resource control policy may close one of two.

## How to fix
- Console: IAM, the policies that the reason names: keep the item actions in one principal, move the others to a role of operators or of
  the deployment.
- CLI: `aws iam create-policy-version --policy-arn ARN --set-as-default --policy-document file://policy.json`
- Terraform: two `aws_iam_policy_document`s, attached to two roles, instead of `dynamodb:*`.
- CloudFormation: two `AWS::IAM::ManagedPolicy` for two roles.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Gap
from dynasec.model.identity import IamPrincipal, Role
from dynasec.rights.limited_access import ACCESS_READS, KEY_READS, unless_forbidden
from dynasec.rights.table_planes import Planes, planes_of

check = Check(
    subject=IamPrincipal,
    title="Items and tables are in different hands",
    severity=Severity.MEDIUM,
    reads=("dynamodb:ListTables", "tag:GetResources", *ACCESS_READS, *KEY_READS),
    frameworks=("nist-800-53-r5:AC-5", "nist-800-53-r5:AC-6", "source-post:iam-and-least-privilege"),
    regional=False,
)


_EVERYTHING = "may do everything: see no-broad-managed-policy and no-wildcard-actions"


@check.evaluator
def evaluate(principal: IamPrincipal, context: Context) -> Verdict:
    """Look for a table of which the principal can use both planes."""
    if isinstance(principal, Role) and principal.is_service_linked:
        return Verdict.not_applicable("a service-linked role: AWS alone decides what it may do")
    if context.duties.administers(context.access.own[principal.arn]):
        declared = context.duties.declared
        return Verdict.not_applicable("a declared administrator" if declared else _EVERYTHING)
    return _judged(planes_of(principal, context.access), context.access.above.gaps)


def _judged(planes: Planes, above: tuple[Gap, ...]) -> Verdict:
    if planes.overlaps:
        more = len({arn for one in planes.overlaps[1:] for arn in one.arns})
        reason = str(planes.overlaps[0]) + (f"; likewise on {more} more" if more else "")
        evidence = {"overlaps": [one.as_evidence for one in planes.overlaps]}
        if above:
            return Verdict.unknown(*above, reason=unless_forbidden(reason, above), **evidence)
        return Verdict.failed(reason, **evidence)
    missing = planes.gaps or (() if planes.used else planes.doubts)
    if missing:
        return Verdict.unknown(*missing)
    if not planes.used:
        return Verdict.not_applicable("has no access to items or settings of a table")
    if len(planes.used) == 1:
        return Verdict.passed(f"may use {planes.used[0]} of tables only")
    return Verdict.passed("may use items and settings, but nowhere of the same table")
