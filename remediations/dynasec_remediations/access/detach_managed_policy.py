"""Replaces AWS managed policies that open every table by policies that name tables.

## What it does
For each user, role and group that has the policy and is no declared administrator: `CreatePolicy` with the actions on items, and the reads,
that the old policy allows, on the tables of the holder's lane, or on each table that was read where no lane is known; it is attached, then
the old policy is detached. Nothing is allowed that the old policy does not allow.

## Safety
Withdrawn are changes and deletion of tables, exports, tables in Regions that were not read, and what the old policy allows of other
services for the sake of the console; the impact analysis lists what is lost of DynamoDB. Left to a person are policies that are mainly
about other services (`AdministratorAccess`, `PowerUserAccess`, `ReadOnlyAccess`, `DatabaseAdministrator`, Data Pipeline), groups that
administrators share, permission sets of IAM Identity Center, and policies that are boundaries too.

## Undo
Exact: the old policy is attached again, the new one detached and deleted.
"""

from collections.abc import Iterator, Sequence

from dynasec.check import Context
from dynasec.drafting.attachments import Replacement
from dynasec.drafting.data_plane_policy import data_plane
from dynasec.drafting.identity_policies import fixed_holder, holder, home
from dynasec.drafting.named_resources import arns_of, every_table, own_tables
from dynasec.drafting.policies import Kind, too_long
from dynasec.model.fact import Listing
from dynasec.model.identity import DETAILS, Group, ManagedPolicy, Policy, Principal
from dynasec.remediation import Advice, Draft, Proposal, Remediation, Risk, UndoClass
from dynasec.semantics.administrators import is_administrator
from dynasec.semantics.policy_in_use import missing_holders
from dynasec.semantics.policy_text import document_of

remediation = Remediation(
    subject=Policy,
    title="Replace broad AWS managed policies",
    controls=("no-broad-managed-policy",),
    risk=Risk.ACCESS,
    undo=UndoClass.EXACT,
    reads=(
        "dax:DescribeClusters",
        "dynamodb:DescribeTable",
        "dynamodb:ListTables",
        "iam:GetAccountSummary",
        "tag:GetResources",
    ),
)

_ABOUT_DYNAMODB = {
    "AmazonDynamoDBFullAccess",
    "AmazonDynamoDBFullAccess_v2",
    "AmazonDynamoDBReadOnlyAccess",
}
_BY_HAND = (
    "attach a policy that lists the actions and tables that are needed, then detach this one;"
    " name administrators in trust.administrators"
)


@remediation.each
def plan(policy: Policy, context: Context) -> Iterator[Proposal]:
    """Draft a replacement for every holder that is no administrator."""
    missing_holders(policy, context.snapshot.identity).settle()
    others = [one for one in _attached(policy, context) if not _all_administrators(one, context)]
    why = next(_reasons(policy, others, context), None)
    if why is not None:
        yield Advice(policy.arn, why, _BY_HAND)
        return
    found = [_replacement(policy, one, context) for one in others]
    made = [one for one in found if one is not None]
    if len(made) < len(found) or not made:
        yield Advice(
            policy.arn, "no table was read that a replacement could name", "detach it where nobody needs it"
        )
    else:
        yield _draft(policy, made, context)


def _attached(policy: Policy, context: Context) -> list[Principal]:
    return [one for one in context.snapshot.identity.principals() if one.arn in policy.attached_to]


def _people(one: Principal, context: Context) -> Sequence[Principal]:
    return context.snapshot.identity.members(one.name) if isinstance(one, Group) else (one,)


def _all_administrators(one: Principal, context: Context) -> bool:
    people = _people(one, context)
    return bool(people) and all(is_administrator(each.arn, context.settings.trust) for each in people)


def _reasons(policy: Policy, others: Sequence[Principal], context: Context) -> Iterator[str]:
    if policy.name not in _ABOUT_DYNAMODB:
        yield "it is about other services too: what its holders need of them takes a decision"
    if policy.bounds:
        yield "it is a permissions boundary too"
    for one in others:
        why = fixed_holder(one.arn)
        if why is not None:
            yield f"{holder(one).label}: {why}"
        if any(is_administrator(each.arn, context.settings.trust) for each in _people(one, context)):
            yield f"{holder(one).label} has administrators and others"


def _replacement(policy: Policy, one: Principal, context: Context) -> Replacement | None:
    people = [each for each in _people(one, context) if not isinstance(each, Group)]
    tables = own_tables(people, context)
    if isinstance(tables, str):
        tables = tuple(sorted({arn for table in every_table(context) for arn in arns_of(table)}))
    clusters = [
        each.arn for region in context.snapshot.regions for each in region.companions.dax_clusters.items
    ]
    text = data_plane(document_of(policy.text.known(), DETAILS), tables, clusters) if tables else None
    return None if text is None else Replacement(one, policy.arn, text)


def _draft(policy: Policy, made: Sequence[Replacement], context: Context) -> Draft:
    before = context.snapshot.identity.managed_policies
    kept = [_after(one, policy, len(made)) for one in before.complete()]
    after = sorted([*filter(None, kept), *(one.made for one in made)], key=lambda one: one.arn)
    names = [holder(one.principal).label for one in made]
    long = next(filter(None, (too_long(Kind.MANAGED, one.text) for one in made)), None)
    return Draft(
        resource=policy.arn,
        region=home(context),
        summary=f"replace {policy.name} of {', '.join(names)} by policies that name tables",
        before={name: [policy.name] for name in names},
        after={name: [one.name] for name, one in zip(names, made, strict=True)},
        expect=tuple(state for one in made for state in one.expect),
        calls=tuple(call for one in made for call in one.calls),
        verify=tuple(state for one in made for state in one.verify),
        replaces=((before, Listing(tuple(after))), *(one.attached for one in made)),
        touches=tuple(one.principal for one in made),
        vanishes=len(made) == len(policy.attached_to),
        reasons=("withdraws changes of tables, and what it allows of other services",),
        blocked=long or next(_taken(made, before.items), None) or next(_full(made, context), ""),
    )


def _after(one: ManagedPolicy, policy: Policy, fewer: int) -> ManagedPolicy | None:
    """Return a policy with fewer holders; None where AWS does not list it any more."""
    if one.arn != policy.arn:
        return one
    if fewer == len(policy.attached_to):
        return None
    return one.model_copy(update={"attachments": (one.attachments or fewer) - fewer})


def _taken(made: Sequence[Replacement], there: Sequence[ManagedPolicy]) -> Iterator[str]:
    known = {one.arn for one in there}
    yield from (f"there is a policy {one.name} already" for one in made if one.arn in known)


def _full(made: Sequence[Replacement], context: Context) -> Iterator[str]:
    """Yield who cannot have one policy more for the time between."""
    quotas = context.snapshot.identity.summary.value or {}
    for one in made:
        who = holder(one.principal)
        quota = quotas.get(f"AttachedPoliciesPer{who.word}Quota")
        if quota is not None and len(one.principal.attached.items) >= quota:
            yield f"{who.label} has {quota} policies already, as many as IAM attaches: detach one first"
