"""No policy in use allows writing to DynamoDB by a wildcard.

## Why it matters
`dynamodb:*` lets an application delete its tables, their backups and their policies, and whatever AWS adds to the service later. A
stolen credential of that application can do the same.

## Passes when
No Allow statement reaches writing or changing actions of DynamoDB or DAX by a wildcard (`*`, `dynamodb:*`, `dax:*`, `dynamodb:Delete*`)
without a condition that really narrows it. Conditions that every caller can meet (TLS, MFA, time) do not narrow, nor does it help to name
tables or to except some (NotResource). Wildcards that only read (`dynamodb:Describe*`) and NotAction are not this control's.

AWS managed policies are judged as soon as somebody has them, but for those that `no-broad-managed-policy` names. Not applicable to policies
that nobody has, since those grant nothing, to those of service-linked roles, which only AWS can change, and to those that only
`trust.administrators` hold.

## How to fix
- Console: IAM, the policy, Edit: list the actions that are needed. An AWS managed policy is detached and replaced by one of your own.
- CLI: `aws iam create-policy-version --policy-arn ARN --set-as-default --policy-document file://policy.json`
- Terraform: list the actions in `aws_iam_policy_document`.
- CloudFormation: list the actions in `AWS::IAM::ManagedPolicy` or in the `Policies` of the role.
"""

from dynasec.arn import Arn
from dynasec.check import Check, Context, Severity, Verdict
from dynasec.iam.wildcards import Wildcard, wildcards
from dynasec.model.identity import DETAILS, Policy
from dynasec.semantics.administrators import held_by_administrators_only
from dynasec.semantics.broad_policies import JUDGED_ELSEWHERE, why_broad
from dynasec.semantics.policy_in_use import held_by, idle
from dynasec.semantics.policy_text import document_of
from dynasec.semantics.reached_resources import about_dynamodb

check = Check(
    subject=Policy,
    title="No wildcard allows changes to DynamoDB",
    severity=Severity.HIGH,
    frameworks=(
        "aws-fsbp:IAM.21",
        "nist-800-53-r5:AC-6",
        "pci-dss-4.0.1:7.2.2",
        "source-post:iam-and-least-privilege",
    ),
    regional=False,
)


@check.evaluator
def evaluate(policy: Policy, context: Context) -> Verdict:
    """Look for wildcards in a policy that somebody has."""
    nobodys = idle(policy)
    if nobodys is not None:
        return Verdict.not_applicable(nobodys, bounds=list(policy.bounds))
    if why_broad(policy):
        return Verdict.not_applicable(JUDGED_ELSEWHERE)
    document = document_of(policy.text.known(), DETAILS)
    found = wildcards(about_dynamodb(document, Arn.parse(policy.arn).partition))
    if not found:
        inverse = [one.label for one in document.statements if one.allows and one.not_actions is not None]
        caveat = f" (NotAction of {', '.join(inverse)} is not judged here)" if inverse else ""
        return Verdict.passed(f"no wildcard reaches actions that change items, tables or DAX{caveat}")
    if held_by_administrators_only(policy, context.snapshot.identity, context.settings.trust):
        return Verdict.not_applicable("held by declared administrators only")
    return Verdict.failed(
        _reason(policy, found),
        wildcards=[_evidence(one) for one in found],
        attached_to=list(policy.attached_to),
        principals=list(context.snapshot.identity.holders(policy)),
    )


def _reason(policy: Policy, found: tuple[Wildcard, ...]) -> str:
    what = "; ".join(f"{one.statement} allows {one.pattern}" for one in found)
    advice = "; AWS owns the policy, so detach it" if policy.aws_managed else ""
    return f"{what}: held by {held_by(policy)}{advice}"


def _evidence(one: Wildcard) -> dict[str, object]:
    reached: object = "every action" if one.everything else list(one.actions)
    return {"statement": one.statement, "pattern": one.pattern, "reaches": reached}
