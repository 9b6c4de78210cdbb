"""Replaces wildcards that allow changes by the actions on items, and the reads, that they mean.

## What it does
In each Allow that `no-wildcard-actions` names, `dynamodb:*` and its like become the actions on items that they mean (`GetItem`, `PutItem`,
`Query` …), what reads streams, and what only describes and lists. Withdrawn are changes and deletion of tables, backups and permissions,
exports and restores. Statements keep their resources and conditions, and the actions of other services. A managed policy gets a new
version, which is put in force; an inline policy is written anew.

## Safety
Whoever deploys tables by the same policy needs what is withdrawn: the impact analysis lists it. Left to a person are `*` alone, which means
other services too, patterns that mean no writing of items (`dynamodb:Create*`: a decision about who changes tables), policies of AWS and of
permission sets. IAM does not say which stack made a managed policy: look, before the stack puts the old text back.

## Undo
Exact: the old version is put in force and the new one deleted; an inline policy gets its old text.
"""

from collections.abc import Iterator

from dynasec.arn import Arn
from dynasec.check import Context
from dynasec.drafting.explicit_actions import is_for_items, safe, service_of, spelled_out, withdrawn
from dynasec.drafting.identity_policies import fixed, policy_change
from dynasec.drafting.policies import Json, rewritten
from dynasec.iam.actions import matched
from dynasec.iam.json_text import listed
from dynasec.iam.wildcards import SERVICES, Wildcard, wildcards
from dynasec.model.identity import DETAILS, Policy
from dynasec.remediation import Advice, Proposal, Remediation, Risk, UndoClass
from dynasec.semantics.action_words import few
from dynasec.semantics.policy_text import document_of
from dynasec.semantics.reached_resources import about_dynamodb

remediation = Remediation(
    subject=Policy,
    title="Replace wildcards by the actions on items",
    controls=("no-wildcard-actions",),
    risk=Risk.ACCESS,
    undo=UndoClass.EXACT,
)


@remediation.each
def plan(policy: Policy, context: Context) -> Iterator[Proposal]:
    """Draft the policy with every wildcard spelled out, or say what a person must decide."""
    text = policy.text.known()
    document = about_dynamodb(document_of(text, DETAILS), Arn.parse(policy.arn).partition)
    found = wildcards(document)
    why = fixed(policy) or next(filter(None, map(_undecided, found)), None)
    if why is not None:
        yield Advice(policy.arn, why, _how(found))
        return
    labels = {one.position: one.label for one in document.statements}

    def spell(place: int, statement: Json) -> list[Json]:
        broad = {one.pattern for one in found if one.statement == labels[place]}
        if not broad:
            return [statement]
        actions = [name for one in listed(statement["Action"]) for name in _names(one, one in broad)]
        return [{**statement, "Action": list(dict.fromkeys(actions))}]

    new = rewritten(text, spell)
    if new is not None:
        lost = frozenset[str]().union(*(withdrawn(one.pattern) for one in found))
        reasons = (f"withdraws {few(lost)}",)
        yield policy_change(policy, new, context, f"spell out what {policy.label} allows", reasons)


def _undecided(one: Wildcard) -> str | None:
    """Say why a wildcard cannot be replaced without a decision."""
    if service_of(one.pattern) is None:
        return f"{one.statement} allows {one.pattern}: what it means of other services must not get lost"
    if not is_for_items(one.pattern):
        return f"{one.statement} allows {one.pattern}, which writes no items: who may change tables takes a decision"
    return None


def _how(found: tuple[Wildcard, ...]) -> str:
    """Write out what the wildcards would become."""
    names = sorted(
        {
            name
            for one in found
            for service in SERVICES
            for name in spelled_out(f"{service}:*", safe(matched(one.pattern, service)))
        }
    )
    instead = f"list the actions that are needed; for items and reading these suffice: {', '.join(names)}"
    return instead if names else "list the actions that are needed, without those that nobody uses"


def _names(pattern: str, broad: bool) -> list[str]:  # noqa: FBT001 - private
    if not broad:
        return [pattern]
    service = pattern.partition(":")[0].lower()
    return spelled_out(pattern, safe(matched(pattern, service)))
