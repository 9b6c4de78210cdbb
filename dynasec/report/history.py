"""What a journal says of its run, as plain JSON values."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from dynasec.remedy.applying.journal import Recorded
from dynasec.remedy.applying.outcomes import Outcome
from dynasec.remedy.applying.replay import Progress, replay

UNFINISHED: Final = "UNFINISHED"
"""Begun, and not known to have ended: the process was stopped. `--resume` takes it up again."""


def entry(recorded: Recorded) -> dict[str, Any]:
    """Return one run of a list."""
    plan = recorded.plan
    return {
        "run": recorded.run,
        "plan": plan.plan_id,
        "kind": plan.kind,
        "undoes": plan.undoes or None,
        "account": plan.subject.account,
        "regions": list(plan.subject.regions),
        "began": recorded.records[0].time,
        "last": recorded.records[-1].time,
        "finished": recorded.records[-1].kind == "finished",
        "changes": dict(Counter(one["state"] for one in endings(recorded))),
        "journal": str(recorded.path),
    }


def endings(recorded: Recorded) -> list[dict[str, Any]]:
    """Return how each change of a run ended, in the plan's order; those that were never part of it are left out."""
    progress = replay(recorded.records)
    found: list[dict[str, Any]] = []
    for change in recorded.plan.changes:
        outcome = progress.of(change.id).outcome
        if outcome is None and not progress.of(change.id).begun:
            continue
        found.append(
            {
                "id": change.id,
                "remediation": change.remediation,
                "controls": list(change.controls),
                "resource": change.resource,
                **_ending(outcome, progress, change.id),
            }
        )
    return found


def _ending(outcome: Outcome | None, progress: Progress, change: str) -> dict[str, str]:
    if outcome is not None:
        return {"state": str(outcome.state), "reason": outcome.reason}
    open_ = progress.of(change).unresolved
    reason = "it is not known whether a call took effect" if open_ else "stopped on the way"
    return {"state": UNFINISHED, "reason": f"{reason}: take it up again with --resume"}
