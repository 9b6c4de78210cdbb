"""Allows by leading keys or attributes really limit items and attributes.

## Why it matters
`dynamodb:LeadingKeys` and `dynamodb:Attributes` are what keeps one user's items from another's. They fail without a sign: a Scan carries
no leading keys, so `ForAllValues` lets it read everybody's items, and a GetItem that names no attributes returns them all.

## Passes when
For every Allow with `dynamodb:LeadingKeys` or `dynamodb:Attributes`:

- what carries no such key (Scan, GetRecords, exports, changes of the table, DAX) is not allowed by the same statement, or the key is
  demanded (`"Null": {"dynamodb:LeadingKeys": "false"}`) or the action denied;
- every value of a request must fit (`ForAllValues:`), and not any value does;
- with `dynamodb:Attributes`, `dynamodb:Select` is held to `SPECIFIC_ATTRIBUTES` for reads and `dynamodb:ReturnValues` excludes `ALL_OLD`
  and `ALL_NEW` for writes, and the key attributes of named tables are listed;
- values mean what they say: variables in Version 2012-10-17 only, and such as a holder has; wildcards by `StringLike` only, and not
  right beside a variable; case counts;
- no other Allow of the same policy gives the same on the same tables without conditions that narrow.

Not applicable to policies without such Allows, and to those that nobody has. What other policies of a holder allow is the concern of
`fine-grained-present`. Denies by these keys are not judged, nor are resource policies.

## How to fix
- Console: IAM, the policy, Edit: limit the statement to GetItem, Query, PutItem, UpdateItem, DeleteItem and their batches, add
  `"Null": {"dynamodb:LeadingKeys": "false"}`, and for attributes
  `"StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES", "dynamodb:ReturnValues": ["NONE", "UPDATED_OLD", "UPDATED_NEW"]}`.
- CLI: `aws iam create-policy-version --policy-arn ARN --set-as-default --policy-document file://policy.json`
- Terraform: `condition` blocks with `test = "ForAllValues:StringEquals"` and `test = "Null"` in `aws_iam_policy_document`.
- CloudFormation: `Condition` in `AWS::IAM::ManagedPolicy` or in the `Policies` of the role.
"""

from collections.abc import Iterator

from dynasec.arn import Arn
from dynasec.check import Check, Context, Severity, Verdict
from dynasec.iam.document import Document
from dynasec.iam.request import Caller
from dynasec.model.fact import Gaps, Unknown
from dynasec.model.identity import DETAILS, Identity, Policy, Role
from dynasec.semantics.fine_grained import ATTRIBUTES, Defect, is_fine_grained, openings
from dynasec.semantics.fine_grained_values import miswritten, unlisted_keys, unresolved
from dynasec.semantics.policy_in_use import held_by, idle, missing_holders
from dynasec.semantics.policy_text import document_of
from dynasec.semantics.reached_resources import about_dynamodb

check = Check(
    subject=Policy,
    title="Fine-grained conditions really restrict",
    severity=Severity.HIGH,
    reads=("dynamodb:ListTables", "dynamodb:DescribeTable"),
    frameworks=(
        "nist-800-53-r5:AC-3",
        "nist-800-53-r5:AC-6",
        "pci-dss-4.0.1:7.2.2",
        "source-post:iam-and-least-privilege",
    ),
    regional=False,
)


@check.evaluator
def evaluate(policy: Policy, context: Context) -> Verdict:
    """Ask what the fine-grained Allows of a policy that somebody has let pass."""
    nobodys = idle(policy)
    if nobodys is not None:
        return Verdict.not_applicable(nobodys)
    document = about_dynamodb(document_of(policy.text.known(), DETAILS), Arn.parse(policy.arn).partition)
    used = [statement for statement in document.statements if is_fine_grained(statement)]
    if not used:
        return Verdict.not_applicable("limits by neither dynamodb:LeadingKeys nor dynamodb:Attributes")
    gaps = Gaps()
    defects = [*openings(document), *miswritten(document), *_of_holders(document, policy, context)]
    if any(entry.key.lower() == ATTRIBUTES for statement in used for entry in statement.conditions):
        defects += _of_tables(document, context, gaps)
    if defects:
        what = "; ".join(f"{one.statement}: {one.what}" for one in defects[:3])
        more = f" and {len(defects) - 3} more" if len(defects) > 3 else ""  # noqa: PLR2004 - enough to begin with
        return Verdict.failed(
            f"{what}{more}: held by {held_by(policy)}",
            defects=[{"statement": one.statement, "what": one.what} for one in defects],
            attached_to=list(policy.attached_to),
        )
    gaps.settle()
    return Verdict.passed(f"really limited in {', '.join(statement.label for statement in used)}")


def _of_holders(document: Document, policy: Policy, context: Context) -> list[Defect]:
    """Look for variables without a value; only where all holders are known."""
    identity = context.snapshot.identity
    if _has_hidden_holders(policy, identity):
        return []
    people = {one.arn: one for one in (*identity.users.items, *identity.roles.items)}
    held = [people[arn] for arn in identity.holders(policy) if arn in people]
    own = context.access.own
    holders: list[tuple[Caller, Role | None]] = [
        (own[one.arn].caller, one if isinstance(one, Role) else None) for one in held
    ]
    return list(unresolved(document, holders))


def _has_hidden_holders(policy: Policy, identity: Identity) -> bool:
    if not policy.owner:
        return bool(missing_holders(policy, identity).found)
    # an inline policy is its owner's, or that of the members of a group
    return identity.users.gap is not None or any(user.groups.gap is not None for user in identity.users.items)


def _of_tables(document: Document, context: Context, gaps: Gaps) -> Iterator[Defect]:
    for region in context.snapshot.regions:
        for table in gaps.items(region.tables):
            try:
                yield from unlisted_keys(document, table)
            except Unknown as missing:
                gaps.found.extend(missing.gaps)
