"""What a snapshot would be if one of its pieces were another: the state after a change, without asking AWS."""

from __future__ import annotations

from datetime import datetime
from operator import is_
from types import NoneType
from typing import Any, Final, TypeVar, cast

from dynasec.model.fact import Fact, Listing
from dynasec.model.shape import Shape

S = TypeVar("S", bound=Shape)
Piece = Shape | Fact[Any] | Listing[Any]
_LEAVES: Final = frozenset({str, int, bool, float, NoneType, datetime})
"""Types of which no piece is, and that hold none."""


def replaced(whole: S, old: Piece, new: Piece) -> S:
    """Return `whole` with the very object `old` (compared by identity, wherever it is) replaced by `new`.

    Everything off the way to `old` is shared with `whole`, which stays as it is. Answers that a model keeps to itself (its cached
    properties) are not carried over. Pieces are models, facts and listings, because equal texts and numbers may be one object.

    Raises:
        LookupError: `old` is no part of `whole`.

    """
    made = _walk(whole, old, new)
    if made is whole and old is not new:
        msg = f"the {type(old).__name__} is no part of the {type(whole).__name__}"
        raise LookupError(msg)
    return cast("S", made)


def _walk(value: object, old: object, new: object) -> object:
    if value is old:
        return new
    if type(value) in _LEAVES:  # most of a snapshot
        return value
    made: object
    match value:
        case Shape():
            made = _in_model(value, old, new)
        case Fact() | Listing():
            made = _in_answer(cast("Fact[object] | Listing[object]", value), old, new)
        case tuple():
            made = _in_tuple(cast("tuple[object, ...]", value), old, new)
        case dict():
            made = _in_mapping(cast("dict[object, object]", value), old, new)
        case _:
            made = value
    return made


def _in_model(model: Shape, old: object, new: object) -> Shape:
    names = type(model).__pydantic_fields__
    members = vars(model)  # the cached properties are there too
    moved: dict[str, object] = {}
    for name in names:
        value = members[name]
        if type(value) not in _LEAVES and (made := _walk(value, old, new)) is not value:
            moved[name] = made
    if not moved:
        return model
    # `model_copy` would take the cached properties along, which tell of the model as it was
    fields = {name: members[name] for name in names}
    return type(model).model_construct(set(model.model_fields_set), **{**fields, **moved})


def _in_answer(
    answer: Fact[object] | Listing[object], old: object, new: object
) -> Fact[object] | Listing[object]:
    if isinstance(answer, Fact):
        value = _walk(answer.value, old, new)
        return answer if value is answer.value else Fact(value, answer.gap)
    items = _in_tuple(answer.items, old, new)
    return answer if items is answer.items else Listing(items, answer.gap)


def _in_tuple(before: tuple[object, ...], old: object, new: object) -> tuple[object, ...]:
    after = tuple([_walk(one, old, new) for one in before])
    return before if all(map(is_, before, after)) else after


def _in_mapping(before: dict[object, object], old: object, new: object) -> dict[object, object]:
    moved = {key: made for key, one in before.items() if (made := _walk(one, old, new)) is not one}
    return {**before, **moved} if moved else before
