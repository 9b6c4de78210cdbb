"""A message as it waits and is sent: what was decided with the run is what is sent, however much later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dynasec.settings import Notify

Item = dict[str, Any]
"""JSON of the target's own shape: a digest, an event, or a finding."""


@dataclass(frozen=True, slots=True)
class Message:
    """What one call sends. `region` is where Security Hub is to be told, else empty; `findings` is how many are told of."""

    items: tuple[Item, ...]
    findings: int
    region: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message in the outbox. `key` is the same each time it is sent: receivers that look at it take it once."""

    number: int
    target: str
    kind: str
    region: str
    run: str
    findings: int
    queued: datetime
    attempts: int
    problem: str
    key: str


class UndeliveredError(Exception):
    """A message was not taken, or not all of it. The reason never holds an address that is secret.

    `left` are the items that were not taken, None: all. `lasting`: the next message to the same place would not be taken either.
    """

    def __init__(self, reason: str, *, left: tuple[Item, ...] | None = None, lasting: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.left = left
        self.lasting = lasting


Deliver = Callable[[Notify, Waiting, tuple[Item, ...]], None]
"""Sends a message; raises `UndeliveredError`."""
