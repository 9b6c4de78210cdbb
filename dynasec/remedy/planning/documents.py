"""Writes a draft down as a change of a plan: its id, its diff, and the permissions that it takes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

import jsonpatch

from dynasec.change import Call, State
from dynasec.collect.operations import iam_actions
from dynasec.remediation import Risk
from dynasec.remedy.plan import Blocked, Change, Impact, RiskOf, Totals, Undo, canonical
from dynasec.remedy.planning.drafts import Proposed
from dynasec.remedy.planning.ownership import Owner
from dynasec.remedy.planning.trial import Outcome


def change_of(
    proposed: Proposed, *, wave: int, owner: Owner, impact: Impact | None, blocked: Sequence[Blocked]
) -> Change:
    """Return the change of a draft. Its id is the same whenever the same change is planned for the same state of the world."""
    draft, remediation = proposed.draft, proposed.remedy.remediation
    calls = tuple(draft.calls)
    content = [one.model_dump(mode="json") for one in (*draft.expect, *calls, *draft.verify)]
    digest = hashlib.sha256(canonical([proposed.key, draft.resource, content])).hexdigest()
    make_patch = cast("Any", jsonpatch).make_patch  # its stubs are partial
    patch = make_patch(dict(draft.before), dict(draft.after))
    return Change(
        id=f"{proposed.remedy.id}-{digest[:10]}",
        key=proposed.key,
        remediation=proposed.remedy.id,
        controls=tuple(dict.fromkeys(finding.control for finding in proposed.findings)),
        fingerprints=tuple(finding.fingerprint for finding in proposed.findings),
        resource=draft.resource,
        region=draft.region,
        lane=draft.lane or draft.resource,
        wave=wave,
        summary=draft.summary,
        before=draft.before,
        after=draft.after,
        diff=tuple(patch.patch),
        expect=draft.expect,
        calls=calls,
        verify=draft.verify,
        timeout_s=draft.timeout_s,
        undo=Undo(kind=draft.undo or remediation.undo, loses=draft.loses),
        risk=RiskOf(level=draft.risk or remediation.risk, reasons=draft.reasons),
        impact=impact,
        cost=draft.cost,
        depends_on=draft.depends_on,
        managed_by=owner.managed_by,
        permissions=permissions_of(draft.expect, calls, draft.verify),
        blocked=tuple(blocked),
        vanishes=draft.vanishes,
    )


def permissions_of(
    expect: Iterable[State], calls: Iterable[Call], verify: Iterable[State]
) -> tuple[str, ...]:
    """Return the IAM actions that applying, verifying and undoing take."""
    operations = {state.operation for state in (*expect, *verify)}
    more: set[str] = set()
    for call in _with_undo(calls):
        operations.add(call.operation)
        operations.update(state.operation for state in (call.done, call.settled) if state is not None)
        more.update(call.permissions)
    return tuple(sorted(more.union(*(iam_actions(operation) for operation in operations))))


def _with_undo(calls: Iterable[Call]) -> Iterator[Call]:
    for call in calls:
        yield call
        yield from _with_undo(call.undo)


def totals(changes: Sequence[Change], advice: int, before: float | None, after: Outcome) -> Totals:
    """Sum up what can be applied."""
    ready = [change for change in changes if not change.blocked]
    costs = [change.cost for change in ready if change.cost is not None]
    by_risk: Mapping[str, int] = {
        str(level): sum(change.risk.level is level for change in ready)
        for level in Risk
        if any(change.risk.level is level for change in ready)
    }
    return Totals(
        changes=len(ready),
        blocked=len(changes) - len(ready),
        advice=advice,
        by_risk=by_risk,
        cost_low=round(sum(cost.low for cost in costs), 2),
        cost_high=round(sum(cost.high for cost in costs), 2),
        score_before=before,
        score_after=after.score,
        regressions=after.regressions,
    )
