"""The comparison operators of an Amazon EventBridge event pattern: tests on one value of an event.

Follows https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html.
No test takes more than linear time, and none uses regular expressions.
"""

from __future__ import annotations

import ipaddress
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NoReturn, TypeGuard

__all__ = ["OPERATORS", "MalformedPattern", "Path", "Test", "equal", "fail", "is_array", "is_object", "only"]

Test = Callable[[object], bool]
Path = tuple[str, ...]

_NUMERIC_LIMIT: Final = 5e9  # AWS documents numeric matching from -5.0e9 to 5.0e9
_LONGEST_ADDRESS: Final = 45
_BITS: Final = {4: 32, 6: 128}
_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
}


class MalformedPattern(ValueError):  # noqa: N818 - the name says what is wrong, as `ValueError` already says it is one
    """EventBridge would refuse this pattern. The message says where in the pattern, and why."""


def fail(where: Sequence[str], why: str) -> NoReturn:
    """Refuse the pattern.

    Raises:
        MalformedPattern: always.

    """
    msg = f"{'.'.join(where) or 'the pattern'}: {why}"
    raise MalformedPattern(msg)


def is_object(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Tell whether a JSON value is an object."""
    return isinstance(value, Mapping)


def is_array(value: object) -> TypeGuard[Sequence[Any]]:
    """Tell whether a JSON value is an array."""
    return isinstance(value, list | tuple)


def only(where: Path, value: Mapping[str, Any]) -> tuple[str, Any]:
    """Return the one operator of a match expression and its operand.

    Raises:
        MalformedPattern: there is none, or more than one.

    """
    if len(value) != 1:
        fail(where, "a match expression has exactly one operator")
    return next(iter(value.items()))


def equal(wanted: object) -> Test:
    """Match one exact scalar: 300 is 300.0, true is not 1, null is not the empty string."""
    if _is_number(wanted):
        return lambda value: _is_number(value) and _same_number(value, wanted)
    return lambda value: type(value) is type(wanted) and value == wanted


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same_number(one: float, other: float) -> bool:
    # Beyond the numeric range EventBridge compares the digits as written, which parsed JSON no longer has.
    written_alike = type(one) is type(other) or abs(one) <= _NUMERIC_LIMIT
    return one == other and written_alike


def _text(where: Path, value: object) -> str:
    if not isinstance(value, str):
        fail(where, "takes a string")
    return value


def _fold(text: str) -> str:
    # Character by character: a letter whose other case is two letters long is left alone.
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def _exactly(where: Path, operand: object) -> Test:
    return equal(_text(where, operand))


def _equals_ignore_case(where: Path, operand: object) -> Test:
    wanted = _fold(_text(where, operand))
    return lambda value: isinstance(value, str) and _fold(value) == wanted


def _affix(method: Callable[[str, str], bool]) -> Callable[[Path, object], Test]:
    def make(where: Path, operand: object) -> Test:
        if not is_object(operand):
            wanted = _text(where, operand)
            return lambda value: isinstance(value, str) and method(value, wanted)
        name, text = only(where, operand)
        if name != "equals-ignore-case":
            fail((*where, name), "only equals-ignore-case can stand here")
        folded = _fold(_text((*where, name), text))
        return lambda value: isinstance(value, str) and method(_fold(value), folded)

    return make


def _exists(where: Path, operand: object) -> Test:
    # Whoever knows the whole event answers `false`; a test only ever sees values that are there.
    if operand is not True:
        fail(where, "takes true or false")
    return lambda _: True


def _anything_but(where: Path, operand: object) -> Test:
    if is_object(operand):
        name, inner = only(where, operand)
        if name not in _NEGATABLE:
            fail((*where, name), f"anything-but combines with {', '.join(_NEGATABLE)}")
        where = (*where, name)
        texts = [_text(where, value) for value in _listed(where, inner)]
        if name in ("prefix", "suffix") and "" in texts:
            fail(where, "the empty string would exclude every string")
        tests = [_NEGATABLE[name](where, text) for text in texts]
    else:
        values = _listed(where, operand)
        numbers = sum(_is_number(value) for value in values)
        if numbers + sum(isinstance(value, str) for value in values) < len(values):
            fail(where, "takes strings or numbers only")
        if numbers not in (0, len(values)):
            fail(where, "strings and numbers cannot be mixed")
        tests = [equal(value) for value in values]
    return lambda value: not any(test(value) for test in tests)


def _listed(where: Path, operand: object) -> Sequence[Any]:
    values = operand if is_array(operand) else [operand]
    if not values:
        fail(where, "an empty array is not allowed")
    return values


def _numeric(where: Path, operand: object) -> Test:
    if not is_array(operand) or len(operand) not in (2, 4):
        fail(where, "takes an operator and a number, or two of each for a range")
    bounds = [_bound(where, operand[i], operand[i + 1]) for i in range(0, len(operand), 2)]
    if len(bounds) > 1:
        (low_sign, low), (high_sign, high) = bounds
        if low_sign not in (">", ">=") or high_sign not in ("<", "<=") or low >= high:
            fail(where, "a range goes from > or >= a number to < or <= a greater one")
    return lambda value: (
        _is_number(value)
        and abs(value) <= _NUMERIC_LIMIT
        and all(_COMPARISONS[sign](value, number) for sign, number in bounds)
    )


def _bound(where: Path, sign: object, number: object) -> tuple[str, float]:
    if not isinstance(sign, str) or sign not in _COMPARISONS:
        fail(where, f"{sign!r} is none of {' '.join(_COMPARISONS)}")
    if not _is_number(number) or abs(number) > _NUMERIC_LIMIT:
        fail(where, f"{number!r} is no number from -5.0e9 to 5.0e9")
    return sign, number


def _cidr(where: Path, operand: object) -> Test:
    text, _, bits = _text(where, operand).partition("/")
    start = _address(text)
    if start is None:
        fail(where, f"{text!r} is no IP address")
    size = _BITS[start.version]
    if bits not in {str(length) for length in range(size)}:
        fail(where, f"the prefix length must be 0 to {size - 1}")
    # The block begins at the address as written: EventBridge does not clear its host bits.
    last = int(start) | ((1 << (size - int(bits))) - 1)

    def within(value: object) -> bool:
        other = _address(value) if isinstance(value, str) else None
        return other is not None and other.version == start.version and int(start) <= int(other) <= last

    return within


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    if len(text) > _LONGEST_ADDRESS or "%" in text:
        return None
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _wildcard(where: Path, operand: object) -> Test:
    first, *rest = _pieces(where, _text(where, operand))
    if not rest:
        return equal(first)
    *middle, last = rest

    def fits(value: object) -> bool:
        # Leftmost matches suffice between a fixed start and a fixed end, so nothing is ever tried twice.
        if not isinstance(value, str) or not value.startswith(first):
            return False
        position = len(first)
        for piece in middle:
            found = value.find(piece, position)
            if found < 0:
                return False
            position = found + len(piece)
        return value.endswith(last) and len(value) - len(last) >= position

    return fits


def _pieces(where: Path, text: str) -> list[str]:
    """Split at the stars that no backslash escapes."""
    pieces = [""]
    characters = iter(enumerate(text))
    star_before = False
    for position, char in characters:
        if char == "*":
            if star_before:
                fail(where, f"two * in a row at position {position}")
            pieces.append("")
        elif char == "\\":
            _, escaped = next(characters, (position, ""))
            if escaped not in {"*", "\\"}:
                fail(where, f"the backslash at position {position} escapes neither * nor \\")
            pieces[-1] += escaped
        else:
            pieces[-1] += char
        star_before = char == "*"
    return pieces


_NEGATABLE: Final[Mapping[str, Callable[[Path, object], Test]]] = {
    "prefix": _affix(str.startswith),
    "suffix": _affix(str.endswith),
    "equals-ignore-case": _equals_ignore_case,
    "wildcard": _wildcard,
}

OPERATORS: Final[Mapping[str, Callable[[Path, object], Test]]] = {
    **_NEGATABLE,
    "exactly": _exactly,
    "anything-but": _anything_but,
    "numeric": _numeric,
    "cidr": _cidr,
    "exists": _exists,
}
"""Operator → how to make its test; each raises MalformedPattern on an operand EventBridge would refuse."""
