"""Amazon EventBridge event patterns: which events a rule sees.

Follows https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern.html and, for the
operators, `event_operator`. Where AWS's pages are silent (arrays of objects, the reach of `exists`), the
behaviour of EventBridge's published matcher, https://github.com/aws/event-ruler, decides. Where that leaves a
doubt a pattern matches less rather than more, for an alert that may not fire is no alert.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from dynasec.semantics.event_operator import (
    OPERATORS,
    MalformedPattern,
    Path,
    Test,
    equal,
    fail,
    is_array,
    is_object,
    only,
)

__all__ = ["MalformedPattern", "Pattern", "parse"]

_LONGEST: Final = 4096  # characters: the limit of EventPattern in events:PutRule
_DEEPEST: Final = 100
_MOST_RULES: Final = 1000  # what the `$or`s of one pattern may multiply to
_LONGEST_INTEGER: Final = 20  # digits; longer ones are compared as floating point
_SIGNS: Final = ("<", "<=", "=", ">", ">=")
_RESERVED_INSIDE_OR: Final = frozenset([*OPERATORS, *_SIGNS])


@dataclass(frozen=True, slots=True)
class _Leaf:
    """What one field must satisfy: any test on any of its values or, where `absent`, that it is not there."""

    tests: tuple[Test, ...]
    absent: bool


_Rule = Mapping[
    Path, _Leaf
]  # all of its fields must be satisfied; a pattern is a list of rules, one of which must be


@dataclass(frozen=True, slots=True)
class _Node:
    """One level of a rule: a field's conditions, or the fields below."""

    path: Path = ()
    leaf: _Leaf | None = None
    children: dict[str, _Node] = field(default_factory=dict[str, "_Node"])


@dataclass(frozen=True, slots=True)
class Pattern:
    """A parsed event pattern. Make one with `parse`."""

    _rules: tuple[_Node, ...]

    def matches(self, event: Mapping[str, Any]) -> bool:
        """Tell whether EventBridge sends this event, the whole envelope as parsed JSON, to the targets.

        Takes time linear in the event, whatever stands in event or pattern.
        """
        match = _Match(event)
        return any(match.node(rule, [event]) for rule in self._rules)


def parse(text: str) -> Pattern:
    """Parse the `EventPattern` of a rule, which AWS keeps as JSON text.

    Raises:
        MalformedPattern: not JSON, or nothing EventBridge would accept.

    """
    if len(text) > _LONGEST:
        fail((), f"longer than {_LONGEST} characters")
    try:
        body: Any = json.loads(
            text, object_pairs_hook=_unique, parse_int=_integer, parse_constant=_refuse_constant
        )
    except json.JSONDecodeError as error:
        msg = f"not JSON: {error}"
        raise MalformedPattern(msg) from error
    except RecursionError as error:
        msg = f"nested deeper than {_DEEPEST} levels"
        raise MalformedPattern(msg) from error
    if not is_object(body):
        fail((), "an event pattern is a JSON object")
    return Pattern(tuple(_tree(rule) for rule in _rules((), body, inside_or=False, depth=0)))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Which of two equal names would count AWS does not say.
    body: dict[str, Any] = {}
    for name, value in pairs:
        if name in body:
            fail((), f"the field {name!r} stands twice in one object")
        body[name] = value
    return body


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else float(digits)


def _refuse_constant(name: str) -> float:
    fail((), f"not JSON: {name}")


# --- from JSON to rules: every `$or` multiplied out


def _rules(path: Path, body: Mapping[str, Any], *, inside_or: bool, depth: int) -> list[_Rule]:
    if depth > _DEEPEST:
        fail((), f"nested deeper than {_DEEPEST} levels")
    if not body:
        fail(path, "an empty object is not allowed")
    rules: list[_Rule] = [{}]
    for name, value in body.items():
        choices: list[_Rule]
        here = (*path, name)
        if name == "$or":
            choices = _alternatives(here, value, depth)
        elif inside_or and name in _RESERVED_INSIDE_OR:
            fail(here, "the name of an operator cannot be a field inside $or")
        elif is_object(value):
            choices = _rules(here, value, inside_or=inside_or, depth=depth + 1)
        else:
            choices = [{_field(here): _leaf(here, value)}]
        rules = _product(path, rules, choices)
    return rules


