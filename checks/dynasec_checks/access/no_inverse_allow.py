"""No policy in use allows DynamoDB by what it does not name.

## Why it matters
`NotAction` allows every action but those listed, and `NotResource` every table but those listed: whatever is made or added by AWS later
is allowed from its first day, and nobody reading the policy sees that it is about DynamoDB at all.

## Passes when
No Allow statement with `NotAction` or `NotResource` reaches DynamoDB or DAX beyond metadata, whatever its conditions: none is there, or
the actions and resources it leaves over are not theirs. Denies in other statements are not set off. Not applicable to policies that
nobody has, since those grant nothing, to those of service-linked roles, which only AWS can change, and to those that only principals
under `trust.administrators` have.

## How to fix
- Console: IAM, the policy, Edit: list the actions and the tables that are needed; exceptions belong into a Deny. An AWS managed policy
  (`PowerUserAccess`) is detached and replaced by one of your own.
- CLI: `aws iam create-policy-version --policy-arn ARN --set-as-default --policy-document file://policy.json`
- Terraform: `actions` and `resources` instead of `not_actions` and `not_resources` in `aws_iam_policy_document`.
- CloudFormation: `Action` and `Resource` in `AWS::IAM::ManagedPolicy` or in the `Policies` of the role.
"""

from dynasec.arn import Arn
from dynasec.check import Check, Context, Severity, Verdict
from dynasec.iam.document import Statement
from dynasec.model.identity import DETAILS, Policy
from dynasec.semantics.administrators import held_by_administrators_only
from dynasec.semantics.granted_actions import reached_actions
from dynasec.semantics.item_access import TABLES
from dynasec.semantics.policy_in_use import held_by, idle
from dynasec.semantics.policy_text import document_of
from dynasec.semantics.reached_resources import about_dynamodb

check = Check(
    subject=Policy,
    title="No Allow reaches DynamoDB by NotAction or NotResource",
    severity=Severity.HIGH,
    frameworks=("nist-800-53-r5:AC-6", "pci-dss-4.0.1:7.2.2", "source-post:iam-and-least-privilege"),
    regional=False,
)


@check.evaluator
def evaluate(policy: Policy, context: Context) -> Verdict:
    """Look for inverse Allows in a policy that somebody has."""
    nobodys = idle(policy)
    if nobodys is not None:
        return Verdict.not_applicable(nobodys, bounds=list(policy.bounds))
    document = document_of(policy.text.known(), DETAILS)
    reduced = about_dynamodb(document, Arn.parse(policy.arn).partition).statements
    found = [
        (statement, actions)
        for statement, reach in zip(document.statements, reduced, strict=True)
        if statement.not_actions is not None or statement.not_resources is not None
        if (actions := reached_actions(reach, TABLES))
    ]
    if not found:
        return Verdict.passed("no Allow reaches DynamoDB by NotAction or NotResource")
    if held_by_administrators_only(policy, context.snapshot.identity, context.settings.trust):
        return Verdict.not_applicable("held by declared administrators only")
    what = "; ".join(f"{statement.label} allows {_words(statement)}" for statement, _ in found)
    return Verdict.failed(
        f"{what}: held by {held_by(policy)}",
        statements=[{"statement": one.label, "reaches": list(actions)} for one, actions in found],
        attached_to=list(policy.attached_to),
        principals=list(context.snapshot.identity.holders(policy)),
    )


def _words(statement: Statement) -> str:
    actions = statement.not_actions
    what = _some(statement.actions) if actions is None else f"all but {_some(actions)}"
    spared = statement.not_resources
    return what if spared is None else f"{what} on all but {_some(spared)}"


def _some(texts: tuple[str, ...] | None) -> str:
    shown = texts or ()
    return ", ".join(shown[:3]) + (", …" if len(shown) > 3 else "")  # noqa: PLR2004 - enough to find the place
