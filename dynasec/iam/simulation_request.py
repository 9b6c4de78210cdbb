"""Reads a line of `dynasec simulate`: a SimulateCustomPolicy request in JSON, checked as far as its shape goes.

The fields are those of https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html and further
`ServiceControlPolicyInputList` and `ResourceControlPolicyInputList` (a list of policies per level, root first),
`SessionPolicyInputList`, `VpcEndpointPolicy` and `VpcEndpointType` (`Gateway` or `Interface`). An unknown field is refused:
a misspelt boundary must not be an absent one.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from dynasec.iam.conditions import resolve
from dynasec.iam.layers import EndpointType
from dynasec.iam.malformed import quoted
from dynasec.iam.matching import Pattern
from dynasec.iam.ternary import Ternary

MAX_LINE = 4 * 1024 * 1024
"""Longest line read, in bytes."""

MAX_EVALUATIONS = 10_000
"""Most pairs of action and resource in one line."""

MAX_WORK = 50_000_000
"""Most characters of policies times evaluations in one line."""

_ACTION = re.compile(r"[A-Za-z0-9-]{1,64}:[A-Za-z0-9_-]{1,64}", re.ASCII)
_ARN = re.compile(r"arn:[^:]*:[^:]*:[^:]*:[^:]*:.+", re.DOTALL)
_OWNER = re.compile(r"arn:[^:]+:iam::(\d{12}):root", re.ASCII)
_LONGEST_NAME = 2048
_LEVELS = "OrderedOrganizationPolicyInputList"
_SCPS = "ServiceControlPolicyInputList"
_RCPS = "ResourceControlPolicyInputList"
_IGNORED = frozenset({"MaxItems", "Marker"})
"""Fields that page AWS's answers; here the answer is always whole."""

_FIELDS = _IGNORED | {
    "PolicyInputList",
    "PermissionsBoundaryPolicyInputList",
    "ActionNames",
    "ResourceArns",
    "ResourcePolicy",
    "ResourceOwner",
    "CallerArn",
    "ContextEntries",
    "SessionPolicyInputList",
    "VpcEndpointPolicy",
    "VpcEndpointType",
    _LEVELS,
    _SCPS,
    _RCPS,
}
_SCALARS = frozenset({"string", "numeric", "boolean", "ip", "binary", "date"})


class InvalidSimulation(ValueError):  # noqa: N818 - AWS names the error InvalidInput
    """A line that cannot be answered; the message says why, in printable ASCII."""


@dataclass(frozen=True, slots=True)
class SimulationRequest:
    """One line. Policies are texts, not parsed yet; `context` maps keys in lower case to values, in the line's order."""

    policies: tuple[str, ...]
    boundary: tuple[str, ...]
    session: tuple[str, ...]
    scps: tuple[tuple[str, ...], ...]
    rcps: tuple[tuple[str, ...], ...]
    resource_policy: str | None
    endpoint_policy: str | None
    endpoint_type: EndpointType | None
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    owner: str | None
    """The account id in ResourceOwner."""
    caller: str | None
    context: Mapping[str, tuple[str, ...]]

    @property
    def characters(self) -> int:
        """How long all policies are together."""
        texts = [*self.policies, *self.boundary, *self.session]
        texts.extend(text for levels in (self.scps, self.rcps) for level in levels for text in level)
        texts.extend(text for text in (self.resource_policy, self.endpoint_policy) if text is not None)
        return sum(map(len, texts))


