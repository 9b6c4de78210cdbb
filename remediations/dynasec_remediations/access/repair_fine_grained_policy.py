"""Closes the ways past conditions on leading keys and attributes, as far as they are oversights.

## What it does
In each Allow that `fine-grained-sound` names: what carries no such key (Scan, exports, changes of the table) is withdrawn, leading keys are
demanded (`Null`), every value must fit (`ForAllValues`), and with attributes `dynamodb:Select` is held to `SPECIFIC_ATTRIBUTES` and
`dynamodb:ReturnValues` to what returns no whole item. Actions that give no items keep their conditions in a statement of their own. A
policy whose variables are mere text gets Version 2012-10-17.

## Safety
Clients that scan, or name no attributes, are denied afterwards: that is the point, and the impact analysis lists it. With the new Version,
variables stand for what they were meant for, which gives each caller its own items. Left to a person are wildcards and cases of values, key
attributes that are not listed, variables that nobody has, other Allows on the same tables, and policies of AWS and of permission sets.
Where `no-wildcard-actions` fails too, that comes first: both rewrite the same policy.

## Undo
Exact: the old version is put in force and the new one deleted; an inline policy gets its old text.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from dynasec.arn import Arn
from dynasec.check import Context
from dynasec.drafting.fine_grained_repairs import repaired
from dynasec.drafting.identity_policies import fixed, policy_change
from dynasec.drafting.policies import same
from dynasec.iam.document import Document
from dynasec.model.identity import DETAILS, Policy
from dynasec.remediation import Advice, Failure, Proposal, Remediation, Risk, UndoClass
from dynasec.semantics.fine_grained import Defect, openings
from dynasec.semantics.fine_grained_values import miswritten
from dynasec.semantics.policy_text import document_of
from dynasec.semantics.reached_resources import about_dynamodb

remediation = Remediation(
    subject=Policy,
    title="Close the ways past fine-grained conditions",
    controls=("fine-grained-sound",),
    risk=Risk.ACCESS,
    undo=UndoClass.EXACT,
)

_ACTIONS_FIRST = "no-wildcard-actions"
_SHOWN = 3
_BY_HAND = "see which of the conditions is meant, and mend the policy by hand; `dynasec controls explain fine-grained-sound` shows how"


@remediation.each_failure
def plan(failure: Failure[Policy], context: Context) -> Iterator[Proposal]:
    """Draft the policy with what is mechanical repaired, where nothing else is wrong."""
    policy = failure.subject
    text = policy.text.known()
    document = _document(policy, text)
    why = fixed(policy)
    if why is not None:
        yield Advice(policy.arn, why, _BY_HAND)
        return
    if _ACTIONS_FIRST in failure.all_controls:
        how = f"close {_ACTIONS_FIRST} first, audit and plan again"
        yield Advice(policy.arn, f"{_ACTIONS_FIRST} rewrites the same policy", how)
        return
    new = repaired(text, document, {one.statement for one in _defects(document)})
    left = [] if new is None or same(new, text) else _defects(_document(policy, new))
    if new is None:
        yield Advice(policy.arn, "nothing would be left of it", "detach it, and delete it")
    elif same(new, text) or left:
        yield Advice(policy.arn, _why(left, failure.evidence.get(remediation.controls[0], {})), _BY_HAND)
    else:
        summary = f"close the ways past the conditions of {policy.label}"
        yield policy_change(policy, new, context, summary, ("withdraws what carries no key",))


def _document(policy: Policy, text: str) -> Document:
    return about_dynamodb(document_of(text, DETAILS), Arn.parse(policy.arn).partition)


def _defects(document: Document) -> list[Defect]:
    return [*openings(document), *miswritten(document)]


def _why(left: Sequence[Defect], evidence: Any) -> str:  # noqa: ANN401 - a finding's evidence
    found = [f"{one.statement}: {one.what}" for one in left]
    found = found or [f"{one['statement']}: {one['what']}" for one in evidence.get("defects", ())]
    return "; ".join(found[:_SHOWN]) or "what is wrong takes a decision"
