"""The least privilege that applying, verifying and rolling back one plan takes, as an IAM policy document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final

from dynasec.change import Call, State
from dynasec.collect.operations import iam_actions
from dynasec.remedy.export.resources import ANY, Place, named_in, resources
from dynasec.remedy.plan import Change, Plan

_KINDS: Final = {"iam": "role", "kms": "key"}
"""What extra permissions of a service are about, where the parameters name such things: iam:PassRole, kms:CreateGrant."""


def policy(plan: Plan, recheck: Iterable[str]) -> dict[str, Any]:
    """Return the policy. `recheck` are the operations that judge the controls again afterwards, on the account as a whole.

    Changes that are blocked are within it, for flags of `apply` may let them through. `sts:GetCallerIdentity` needs no permission.
    """
    reading = {action for operation in recheck for action in iam_actions(operation)}
    needed: dict[str, set[str]] = defaultdict(set)
    for change in plan.changes:
        for action, resource in _needs(plan, change):
            if action not in reading:
                needed[action].add(resource)
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for action, named in needed.items():
        groups[(ANY,) if ANY in named else tuple(sorted(named))].append(action)
    statements = [
        _statement(f"DynasecApply{number}", actions, named)
        for number, (named, actions) in enumerate(sorted(groups.items()), start=1)
    ]
    if reading:
        statements.append(_statement("DynasecRead", reading, (ANY,)))
    return {"Version": "2012-10-17", "Statement": statements}


def _statement(sid: str, actions: Iterable[str], named: tuple[str, ...]) -> dict[str, Any]:
    resource = named[0] if len(named) == 1 else list(named)
    return {"Sid": sid, "Effect": "Allow", "Action": sorted(actions), "Resource": resource}


def _needs(plan: Plan, change: Change) -> Iterator[tuple[str, str]]:
    """Yield the actions that a change takes, each with a resource."""
    known: set[str] = set()
    for one in _steps(change):
        region = one.region or change.region
        place = Place(plan.subject.partition, plan.subject.account, region)
        for action in iam_actions(one.operation):
            known.add(action)
            for resource in resources(one.operation, one.params, place):
                yield action, resource
    for action in sorted(set(change.permissions) - known):  # beside those of the operations
        service = action.partition(":")[0]
        params = [one.params for one in _steps(change)]
        named = sorted(set(named_in(params, service, _KINDS[service]))) if service in _KINDS else []
        for resource in named or [ANY]:
            yield action, resource


def _steps(change: Change) -> Iterator[Call | State]:
    yield from (*change.expect, *change.verify)
    for call in change.calls:
        yield from _of_call(call)


def _of_call(call: Call) -> Iterator[Call | State]:
    yield call
    yield from (state for state in (call.done, call.settled) if state is not None)
    for undo in call.undo:
        yield from _of_call(undo)
