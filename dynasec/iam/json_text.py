"""Reading foreign JSON safely: bounded in size, depth and time, and strict about duplicate keys.

Objects come back as `Members` (pairs, in order), numbers as `Number` (their text), so that nothing is lost or
converted before the grammar of policies has been checked.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import unquote

from dynasec.iam.malformed import MalformedPolicy, quoted

MAX_CHARACTERS = 262_144
"""Longest document read. The longest that any AWS service accepts is 131,072 characters (iam:CreatePolicy)."""

MAX_DEPTH = 16
"""Deepest nesting read; a policy needs six levels."""

# Strings as wholes, so that brackets inside them are not counted. Possessive, hence linear on any text.
_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Number(str):
    """A JSON number as it was written."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Members:
    """A JSON object as it was written: its keys may still repeat."""

    pairs: tuple[tuple[str, Any], ...]


def read(text: str) -> Any:  # noqa: ANN401 - JSON: the grammar checks types element by element
    """Parse JSON, URL-encoded or not; raises MalformedPolicy and nothing else."""
    if len(text) > 3 * MAX_CHARACTERS:
        _refuse(f"the document has {len(text)} characters, more than any AWS service accepts")
    if text.lstrip()[:1] == "%":
        text = unquote(text.strip())
    if len(text) > MAX_CHARACTERS:
        _refuse(f"the document has {len(text)} characters, more than any AWS service accepts")
    if not text.strip():
        _refuse("the document is empty")
    _check_depth(text)
    try:
        return json.loads(
            text,
            object_pairs_hook=lambda pairs: Members(tuple(pairs)),
            parse_int=Number,
            parse_float=Number,
            parse_constant=_refuse_constant,
        )
    except json.JSONDecodeError as error:
        message = f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        raise MalformedPolicy(message) from error


def check_text(text: str, where: str) -> str:
    """Return `text` if a policy may hold it; control characters and lone surrogates are refused."""
    found = _REFUSED.search(text)
    if found:
        message = f"holds the character U+{ord(found.group()):04X}"
        raise MalformedPolicy(message, where)
    return text


def members(value: Any, where: str) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return an object's members; raises MalformedPolicy when it is none, or a key repeats in any case."""
    if not isinstance(value, Members):
        message = f"must be an object, not {type_name(value)}"
        raise MalformedPolicy(message, where)
    found: dict[str, Any] = {}
    seen: set[str] = set()
    for key, member in value.pairs:
        check_text(key, where)
        if key.lower() in seen:
            message = f"the key {quoted(key)} is given twice"
            raise MalformedPolicy(message, where)
        seen.add(key.lower())
        found[key] = member
    return found


def listed(value: Any) -> list[Any]:  # noqa: ANN401 - JSON
    """Return a list's values, or a value that stands alone as the list of it."""
    return value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType] - JSON


def type_name(value: Any) -> str:  # noqa: ANN401 - JSON
    """Name a JSON type for a message."""
    if value is None:
        return "null"
    names = {Members: "an object", list: "a list", Number: "a number", str: "a string", bool: "a boolean"}
    return names[type(value)]


def _check_depth(text: str) -> None:
    depth = 0
    for found in _STRUCTURE.finditer(text):
        first = text[found.start()]
        if first in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                _refuse(f"nested more than {MAX_DEPTH} levels deep")
        elif first in "]}":
            depth -= 1


def _refuse_constant(name: str) -> NoReturn:
    _refuse(f"not JSON: {name} is no JSON value")


def _refuse(message: str) -> NoReturn:
    raise MalformedPolicy(message)
