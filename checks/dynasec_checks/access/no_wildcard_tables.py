"""Policies in use that open items name the tables.

## Why it matters
`"Resource": "*"` beside `dynamodb:GetItem` reads every table of every Region, also those that do not exist yet. A stolen credential is
then worth all the data instead of one table's.

## Passes when
Every Allow statement that reaches reading or writing items, of DynamoDB or DAX, names the tables or clusters in every `Resource`: `*`,
`table/*` and whatever else has a wildcard where the name begins (`table/*-prod`) names none, nor does `NotResource`. `table/orders`,
`table/orders/index/*`, `table/orders-*` and `table/${aws:PrincipalTag/team}-orders` do. A condition on `aws:ResourceTag` that really
narrows counts as naming; others do not, since they leave the tables open. Denies are not set off.

AWS managed policies are judged as soon as somebody has them, but for those that `no-broad-managed-policy` names. Not applicable to policies
that nobody has, since those grant nothing, to those of service-linked roles, which only AWS can change, and to those that only
`trust.administrators` hold. A statement with wildcards in actions and resources is named by `no-wildcard-actions` too: each is mended by
another edit.

## How to fix
- Console: IAM, the policy, Edit: list the tables, and their `/index/*` where indexes are queried. An AWS managed policy is detached and
  replaced by one of your own.
- CLI: `aws iam create-policy-version --policy-arn ARN --set-as-default --policy-document file://policy.json`
- Terraform: `resources = [aws_dynamodb_table.orders.arn, "${aws_dynamodb_table.orders.arn}/index/*"]` in `aws_iam_policy_document`.
- CloudFormation: `Resource: !GetAtt Orders.Arn` in `AWS::IAM::ManagedPolicy` or in the `Policies` of the role.
"""

from dynasec.arn import Arn
from dynasec.check import Check, Context, Severity, Verdict
from dynasec.iam.actions import matched
from dynasec.iam.document import Statement
from dynasec.iam.narrowing import narrowing
from dynasec.iam.wildcards import SERVICES
from dynasec.model.identity import DETAILS, Policy
from dynasec.semantics.administrators import held_by_administrators_only
from dynasec.semantics.broad_policies import JUDGED_ELSEWHERE, why_broad
from dynasec.semantics.granted_actions import names_nothing, reached_actions
from dynasec.semantics.item_access import ITEMS
from dynasec.semantics.policy_in_use import held_by, idle
from dynasec.semantics.policy_text import document_of
from dynasec.semantics.reached_resources import about_dynamodb

check = Check(
    subject=Policy,
    title="Item access names tables",
    severity=Severity.HIGH,
    frameworks=("nist-800-53-r5:AC-6", "pci-dss-4.0.1:7.2.2", "source-post:iam-and-least-privilege"),
    regional=False,
)


@check.evaluator
def evaluate(policy: Policy, context: Context) -> Verdict:
    """Look for item actions on unnamed tables in a policy that somebody has."""
    nobodys = idle(policy)
    if nobodys is not None:
        return Verdict.not_applicable(nobodys, bounds=list(policy.bounds))
    if why_broad(policy):
        return Verdict.not_applicable(JUDGED_ELSEWHERE)
    document = document_of(policy.text.known(), DETAILS)
    reduced = about_dynamodb(document, Arn.parse(policy.arn).partition).statements
    reached = [(one, reached_actions(one, ITEMS)) for one in reduced]
    tagged = [one.label for one, actions in reached if actions and _by_tag(one)]
    wide = [(one, actions, _unnamed(one, actions)) for one, actions in reached if not _by_tag(one)]
    found = [(one, actions, patterns) for one, actions, patterns in wide if patterns]
    if not found:
        by_tag = f" ({', '.join(tagged)} by resource tags)" if tagged else ""
        return Verdict.passed(f"no item access to unnamed tables{by_tag}")
    if held_by_administrators_only(policy, context.snapshot.identity, context.settings.trust):
        return Verdict.not_applicable("held by declared administrators only")
    what = "; ".join(
        f"{one.label} allows {_some(_spelled(one, actions))} on {_some(patterns)}, which names no table"
        for one, actions, patterns in found
    )
    return Verdict.failed(
        f"{what}: held by {held_by(policy)}",
        statements=[
            {"statement": one.label, "actions": list(actions), "resources": list(patterns)}
            for one, actions, patterns in found
        ],
        attached_to=list(policy.attached_to),
        principals=list(context.snapshot.identity.holders(policy)),
    )


def _by_tag(statement: Statement) -> bool:
    return any(one.key.lower().startswith("aws:resourcetag/") for one in narrowing(statement.conditions))


def _unnamed(statement: Statement, actions: tuple[str, ...]) -> tuple[str, ...]:
    """Return the Resource patterns that name nothing of a service whose items the actions are about."""
    services = {action.partition(":")[0].lower() for action in actions}
    known = [service for service in ("dynamodb", "dax") if service in services] or ["dynamodb", "dax"]
    texts = ("*",) if statement.resources is None else statement.resources
    return tuple(
        text
        for text in texts
        if actions and any(names_nothing(text, one, variables=statement.variables) for one in known)
    )


def _spelled(statement: Statement, actions: tuple[str, ...]) -> tuple[str, ...]:
    """Return how the statement itself spells these actions; DynamoDB's come before DAX's."""
    spelled = [
        pattern
        for pattern in statement.actions or ()
        if any(matched(pattern, one) & set(actions) for one in SERVICES)
    ]
    return tuple(sorted(spelled or actions, key=lambda text: text.lower().startswith("dax:")))


def _some(texts: tuple[str, ...]) -> str:
    return ", ".join(texts[:3]) + (", …" if len(texts) > 3 else "")  # noqa: PLR2004 - enough to find the place
