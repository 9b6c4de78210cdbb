"""The account after several drafts. Each draft was made from the account as it was read, and knows nothing of the others.

Two drafts may replace one piece: a listing to which both add, a table's description of which they change different members. The later one
is merged three ways: what it changes of the piece that it was made from is changed of the piece as the earlier drafts left it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from dynasec.model.fact import Fact, Gap, Listing
from dynasec.model.key import Key
from dynasec.model.shape import Shape
from dynasec.model.snapshot import Snapshot
from dynasec.remediation import Draft, Piece
from dynasec.remedy.planning.projection import replaced

Items = tuple[object, ...]


class MergedAccount:
    """An account to which drafts are added one by one; `snapshot` is how it would be."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._next: dict[
            int, tuple[Piece, Piece]
        ] = {}  # by a piece's id: it, to keep it alive, and what it became

    def add(self, draft: Draft) -> None:
        """Add a draft; all of it or, where it cannot be, nothing.

        Raises:
            LookupError: the draft replaces what is not there.

        """
        account, became = self.snapshot, dict(self._next)
        for old, new in draft.replaces:
            current = _latest(old, became)
            merged = new if current is old else cast("Piece", rebased(old, new, current))
            if merged is current:
                continue
            account = replaced(account, current, merged)
            became[id(current)] = (current, merged)
            if new is not merged and new is not current:
                became[id(new)] = (new, merged)
        self.snapshot, self._next = _with_keys(account, draft.new_keys), became


def _latest(piece: Piece, became: Mapping[int, tuple[Piece, Piece]]) -> Piece:
    while (found := became.get(id(piece))) is not None:
        piece = found[1]
    return piece


def rebased(old: object, new: object, current: object) -> object:
    """Return `current` with what `new` changes of `old`."""
    if new is old or new == old:
        return current
    if current is old or current == old:
        return new
    made = new
    match old, new, current:
        case Fact(), Fact(), Fact():
            facts = cast("Sequence[Fact[Any]]", (old, new, current))
            gap = cast("Gap | None", rebased(*(one.gap for one in facts)))
            made = Fact(rebased(*(one.value for one in facts)), gap)
        case Listing(), Listing(), Listing():
            listings = cast("Sequence[Listing[Any]]", (old, new, current))
            gap = cast("Gap | None", rebased(*(one.gap for one in listings)))
            made = Listing(_items(*(one.items for one in listings)), gap)
        case Shape(), Shape(), Shape() if type(old) is type(new) is type(current):
            made = _model(old, new, current)
        case tuple(), tuple(), tuple():
            made = _items(*cast("Sequence[Items]", (old, new, current)))
        case _:
            pass
    return made


def _items(
    old: tuple[object, ...], new: tuple[object, ...], current: tuple[object, ...]
) -> tuple[object, ...]:
    gone = [one for one in old if one not in new]
    come = [one for one in new if one not in old and one not in current]
    return (*(one for one in current if one not in gone), *come)


def _model(old: Shape, new: Shape, current: Shape) -> Shape:
    fields = {
        name: rebased(getattr(old, name), getattr(new, name), getattr(current, name))
        for name in type(old).model_fields
    }
    return type(old).model_construct(current.model_fields_set | new.model_fields_set, **fields)


def _with_keys(account: Snapshot, new: Sequence[Key]) -> Snapshot:
    if not new:
        return account
    keys = {key.arn: key for key in account.keys}
    for key in new:
        known = keys.get(key.arn, key)
        keys[key.arn] = known.model_copy(update={"tables": tuple(sorted({*known.tables, *key.tables}))})
    fields: Mapping[str, Any] = {name: getattr(account, name) for name in Snapshot.model_fields}
    # `model_copy` would take the cached properties along, which know the keys as they were
    return Snapshot.model_construct(set(account.model_fields_set), **{**fields, "keys": tuple(keys.values())})
