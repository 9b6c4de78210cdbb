"""Hands that write down what they are told to do, and that fail as a network and AWS do."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dynasec.change import Json
from dynasec.remedy.applying.hands import CallFailed, Hands, Meaning


@dataclass(frozen=True)
class Made:
    """One call that was made, or tried."""

    operation: str
    params: Json
    region: str


@dataclass
class Watched:
    """Hands that write down what was read and what was sent."""

    hands: Hands
    reads: list[Made] = field(default_factory=list[Made])
    sent: list[Made] = field(default_factory=list[Made])

    def read(self, operation: str, params: Json, region: str) -> Mapping[str, Any]:
        self.reads.append(Made(operation, params, region))
        return self.hands.read(operation, params, region)

    def send(self, operation: str, params: Json, region: str, *, agent: str) -> Mapping[str, Any]:
        self.sent.append(Made(operation, params, region))
        return self.hands.send(operation, params, region, agent=agent)


@dataclass
class RefusedAt(Watched):
    """The call of a number, from 0, is denied."""

    number: int = 0

    def send(self, operation: str, params: Json, region: str, *, agent: str) -> Mapping[str, Any]:
        if len(self.sent) == self.number:
            self.sent.append(Made(operation, params, region))
            raise CallFailed(operation, "AccessDeniedException", "not authorized", Meaning.REFUSED)
        return super().send(operation, params, region, agent=agent)


@dataclass
class LostAt(Watched):
    """The answer of the call of a number, from 0, is lost: after it took effect, or without any."""

    number: int = 0
    after: bool = True

    def send(self, operation: str, params: Json, region: str, *, agent: str) -> Mapping[str, Any]:
        if len(self.sent) != self.number:
            return super().send(operation, params, region, agent=agent)
        self.sent.append(Made(operation, params, region))
        if self.after:
            self.hands.send(operation, params, region, agent=agent)
        raise CallFailed(operation, "ReadTimeoutError", "no answer", Meaning.UNKNOWN)


@dataclass
class ThrottledOnce(Watched):
    """Each call comes too fast the first time."""

    def send(self, operation: str, params: Json, region: str, *, agent: str) -> Mapping[str, Any]:
        first = Made(operation, params, region) not in self.sent
        answer = {} if first else self.hands.send(operation, params, region, agent=agent)
        self.sent.append(Made(operation, params, region))
        if first:
            raise CallFailed(operation, "ThrottlingException", "Rate exceeded", Meaning.REFUSED)
        return answer


@dataclass
class Otherwise(Watched):
    """One read is answered otherwise than AWS does; the answer may be an error, which is raised."""

    operation: str = ""
    params: Json = field(default_factory=dict[str, Any])
    region: str = ""
    answer: Callable[[], Mapping[str, Any]] = dict

    def read(self, operation: str, params: Json, region: str) -> Mapping[str, Any]:
        same = (operation, region) == (self.operation, self.region)
        if same and _written(params) == _written(self.params):
            return self.answer()
        return super().read(operation, params, region)


def _written(params: Json) -> str:
    return json.dumps(params, sort_keys=True, default=str)
