"""A policy document: what it says, read as AWS reads it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html

The reader accepts every kind of policy (identity, resource, endpoint, trust, key, SCP); which elements a kind demands
or forbids is for those who know the kind. An empty list is accepted where AWS accepts it, and grants nothing.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dynasec.iam import json_text
from dynasec.iam.conditions import Condition, resolve
from dynasec.iam.json_text import Number
from dynasec.iam.malformed import MalformedPolicy, quoted

__all__ = ["Condition", "Document", "Effect", "MalformedPolicy", "Principals", "Statement", "parse"]

WITHOUT_VARIABLES = "2008-10-17"
WITH_VARIABLES = "2012-10-17"

_DOCUMENT = frozenset({"Version", "Id", "Statement"})
_STATEMENT = frozenset(
    {
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    }
)
_PRINCIPAL = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})


class Effect(enum.StrEnum):
    """What a matching statement does."""

    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True, slots=True)
class Principals:
    """A Principal or NotPrincipal element; `anyone` = `"*"` or `{"AWS": "*"}`, which mean the same."""

    anyone: bool = False
    aws: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    federated: tuple[str, ...] = ()
    canonical_users: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. Exactly one of `actions` and `not_actions` is given; None = the element is absent.

    `position` counts from 0. `label` names the statement in findings: its Sid, else "statement 3" (counting from 1);
    a Sid used twice is followed by the position. `variables`: the document's Version knows policy variables.
    """

    position: int
    label: str
    sid: str | None
    effect: Effect
    principals: Principals | None
    not_principals: Principals | None
    actions: tuple[str, ...] | None
    not_actions: tuple[str, ...] | None
    resources: tuple[str, ...] | None
    not_resources: tuple[str, ...] | None
    conditions: tuple[Condition, ...]
    variables: bool

    @property
    def allows(self) -> bool:
        """Whether the effect is Allow."""
        return self.effect is Effect.ALLOW


@dataclass(frozen=True, slots=True)
class Document:
    """A policy document; `version` is the one in force when none is given: 2008-10-17."""

    version: str
    identifier: str | None
    statements: tuple[Statement, ...]


def parse(text: str) -> Document:
    """Read a policy document, as JSON or as URL-encoded JSON (which IAM's API returns).

    Raises MalformedPolicy, and nothing else, for whatever AWS would refuse; in bounded time for any text.
    """
    elements = json_text.members(json_text.read(text), "")
    _refuse_unknown(elements, _DOCUMENT, "")
    version = _string(elements.get("Version", WITHOUT_VARIABLES), "Version")
    if version not in {WITHOUT_VARIABLES, WITH_VARIABLES}:
        message = f"{quoted(version)} is neither {WITH_VARIABLES} nor {WITHOUT_VARIABLES}"
        raise MalformedPolicy(message, "Version")
    identifier = _string(elements["Id"], "Id") if "Id" in elements else None
    if "Statement" not in elements:
        message = "there is no Statement"
        raise MalformedPolicy(message)
    raw = elements["Statement"]
    single = not isinstance(raw, list)
    placed = [
        ("Statement" if single else f"Statement[{i}]", each) for i, each in enumerate(json_text.listed(raw))
    ]
    if not placed:
        message = "is empty"
        raise MalformedPolicy(message, "Statement")
    sids: set[str] = set()
    statements: list[Statement] = []
    for position, (where, each) in enumerate(placed):
        statements.append(_statement(each, where, position, sids, variables=version == WITH_VARIABLES))
    return Document(version, identifier, tuple(statements))