def read_request(line: bytes) -> SimulationRequest:
    """Read one line; raises InvalidSimulation, and nothing else, for whatever is wrong with it."""
    fields = _members(_json(line), "the line")
    for name in fields:
        if name not in _FIELDS:
            _refuse(f"unknown field {quoted(name)}")
    for name in ("PolicyInputList", "ActionNames"):
        if name not in fields:
            _refuse(f"{name} is missing")
    if _LEVELS in fields and _SCPS in fields:
        _refuse(f"give either {_SCPS} or {_LEVELS}")
    scps = _ordered(fields[_LEVELS]) if _LEVELS in fields else _levels(fields, _SCPS)
    request = SimulationRequest(
        policies=_texts(fields, "PolicyInputList"),
        boundary=_texts(fields, "PermissionsBoundaryPolicyInputList"),
        session=_texts(fields, "SessionPolicyInputList"),
        scps=scps,
        rcps=_levels(fields, _RCPS),
        resource_policy=_optional(fields, "ResourcePolicy"),
        endpoint_policy=_optional(fields, "VpcEndpointPolicy"),
        endpoint_type=_endpoint_type(fields),
        actions=_actions(fields),
        resources=_resources(fields),
        owner=_owner(fields),
        caller=_optional(fields, "CallerArn"),
        context=_context(fields),
    )
    _check(request)
    return request


def _check(request: SimulationRequest) -> None:
    if len(request.boundary) > 1:
        _refuse("PermissionsBoundaryPolicyInputList holds more than one policy")
    if request.resource_policy is not None and request.caller is None:
        _refuse("CallerArn is required with a ResourcePolicy")
    evaluations = len(request.actions) * len(request.resources)
    if evaluations > MAX_EVALUATIONS or evaluations * request.characters > MAX_WORK:
        _refuse(f"{evaluations} evaluations of {request.characters} characters of policies are too many")


def _json(line: bytes) -> object:
    if len(line) > MAX_LINE:
        _refuse(f"the line is longer than {MAX_LINE} bytes")
    try:
        return _DECODER.decode(line.decode())
    except UnicodeDecodeError as error:
        message = f"not UTF-8: byte {error.start + 1} of the line"
        raise InvalidSimulation(message) from error
    except json.JSONDecodeError as error:
        message = f"not JSON: {error.msg} at column {error.colno}"
        raise InvalidSimulation(message) from error
    except RecursionError as error:
        message = "not a request: nested too deep"
        raise InvalidSimulation(message) from error
    except InvalidSimulation:
        raise
    except ValueError as error:  # a number of more digits than Python reads
        message = "not JSON that can be read: a number is too long"
        raise InvalidSimulation(message) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                _refuse(f"the key {quoted(key)} is given twice")
            seen.add(key)
    return found


def _refuse_constant(name: str) -> NoReturn:
    _refuse(f"not JSON: {name} is no JSON value")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse_constant)


def _members(value: Any, where: str) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    if not isinstance(value, dict):
        _refuse(f"{where} must be an object, not {_type(value)}")
    return value  # pyright: ignore[reportUnknownVariableType] - JSON


def _list(value: Any, where: str) -> list[Any]:  # noqa: ANN401 - JSON
    if not isinstance(value, list):
        _refuse(f"{where} must be a list, not {_type(value)}")
    return value  # pyright: ignore[reportUnknownVariableType] - JSON


def _string(value: Any, where: str) -> str:  # noqa: ANN401 - JSON
    if not isinstance(value, str):
        _refuse(f"{where} must be text, not {_type(value)}")
    return value


def _type(value: object) -> str:
    names: dict[type, str] = {dict: "an object", list: "a list", str: "text", bool: "a boolean"}
    return "null" if value is None else names.get(type(value), "a number")


def _strings(value: Any, where: str) -> tuple[str, ...]:  # noqa: ANN401 - JSON
    return tuple(_string(each, f"{where}[{i}]") for i, each in enumerate(_list(value, where)))


