"""The changes of a plan that can be exported, in the order in which they run, and what each needs of the answers to others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from dynasec.remedy.plan import Change, Plan


@dataclass(frozen=True, slots=True, order=True)
class Wanted:
    """A value in the answer to a call: the change's key, the call's name, a JMESPath expression."""

    of: str
    call: str
    path: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A change that is not exported, and why."""

    change: Change
    reason: str


def in_order(plan: Plan, *, owned: bool = False) -> tuple[list[Change], list[LeftOut]]:
    """Return the changes to export, wave by wave, and those left out: blocked ones, and what rests on them.

    `owned`: those too that are blocked only because a stack or a Terraform state manages the resource.
    """
    chosen: list[Change] = []
    left_out: list[LeftOut] = []
    there: set[str] = set()
    for change in sorted(plan.changes, key=lambda one: one.wave):
        needed = {*change.depends_on, *(one.of for one in wanted_by(change))} - {change.key}
        missing = sorted(needed - there)
        blocked = [one for one in change.blocked if not (owned and one.override == "allow-drift")]
        if blocked:
            left_out.append(LeftOut(change, "; ".join(one.reason for one in blocked)))
        elif missing:
            left_out.append(LeftOut(change, f"it needs {', '.join(missing)}, which is left out"))
        else:
            chosen.append(change)
            there.add(change.key)
    return chosen, left_out


def wanted_by(change: Change) -> Iterator[Wanted]:
    """Yield what the parameters of a change's calls and reads take from answers."""
    for call in change.calls:
        yield from wanted_in(call.params, change.key)
        for state in (call.done, call.settled):
            yield from () if state is None else wanted_in(state.params, change.key)
    for state in (*change.expect, *change.verify):
        yield from wanted_in(state.params, change.key)


def wanted_in(value: Any, key: str) -> Iterator[Wanted]:  # noqa: ANN401 - any JSON value
    """Yield what placeholders in a value take from answers; `key` is the change's own."""
    if isinstance(value, Mapping):
        mapping = cast("Mapping[str, Any]", value)
        if set(mapping) == {"$result"}:
            asked: Mapping[str, str] = mapping["$result"]
            yield Wanted(asked["of"] or key, asked["call"], asked["path"])
            return
        for one in mapping.values():
            yield from wanted_in(one, key)
    elif isinstance(value, list | tuple):
        for one in cast("Sequence[Any]", value):
            yield from wanted_in(one, key)
