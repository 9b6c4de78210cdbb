"""Many actions in few words, those first that people know."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_KNOWN: Final = (
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:DeleteItem",
    "dynamodb:DeleteTable",
    "dynamodb:UpdateTable",
    "dynamodb:CreateTable",
    "dynamodb:GetRecords",
)
_SHOWN: Final = 3


def few(actions: Iterable[str]) -> str:
    """Name the first few actions and count the rest."""
    order = {action: place for place, action in enumerate(_KNOWN)}
    found = sorted(set(actions), key=lambda action: (order.get(action, len(order)), action))
    rest = len(found) - _SHOWN
    return ", ".join(found[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
