"""JSON documents as lines that one can read in a review. Policies that AWS keeps as text are shown as the documents that they are."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from dynasec.printable import printable

_CONTEXT: Final = 3
"""Unchanged lines around a change."""


def lines(value: Any) -> list[str]:  # noqa: ANN401 - any JSON value
    """Return a value as indented JSON; nothing in it can steer a terminal or begin a line of its own."""
    text = json.dumps(readable(value), indent=2, sort_keys=True, ensure_ascii=False)
    return [printable(line) for line in text.split("\n")]


def difference(before: Any, after: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Yield what changes between two documents as a unified diff without its head: lines that begin with a space, `-`, `+` or `@@`."""
    old, new = lines(before), lines(after)
    diff = difflib.unified_diff(old, new, n=_CONTEXT, lineterm="")
    shown = [line for place, line in enumerate(diff) if place > 1]  # without the names of two files
    if not shown and before != after:
        shown = ["  (only the spelling of a text changes: see -f json)"]
    yield from shown[1:] if len([line for line in shown if line.startswith("@@")]) == 1 else shown


def readable(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a value with JSON texts as what they say, and placeholders as words in angle brackets.

    A text that says one member twice stays a text: as a document it would show only one of the two.
    """
    if isinstance(value, str):
        return _document(value)
    if isinstance(value, Mapping):
        mapping = cast("Mapping[str, Any]", value)
        words = _placeholder(mapping)
        return words if words is not None else {name: readable(one) for name, one in mapping.items()}
    if isinstance(value, list | tuple):
        return [readable(one) for one in cast("Sequence[Any]", value)]
    return value


def _document(text: str) -> Any:  # noqa: ANN401 - any JSON value
    if text.lstrip()[:1] not in {"{", "["}:
        return text
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        msg = "a member stands twice"
        raise ValueError(msg)
    return members


def _refuse(constant: str) -> Any:  # noqa: ANN401 - never returns
    raise ValueError(constant)


def _placeholder(mapping: Mapping[str, Any]) -> str | None:
    """Return a placeholder of `dynasec.change` in words; None for any other mapping."""
    match dict(mapping):
        case {"$result": {"of": of, "call": call, "path": path}} if len(mapping) == 1:
            return f"<{path} of the answer to {call}{f' of {of}' if of else ''}>"
        case {"$token": name} if len(mapping) == 1:
            return f"<client token {name}>"
        case {"$change": True} if len(mapping) == 1:
            return "<mark of this change>"
        case {"$text": [*pieces]} if len(mapping) == 1:
            return "".join(_piece(piece) for piece in pieces)
        case _:
            return None


def _piece(piece: Any) -> str:  # noqa: ANN401 - a text or a placeholder
    if isinstance(piece, str):
        return piece
    words = _placeholder(cast("Mapping[str, Any]", piece)) if isinstance(piece, Mapping) else None
    return json.dumps(piece) if words is None else words
