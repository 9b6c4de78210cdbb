"""A change of a table's or stream's resource policy, guarded by the revision that was reviewed.

`PutResourcePolicy` and `DeleteResourcePolicy` take the revision they replace, or NO_POLICY:
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutResourcePolicy.html.
"""

from __future__ import annotations

import json
from typing import Any

from dynasec.change import Call, Identity, State, result
from dynasec.drafting.policies import Kind, too_long
from dynasec.drafting.tables import same_table
from dynasec.model.fact import Fact
from dynasec.model.table import ResourcePolicy, Table
from dynasec.remediation import Draft

_READ = "dynamodb:GetResourcePolicy"
_NONE = "NO_POLICY"
_ABSENT = ("PolicyNotFoundException",)


def policy_change(
    table: Table,
    arn: str,
    fact: Fact[ResourcePolicy | None],
    new: str | None,
    summary: str,
    reasons: tuple[str, ...] = (),
) -> Draft:
    """Return the change of the policy of a table or stream (`arn`) to a text; None: to no policy. `fact` is the policy as it was read.

    Raises:
        Unknown: the policy or the table could not be read.

    """
    old = fact.known()
    long = None if new is None else too_long(Kind.TABLE, new)
    after = None if new is None else ResourcePolicy(text=new, revision_id=None)
    return Draft(
        resource=table.arn,
        region=table.region,
        summary=summary,
        before={"Policy": None if old is None else _document(old.text)},
        after={"Policy": None if new is None else _document(new)},
        expect=(same_table(table), _is(arn, None if old is None else old.text, old)),
        calls=(_to(arn, old, new),),
        verify=(_is(arn, new),),
        replaces=((fact, Fact(after)),),
        reasons=reasons,
        blocked=long or "",
    )


def _document(text: str) -> Any:  # noqa: ANN401 - any JSON value
    return json.loads(text)


def _is(arn: str, text: str | None, revision: ResourcePolicy | None = None) -> State:
    facts: dict[str, Any] = {"Policy": text}
    if revision is not None and revision.revision_id is not None:
        facts["RevisionId"] = revision.revision_id
    return State(operation=_READ, params={"ResourceArn": arn}, facts=facts, absent=_ABSENT)


def _to(arn: str, old: ResourcePolicy | None, new: str | None) -> Call:
    revision = _NONE if old is None else old.revision_id
    guard = {} if revision is None else {"ExpectedRevisionId": revision}
    made = {"ExpectedRevisionId": result("policy", "RevisionId")}
    back = None if old is None else old.text
    if new is None:
        undo = _call(arn, back, {"ExpectedRevisionId": _NONE})
        return _call(arn, None, guard, undo=(undo,))
    return _call(arn, new, guard, name="policy", undo=(_call(arn, back, made),))


def _call(
    arn: str, text: str | None, guard: dict[str, Any], *, name: str = "", undo: tuple[Call, ...] = ()
) -> Call:
    params = {"ResourceArn": arn, **guard}
    return Call(
        operation="dynamodb:DeleteResourcePolicy" if text is None else "dynamodb:PutResourcePolicy",
        name=name,
        params=params if text is None else {**params, "Policy": text},
        identity=Identity.COMPARE_AND_SET,
        done=_is(arn, text),
        adopt={} if text is None else {"RevisionId": "RevisionId"},
        undo=undo,
    )
