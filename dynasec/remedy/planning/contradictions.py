"""Changes of one plan that would make each other stale: one leaves behind what the other expects not to be.

Two changes of the same document are each made from the document as it was read. The first to be applied would leave the second STALE, and
an access change that is STALE stops all the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dynasec.change import State
from dynasec.remedy.plan import Blocked, Change


def one_at_a_time(changes: Iterable[Change]) -> list[Change]:
    """Block each change that contradicts one before it, unless it depends on that: it is planned anew when that is done."""
    found: list[Change] = []
    for change in changes:
        earlier = None if change.blocked else _contradicted(change, found)
        if earlier is None:
            found.append(change)
            continue
        reason = f"{earlier.id} changes the same first: apply that, then plan again"
        found.append(change.model_copy(update={"blocked": (Blocked(reason=reason),)}))
    return found


def _contradicted(change: Change, earlier: Sequence[Change]) -> Change | None:
    for one in earlier:
        if one.blocked or one.key in change.depends_on:
            continue
        if _contradict(_verified(one), _expected(change)) or _contradict(_verified(change), _expected(one)):
            return one
    return None


def _verified(change: Change) -> list[tuple[str, State]]:
    """Return what a change leaves behind, each with the Region where it is read."""
    return [(state.region or change.region, state) for state in change.verify]


def _expected(change: Change) -> list[tuple[str, State]]:
    return [(state.region or change.region, state) for state in change.expect]


def _contradict(left: Sequence[tuple[str, State]], expected: Sequence[tuple[str, State]]) -> bool:
    """Whether what one change leaves is not what another expects: the same fact of the same read, with another value."""
    return any(
        (place, after.operation, after.params) == (where, before.operation, before.params)
        and any(path in before.facts and before.facts[path] != value for path, value in after.facts.items())
        for place, after in left
        for where, before in expected
    )