def _texts(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return _strings(fields[name], name) if name in fields else ()


def _optional(fields: Mapping[str, Any], name: str) -> str | None:
    return _string(fields[name], name) if name in fields else None


def _levels(fields: Mapping[str, Any], name: str) -> tuple[tuple[str, ...], ...]:
    if name not in fields:
        return ()
    return tuple(_strings(level, f"{name}[{i}]") for i, level in enumerate(_list(fields[name], name)))


def _ordered(value: Any) -> tuple[tuple[str, ...], ...]:  # noqa: ANN401 - JSON
    levels: list[tuple[str, ...]] = []
    for position, raw in enumerate(_list(value, _LEVELS)):
        where = f"{_LEVELS}[{position}]"
        level = _members(raw, where)
        if set(level) - {_SCPS}:
            _refuse(f"{where} has fields besides {_SCPS}")
        levels.append(_strings(level.get(_SCPS, []), f"{where}.{_SCPS}"))
    return tuple(levels)


def _endpoint_type(fields: Mapping[str, Any]) -> EndpointType | None:
    text = _optional(fields, "VpcEndpointType")
    if text is None:
        return None
    if text not in {"Gateway", "Interface"}:
        _refuse(f"VpcEndpointType must be Gateway or Interface, not {quoted(text)}")
    return EndpointType(text)


def _actions(fields: Mapping[str, Any]) -> tuple[str, ...]:
    actions = _texts(fields, "ActionNames")
    if not actions:
        _refuse("ActionNames is empty")
    for action in actions:
        if not _ACTION.fullmatch(action):
            _refuse(f"ActionNames: {quoted(action)} is not of the form service:Action, without wildcards")
    return actions


def _resources(fields: Mapping[str, Any]) -> tuple[str, ...]:
    resources = _texts(fields, "ResourceArns") or ("*",)
    for resource in resources:
        if resource != "*" and not (_ARN.fullmatch(resource) and len(resource) <= _LONGEST_NAME):
            _refuse(f"ResourceArns: {quoted(resource)} is neither '*' nor an ARN")
    return resources


def _owner(fields: Mapping[str, Any]) -> str | None:
    text = _optional(fields, "ResourceOwner")
    if text is None:
        return None
    found = _OWNER.fullmatch(text)
    if found is None:
        _refuse(f"ResourceOwner: {quoted(text)} is not of the form arn:aws:iam::ACCOUNT:root")
    return found.group(1)


def _context(fields: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    context: dict[str, tuple[str, ...]] = {}
    entries = _list(fields.get("ContextEntries", []), "ContextEntries")
    for position, raw in enumerate(entries):
        where = f"ContextEntries[{position}]"
        entry = _members(raw, where)
        unknown = set(entry) - {"ContextKeyName", "ContextKeyValues", "ContextKeyType"}
        if unknown:
            _refuse(f"{where} has the unknown field {quoted(min(unknown))}")
        key = _string(entry.get("ContextKeyName"), f"{where}.ContextKeyName")
        if not all(key.partition(":")):
            _refuse(f"{where}.ContextKeyName: {quoted(key)} is not of the form service:key")
        if key.lower() in context:
            _refuse(f"{where}: the key {quoted(key)} is given twice")
        values = _strings(entry.get("ContextKeyValues", []), f"{where}.ContextKeyValues")
        kind = entry.get("ContextKeyType")
        if kind is not None:
            _check_values(_string(kind, f"{where}.ContextKeyType"), values, where)
        context[key.lower()] = values
    return context


def _check_values(kind: str, values: tuple[str, ...], where: str) -> None:
    scalar = kind.removesuffix("List")
    if scalar not in _SCALARS:
        _refuse(f"{where}.ContextKeyType: {quoted(kind)} is no type of a context key")
    if scalar == kind and len(values) != 1:
        _refuse(f"{where}: a {kind} has one value, not {len(values)}")
    readable = _READABLE[scalar]
    for value in values:
        if not readable(value):
            _refuse(f"{where}.ContextKeyValues: {quoted(value)} is no {scalar}")


def _by_operator(name: str) -> Callable[[str], bool]:
    compare = resolve(name).operator.compare
    return lambda value: compare("", Pattern.literally(value)) is not Ternary.UNKNOWN


def _is_base64(value: str) -> bool:
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


_READABLE: Mapping[str, Callable[[str], bool]] = {
    "string": lambda _: True,
    "numeric": _by_operator("NumericEquals"),
    "boolean": _by_operator("Bool"),
    "ip": _by_operator("IpAddress"),
    "binary": _is_base64,
    "date": _by_operator("DateEquals"),
}


def _refuse(message: str) -> NoReturn:
    raise InvalidSimulation(message)