def _field(where: Path) -> Path:
    # A dot joins names: "detail.state" and {"detail": {"state": …}} are one field. `$or` is no part of it.
    return tuple(name for name in ".".join(where).split(".") if name != "$or")


def _alternatives(where: Path, value: object, depth: int) -> list[_Rule]:
    if not is_array(value) or len(value) < 2:  # noqa: PLR2004 - fewer than two are no choice
        fail(where, "takes an array of at least two objects")
    choices: list[_Rule] = []
    for index, alternative in enumerate(value):
        if not is_object(alternative):
            fail((*where[:-1], f"$or[{index}]"), "must be an object")
        choices += _rules(where, alternative, inside_or=True, depth=depth + 1)
    return choices


def _product(path: Path, rules: list[_Rule], choices: list[_Rule]) -> list[_Rule]:
    if len(rules) * len(choices) > _MOST_RULES:
        fail(path, f"its $or conditions multiply to more than {_MOST_RULES} combinations")
    for twice in (twice for rule in rules for choice in choices for twice in rule.keys() & choice.keys()):
        fail(twice, "is asked for twice")
    return [{**rule, **choice} for rule in rules for choice in choices]


def _tree(rule: _Rule) -> _Node:
    root = _Node()
    for path, leaf in rule.items():
        if len(path) > _DEEPEST:
            fail((), f"nested deeper than {_DEEPEST} levels")
        node = root
        for depth, name in enumerate(path, start=1):
            last = depth == len(path)
            if last and name in node.children:
                fail(path, "is asked for both as a value and as an object")
            node = node.children.setdefault(name, _Node(path[:depth], leaf if last else None))
            if node.leaf and not last:
                fail(node.path, "is asked for both as a value and as an object")
    return root


def _leaf(where: Path, values: object) -> _Leaf:
    if not is_array(values):
        fail(where, "must be an array of values, or an object")
    if not values:
        fail(where, "an empty array is not allowed")
    tests: list[Test] = []
    absent = False
    for index, value in enumerate(values):
        here = (*where[:-1], f"{where[-1]}[{index}]")
        if is_array(value):
            fail(here, "an array cannot hold another array")
        if not is_object(value):
            tests.append(equal(value))
            continue
        name, operand = only(here, value)
        if name not in OPERATORS:
            fail((*here, name), "there is no such operator")
        if name == "exists" and operand is False:
            absent = True
        else:
            tests.append(OPERATORS[name]((*here, name), operand))
    return _Leaf(tuple(tests), absent)


# --- matching


def _flat(values: Iterable[Any]) -> Iterator[Any]:
    """Yield what is in an event's arrays, however deep: EventBridge looks through them."""
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        if is_array(value):
            waiting.extend(value)
        else:
            yield value


class _Match:
    """One event being matched; remembers which fields it has."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        self._event = event
        self._known: dict[Path, bool] = {}

    def node(self, node: _Node, values: list[Any]) -> bool:
        """Tell whether the values found at the node's path satisfy it."""
        if node.leaf:
            return self._leaf(node.path, node.leaf, values)
        # All fields below must be found in one and the same element of an array. An event without the object
        # may still satisfy a rule that asks for the absence of something in it.
        return any(
            all(self.node(child, [it[name]] if name in it else []) for name, child in node.children.items())
            for it in [value for value in _flat(values) if is_object(value)] or [dict[str, Any]()]
        )

    def _leaf(self, path: Path, leaf: _Leaf, values: list[Any]) -> bool:
        if leaf.absent and not self._has(path):
            return True
        # An object is no leaf: no operator, `exists` included, sees it.
        return any(test(it) for it in _flat(values) if not is_object(it) for test in leaf.tests)

    def _has(self, path: Path) -> bool:
        if path not in self._known:
            self._known[path] = _present(self._event, path)
        return self._known[path]


def _present(event: Mapping[str, Any], path: Path) -> bool:
    """Tell whether any scalar stands at the path, in whatever element of whatever array."""
    values: list[Any] = [event]
    for name in path:
        objects = [value for value in _flat(values) if is_object(value)]
        if any(key.startswith(f"{name}.") for it in objects for key in it):
            return True  # a name with a dot may be this very field: do not swear that it is absent
        values = [it[name] for it in objects if name in it]
    return any(not is_object(value) for value in _flat(values))
