"""Takes principals of foreign accounts out of the resource policies of tables and streams.

## What it does
`PutResourcePolicy` with the policy as it is, but for the foreign principals in the statements that admit them; a statement that names
nobody any more is dropped, and a policy without statements deleted. Denies, and what admits the account's own or trusted principals, stay.

## Safety
Those who are taken out lose what the policy gave them: who shares a table on purpose names the account in `trust.accounts` instead.
AWS services that act for any account are left to a person: what they do here for the account itself would break.

## Undo
Exact: the old policy is put back.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from dynasec.check import Context
from dynasec.drafting.policies import canonical, without_principals
from dynasec.drafting.table_policy import policy_change
from dynasec.iam.foreigners import Admission
from dynasec.iam.json_text import listed
from dynasec.iam.principals import PrincipalKind
from dynasec.model.fact import Fact
from dynasec.model.table import ResourcePolicy, Table
from dynasec.remediation import Advice, Failure, Proposal, Remediation, Risk, UndoClass
from dynasec.semantics.foreign_access import foreigners

remediation = Remediation(
    subject=Table,
    title="Remove foreign principals from resource policies",
    controls=("table-policy-no-foreigners", "stream-policy-no-foreigners"),
    risk=Risk.ACCESS,
    undo=UndoClass.EXACT,
)


@remediation.planner
def plan(failures: Sequence[Failure[Table]], context: Context) -> Iterator[Proposal]:
    """Draft a change of each policy that admits foreigners."""
    for failure in failures:
        table = failure.subject
        if "table-policy-no-foreigners" in failure.controls:
            yield _relieve(table, table.arn, table.policy, context, remediation.controls[0])
        stream = table.description.known().latest_stream_arn
        if "stream-policy-no-foreigners" in failure.controls and stream is not None:
            yield _relieve(table, stream, table.stream_policy, context, remediation.controls[1])


def _relieve(
    table: Table, arn: str, fact: Fact[ResourcePolicy | None], context: Context, control: str
) -> Proposal:
    policy = fact.known()
    if policy is None:  # the control passes then
        return Advice(table.arn, "the policy is gone", "audit again", (control,))
    document = json.loads(policy.text)
    denies = [one for one in listed(document["Statement"]) if one.get("Effect") == "Deny"]
    kept: list[Any] = []
    for statement in listed(document["Statement"]):
        alone = canonical({**document, "Statement": [statement, *denies]})
        admitted = () if statement in denies else _admitted(alone, arn, table, context)
        if any(one.kind is PrincipalKind.SERVICE for one in admitted):
            how = "narrow the statement by aws:SourceAccount, aws:SourceArn or aws:SourceOrgID"
            return Advice(table.arn, "it admits an AWS service that acts for any account", how, (control,))
        kept += _without(canonical({**document, "Statement": [statement]}), admitted)
    new = canonical({**document, "Statement": kept}) if kept else None
    what = "stream" if arn != table.arn else "table"
    draft = policy_change(
        table, arn, fact, new, f"admit nobody from foreign accounts to the {what} {table.name}"
    )
    return replace(draft, closes=(table.arn,), controls=(control,), key=f"remove-foreign-statement:{arn}")


def _admitted(text: str, arn: str, table: Table, context: Context) -> tuple[Admission, ...]:
    above = context.snapshot.organization.description.value
    own = None if above is None else above.id
    return foreigners(ResourcePolicy(text=text), arn, table, context.settings.trust, own)


def _without(text: str, admitted: Sequence[Admission]) -> list[Any]:
    names = {one.principal for one in admitted}
    relieved = without_principals(text, lambda _, name: name not in names)
    return [] if relieved is None else list(listed(json.loads(relieved)["Statement"]))
