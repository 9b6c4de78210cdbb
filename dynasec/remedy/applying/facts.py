"""Compares what a read answers with what is expected of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, cast

import jmespath
from jmespath.exceptions import JMESPathTypeError

from dynasec.change import State


@dataclass(frozen=True, slots=True)
class Difference:
    """A fact that is not as expected."""

    fact: str
    expected: Any
    seen: Any

    def __str__(self) -> str:
        return f"{self.fact} is {_short(self.seen)}, not {_short(self.expected)}"


def differences(state: State, answer: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield what an answer shows otherwise than the state says; nothing when the state holds."""
    seen = as_json(answer)
    for path, expected in state.facts.items():
        try:
            found = jmespath.search(path, seen)
        except (
            JMESPathTypeError
        ):  # a function of something that is not there, as length(null): nothing that could be expected
            yield Difference(path, expected, "not to be told from the answer")
            continue
        if _written(found) != _written(expected):
            yield Difference(path, expected, found)


def facts_of(state: State, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a state as an answer shows them."""
    seen = as_json(answer)
    return {path: jmespath.search(path, seen) for path in state.facts}


def as_json(value: Any) -> Any:  # noqa: ANN401 - any value that botocore parses
    """Return an answer as JSON: times in ISO format, UTC, bytes as text, sets and tuples as lists."""
    if isinstance(value, Mapping):
        members = cast("Mapping[str, Any]", value)
        return {str(name): as_json(one) for name, one in members.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [as_json(one) for one in cast("list[Any]", value)]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode(errors="replace")
    return value


def comparable(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return what a value is compared by: a text that is a JSON object or list counts as what it says, 1.0 as 1."""
    if isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
        try:
            return comparable(json.loads(value))
        except (ValueError, RecursionError):
            return value
    if isinstance(value, Mapping):
        return {name: comparable(one) for name, one in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [comparable(one) for one in cast("list[Any]", value)]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _written(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return a value as text, since Python takes False for 0."""
    return json.dumps(comparable(value), sort_keys=True, default=str)


def _short(value: Any) -> str:  # noqa: ANN401 - any JSON value
    shown = json.dumps(value, sort_keys=True, default=str)
    return shown if len(shown) <= 80 else f"{shown[:77]}..."  # noqa: PLR2004 - a line of a terminal
