"""What an answer of AWS may be instead, had somebody changed what it tells of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any


def variants(value: Any) -> Iterator[Any]:
    """What an answer may be instead: another value, an entry less, an entry twice."""
    match value:
        case dict():
            for name, one in value.items():
                yield from ({**value, name: other} for other in variants(one))
        case list():
            for place, one in enumerate(value):
                rest = value[:place], value[place + 1 :]
                yield from ([*rest[0], other, *rest[1]] for other in variants(one))
                yield [*rest[0], *rest[1]]
                yield [*value, one]
            yield [] if value else ["another"]
        case bool():
            yield not value
        case int() | float():
            yield value + 1
        case str():
            yield json.dumps({"Version": "2012-10-17", "Statement": []}) if value[:1] == "{" else "another"
        case _:
            yield "another"
    if isinstance(value, dict):
        yield {}


_CHAIN = re.compile(r"[A-Za-z_]\w*(?:\[0\])?(?:\.[A-Za-z_]\w*(?:\[0\])?)*")


def placed(answer: Any, path: str) -> Iterator[Any]:
    """Answers that have something where there was nothing: at each place that a fact names, also what it asks for."""
    for value in (True, *re.findall(r"'(\w+)'", path), "another"):
        for chain in _CHAIN.findall(path):
            yield _with(answer, chain.replace("[0]", ".0").split("."), value)


def _with(answer: Any, steps: list[str], value: Any) -> Any:
    if not steps:
        return value
    first, *rest = steps
    if first == "0":
        return [_with(answer[0] if answer else {}, rest, value)]
    known = answer if isinstance(answer, dict) else {}
    return {**known, first: _with(known.get(first), rest, value)}