def _statement(raw: Any, where: str, position: int, sids: set[str], *, variables: bool) -> Statement:  # noqa: ANN401
    elements = json_text.members(raw, where)
    _refuse_unknown(elements, _STATEMENT, where)
    effect = _effect(elements, where)
    for one, other in (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal")):
        if one in elements and other in elements:
            message = f"has both {one} and {other}"
            raise MalformedPolicy(message, where)
    if "Action" not in elements and "NotAction" not in elements:
        message = "has neither Action nor NotAction"
        raise MalformedPolicy(message, where)
    if "NotPrincipal" in elements and effect is Effect.ALLOW:
        message = "NotPrincipal goes with Deny only"
        raise MalformedPolicy(message, where)
    sid = (_string(elements["Sid"], f"{where}.Sid") or None) if "Sid" in elements else None
    return Statement(
        position=position,
        label=_label(sid, position, sids),
        sid=sid,
        effect=effect,
        principals=_principals(elements, "Principal", where),
        not_principals=_principals(elements, "NotPrincipal", where),
        actions=_actions(elements, "Action", where),
        not_actions=_actions(elements, "NotAction", where),
        resources=_resources(elements, "Resource", where),
        not_resources=_resources(elements, "NotResource", where),
        conditions=_conditions(elements, where, variables=variables),
        variables=variables,
    )


def _label(sid: str | None, position: int, sids: set[str]) -> str:
    if sid is None:
        return f"statement {position + 1}"
    if sid in sids:
        return f"{sid} (statement {position + 1})"
    sids.add(sid)
    return sid


def _effect(elements: Mapping[str, Any], where: str) -> Effect:
    if "Effect" not in elements:
        message = "has no Effect"
        raise MalformedPolicy(message, where)
    text = _string(elements["Effect"], f"{where}.Effect")
    if text not in {"Allow", "Deny"}:
        message = f"{quoted(text)} is neither Allow nor Deny"
        raise MalformedPolicy(message, f"{where}.Effect")
    return Effect(text)


def _actions(elements: Mapping[str, Any], name: str, where: str) -> tuple[str, ...] | None:
    if name not in elements:
        return None
    actions = _strings(elements[name], f"{where}.{name}")
    for action in actions:
        service, colon, operation = action.partition(":")
        named = service and operation and ":" not in operation if colon else action and not action.strip("*")
        if not named:
            message = f"{quoted(action)} is neither '*' nor of the form service:action"
            raise MalformedPolicy(message, f"{where}.{name}")
    return actions


def _resources(elements: Mapping[str, Any], name: str, where: str) -> tuple[str, ...] | None:
    if name not in elements:
        return None
    resources = _strings(elements[name], f"{where}.{name}")
    for resource in resources:
        if ":" not in resource and "*" not in resource and "${" not in resource:
            message = f"{quoted(resource)} is neither '*' nor an ARN"
            raise MalformedPolicy(message, f"{where}.{name}")
    return resources


def _principals(elements: Mapping[str, Any], name: str, where: str) -> Principals | None:
    if name not in elements:
        return None
    raw, place = elements[name], f"{where}.{name}"
    if isinstance(raw, str) and not isinstance(raw, Number):
        if raw != "*":
            message = f"{quoted(raw)} is neither '*' nor an object"
            raise MalformedPolicy(message, place)
        return Principals(anyone=True)
    kinds = json_text.members(raw, place)
    _refuse_unknown(kinds, _PRINCIPAL, place)
    named = {kind: _strings(value, f"{place}.{kind}") for kind, value in kinds.items()}
    for kind, texts in named.items():
        if "" in texts:
            message = "holds an empty name"
            raise MalformedPolicy(message, f"{place}.{kind}")
    aws = named.get("AWS", ())
    return Principals(
        anyone="*" in aws,
        aws=tuple(text for text in aws if text != "*"),
        services=named.get("Service", ()),
        federated=named.get("Federated", ()),
        canonical_users=named.get("CanonicalUser", ()),
    )


def _conditions(elements: Mapping[str, Any], where: str, *, variables: bool) -> tuple[Condition, ...]:
    if "Condition" not in elements:
        return ()
    found: list[Condition] = []
    for written, raw_keys in json_text.members(elements["Condition"], f"{where}.Condition").items():
        place = (
            f"{where}.Condition.{written}"
            if written.isprintable() and written.isascii()
            else f"{where}.Condition"
        )
        try:
            test = resolve(written)
        except MalformedPolicy as error:
            raise MalformedPolicy(error.what, f"{where}.Condition") from error
        for key, raw in json_text.members(raw_keys, place).items():
            if not key.strip():
                message = "has an empty key"
                raise MalformedPolicy(message, place)
            found.append(
                Condition(test, key, _condition_values(raw, f"{place}.{quoted(key)[1:-1]}"), variables)
            )
    return tuple(found)


def _condition_values(raw: Any, where: str) -> tuple[str, ...]:  # noqa: ANN401 - JSON
    values: list[str] = []
    for value in json_text.listed(raw):
        if isinstance(value, bool):
            values.append("true" if value else "false")
        elif isinstance(value, str):
            values.append(json_text.check_text(str(value), where))
        else:
            message = f"must be text, a number or a boolean, not {json_text.type_name(value)}"
            raise MalformedPolicy(message, where)
    return tuple(values)


def _strings(raw: Any, where: str) -> tuple[str, ...]:  # noqa: ANN401 - JSON
    return tuple(_string(value, where) for value in json_text.listed(raw))


def _string(raw: Any, where: str) -> str:  # noqa: ANN401 - JSON
    if not isinstance(raw, str) or isinstance(raw, Number):
        message = f"must be text, not {json_text.type_name(raw)}"
        raise MalformedPolicy(message, where)
    return json_text.check_text(raw, where)


def _refuse_unknown(elements: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    for name in elements:
        if name not in known:
            message = f"unknown element {quoted(name)}; known are {', '.join(sorted(known))}"
            raise MalformedPolicy(message, where)
