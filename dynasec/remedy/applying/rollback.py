"""Makes the plan that takes a run back, from the run's journal alone. It is applied like any other: gates, journal, looks and all.

What took effect is undone, the last call first, each change after those that rest on it. What the calls did must still be so,
else somebody else has gone on from there and the rollback is refused.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

import jsonpatch

from dynasec import __version__
from dynasec.change import Call, State
from dynasec.errors import UsageError
from dynasec.remediation import Risk, UndoClass
from dynasec.remedy.applying.hands import Hands
from dynasec.remedy.applying.journal import Recorded
from dynasec.remedy.applying.looks import Looker
from dynasec.remedy.applying.placeholders import Filler, Unresolved
from dynasec.remedy.applying.replay import ChangeProgress, Progress, replay
from dynasec.remedy.applying.stage import Options
from dynasec.remedy.plan import LIFETIME, LIFETIME_OF_ACCESS, Blocked, Change, Plan, Tool, Totals, Undo
from dynasec.remedy.planning.documents import permissions_of

_REVISIONS: Final = ("revision", "locktoken", "etag", "lastmodified", "lastupdate", "updatedate")
"""Parts of the names of facts that are another after every write."""


def undo_plan(run: Recorded, now: datetime, only: Collection[str] = ()) -> Plan:
    """Return the sealed plan that undoes a run, or some of its changes; it has no changes where nothing took effect.

    Raises:
        UsageError: the run has no such change.

    """
    plan = run.plan
    unknown = set(only) - {change.id for change in plan.changes}
    if unknown:
        msg = f"run {run.run} has no change {', '.join(sorted(unknown))}"
        raise UsageError(msg, hint="`dynasec history show` lists them")
    progress = replay(run.records)
    begun = [change for change in plan.changes if progress.of(change.id).begun]
    chosen = [change for change in begun if not only or change.id in only]
    results = progress.results(plan)
    changes = tuple(
        _Undoing(plan, change, progress, results).change(begun, chosen) for change in reversed(chosen)
    )
    access = any(change.risk.level is Risk.ACCESS for change in changes)
    return plan.model_copy(
        update={
            "kind": "undo",
            "undoes": run.run,
            "created_at": now,
            "expires_at": now + (LIFETIME_OF_ACCESS if access else LIFETIME),
            "tool": Tool(version=__version__),
            "changes": changes,
            "advice": (),
            "problems": (),
            "totals": _totals(changes),
        }
    ).sealed()


def blocked_by_drift(plan: Plan, hands: Hands, options: Options) -> Plan:
    """Look whether what a run did is still so, and return its undo plan, sealed anew, with what has moved on blocked. Reads only."""
    changes: list[Change] = []
    for change in plan.changes:
        looker = Looker(hands, change.region, options.clock, options.stop)
        wrong = [str(look) for look in looker.all(change.expect) if not look.holds]
        drift = Blocked(reason=f"it is not as the run left it: {'; '.join(wrong)}")
        changes.append(change.model_copy(update={"blocked": (*change.blocked, drift)}) if wrong else change)
    return plan.model_copy(update={"changes": tuple(changes), "totals": _totals(changes)}).sealed()


class _Undoing:
    """One change of a run, to be taken back."""

    def __init__(
        self, plan: Plan, change: Change, progress: Progress, results: Mapping[tuple[str, str], Any]
    ) -> None:
        self._change = change
        self._progress: ChangeProgress = progress.of(change.id)
        self._filler = Filler(plan.plan_id, change.id, change.key, results)
        self._made = [change.calls[place] for place in self._progress.made]

    def change(self, begun: Sequence[Change], chosen: Sequence[Change]) -> Change:
        """Return the undo change; `begun` are all that took effect, `chosen` those of them that are undone too."""
        old = self._change
        blocked = [Blocked(reason=reason) for reason in self._hindrances(begun, chosen)]
        calls: tuple[Call, ...] = ()
        expect: tuple[State, ...] = ()
        verify: tuple[State, ...] = ()
        try:
            undos = [self._filled(undo) for call in reversed(self._made) for undo in call.undo]
            calls = tuple(_seen_to(undo) for undo in undos)
            expect = tuple(self._left_behind())
            verify = tuple(self._as_before(undos))
        except Unresolved as missing:
            blocked.append(Blocked(reason=f"what is to be undone is not known: {missing}"))
        make_patch = cast("Any", jsonpatch).make_patch  # its stubs are partial
        return old.model_copy(
            update={
                "id": f"undo-{old.id}",
                "key": f"undo:{old.key}",
                "wave": 1,
                "summary": f"undo: {old.summary}",
                "fingerprints": (),
                "before": old.after,
                "after": old.before,
                "diff": tuple(make_patch(dict(old.after), dict(old.before)).patch),
                "expect": expect,
                "calls": calls,
                "verify": verify,
                "undo": Undo(kind=old.undo.kind, loses=old.undo.loses),
                "impact": None,
                "cost": None,
                "depends_on": tuple(f"undo:{one.key}" for one in chosen if old.key in one.depends_on),
                "permissions": permissions_of(expect, calls, verify),
                "blocked": tuple(blocked),
            }
        )

    def _hindrances(self, begun: Sequence[Change], chosen: Sequence[Change]) -> Iterator[str]:
        old = self._change
        for place in self._progress.unresolved:
            operation = old.calls[place].operation
            yield f"it is not known whether {operation} took effect: resume the run first"
        if old.undo.kind is UndoClass.NONE:
            yield f"it cannot be undone: {old.undo.loses or 'there is no call that takes it back'}"
        if self._made and not any(call.undo for call in self._made):
            yield f"no call takes it back: {old.undo.loses or 'what was made stays'}"
        for one in begun:
            if old.key in one.depends_on and one not in chosen:
                yield f"{one.id} rests on it: undo that as well"

    def _filled(self, call: Call) -> Call:
        """Return an undo call without placeholders but those that its own answers fill."""
        states = {
            name: self._filler.state(state)
            for name in ("done", "settled")
            if isinstance(state := getattr(call, name), State)
        }
        return self._filler.call(call).model_copy(update={"answer": self._filler.fill(call.answer), **states})

    def _left_behind(self) -> Iterator[State]:
        """Yield what must be so: the thing itself, and what each call did unless a later one of the change did it over."""
        for state in self._change.expect:
            if state.always:
                yield self._filler.state(state)
        yield from _last_word(self._filler.state(call.done) for call in self._made if call.done is not None)

    def _as_before(self, undos: Sequence[Call]) -> Iterator[State]:
        """Yield what must be so in the end: what was not looked at call by call and, where the undo is exact, what was before."""
        did = [undo.done for undo in undos[:-1] if undo.settled is not None]
        last = [undo.done for undo in undos[-1:]]
        states = [state for state in (*did, *last) if state is not None]
        if self._change.undo.kind is UndoClass.EXACT:
            before = (self._filler.state(state) for state in self._change.expect)
            states += [_without_revisions(state) for state in before]
        yield from _last_word(states)


def _seen_to(undo: Call) -> Call:
    """Return an undo call whose effect is waited for: a later one may take away what it shows (targets, and then their rule)."""
    return undo if undo.settled is not None else undo.model_copy(update={"settled": undo.done})


def _last_word(states: Iterable[State]) -> Iterator[State]:
    """Yield states in order, without facts that a later one of the same read says otherwise or again."""
    said: set[tuple[str, str]] = set()
    kept: list[State] = []
    for state in reversed(list(states)):
        read = json.dumps([state.operation, dict(state.params), state.region], sort_keys=True, default=str)
        facts = {path: value for path, value in state.facts.items() if (read, path) not in said}
        said |= {(read, path) for path in facts}
        if facts:
            kept.append(state.model_copy(update={"facts": facts}))
    yield from reversed(kept)


def _without_revisions(state: State) -> State:
    facts = {
        path: value
        for path, value in state.facts.items()
        if not any(word in path.lower() for word in _REVISIONS)
    }
    return state.model_copy(update={"facts": facts})


def _totals(changes: Sequence[Change]) -> Totals:
    ready = [change for change in changes if not change.blocked]
    levels = [change.risk.level for change in ready]
    return Totals(
        changes=len(ready),
        blocked=len(changes) - len(ready),
        advice=0,
        by_risk={str(level): levels.count(level) for level in Risk if level in levels},
        cost_low=0,
        cost_high=0,
    )
