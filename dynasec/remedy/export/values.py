"""Values of declarations: texts may hold references to other resources, which CloudFormation and Terraform write each in their way."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from dynasec.remedy.export.form import Document, Map
from dynasec.remedy.plan import canonical


@dataclass(frozen=True, slots=True)
class Reference:
    """A value in the answer to the call that makes another resource: the change's key, the call's name, and the path."""

    of: str
    call: str
    path: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text with references in it."""

    pieces: tuple[str | Reference, ...]


def absolute(value: Any, key: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return parameters whose placeholders name the change that they are about; `key` is that of the change itself."""
    if isinstance(value, Mapping):
        mapping = cast("Mapping[str, Any]", value)
        if set(mapping) == {"$result"}:
            return {"$result": {**mapping["$result"], "of": mapping["$result"]["of"] or key}}
        return {name: absolute(one, key) for name, one in mapping.items()}
    if isinstance(value, list | tuple):
        return [absolute(one, key) for one in cast("Sequence[Any]", value)]
    return value


def resolved(value: Any, tag: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return a value with references for placeholders, and documents parsed. `tag` marks what a change made."""
    if isinstance(value, Document):
        return Document(_parsed(resolved(value.text, tag)))
    if isinstance(value, Map):
        return Map({name: resolved(one, tag) for name, one in value.members.items()})
    if isinstance(value, Mapping):
        mapping = cast("Mapping[str, Any]", value)
        if len(mapping) == 1:
            ((name, argument),) = mapping.items()
            if name.startswith("$"):
                return _placeholder(name, argument, tag)
        return {name: resolved(one, tag) for name, one in mapping.items()}
    if isinstance(value, list | tuple):
        return [resolved(one, tag) for one in cast("Sequence[Any]", value)]
    return value


def _placeholder(name: str, argument: Any, tag: str) -> Any:  # noqa: ANN401 - any JSON value
    match name:
        case "$result":
            return Text((Reference(argument["of"], argument["call"], argument["path"]),))
        case "$change":
            return tag
        case "$text":
            return Text(tuple(piece for one in argument for piece in _pieces(resolved(one, tag))))
        case _:
            return {name: argument}


def _pieces(value: Any) -> tuple[str | Reference, ...]:  # noqa: ANN401 - a text, with references or without
    return value.pieces if isinstance(value, Text) else (str(value),)


def _parsed(text: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a document as JSON, with references in its texts; a text that is none stays as it is."""
    pieces = _pieces(text)
    mark = hashlib.sha256(canonical([piece for piece in pieces if isinstance(piece, str)])).hexdigest()[:32]
    references = [piece for piece in pieces if isinstance(piece, Reference)]
    numbers = iter(range(len(references)))
    whole = "".join(piece if isinstance(piece, str) else f"{mark}:{next(numbers)}:" for piece in pieces)
    try:
        parsed = json.loads(whole)
    except (ValueError, RecursionError):
        return text
    return _with_references(parsed, re.compile(rf"{mark}:(\d+):"), references)


def _with_references(value: Any, mark: re.Pattern[str], references: list[Reference]) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        parts = mark.split(value)
        if len(parts) == 1:
            return value
        found = [references[int(part)] if place % 2 else part for place, part in enumerate(parts)]
        return Text(tuple(piece for piece in found if piece))
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {name: _with_references(one, mark, references) for name, one in members.items()}
    if isinstance(value, list | tuple):
        return [_with_references(one, mark, references) for one in cast("Sequence[Any]", value)]
    return value
