"""A small world of tables, keys, aliases, endpoints and policies in memory, with hands that can fail in every way a network can."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from dynasec.change import Json
from dynasec.remedy.applying.hands import CallFailed, Meaning


class Killed(BaseException):
    """The process ended here. Nothing may catch it."""


class FakeClock:
    """A clock that moves only when somebody waits."""

    def __init__(self, now: datetime = datetime(2026, 11, 24, 12, tzinfo=UTC)) -> None:
        self.time = now
        self.waited = 0.0
        self.on_wait: Callable[[float], None] = lambda _: None

    def now(self) -> datetime:
        return self.time

    def elapsed(self) -> float:
        return self.waited

    def wait(self, seconds: float, stop: threading.Event) -> None:
        if not stop.is_set():
            self.waited += seconds
            self.time += timedelta(seconds=seconds)
            self.on_wait(self.waited)


def failure(operation: str, code: str, meaning: Meaning) -> CallFailed:
    return CallFailed(operation, code, "as injected", meaning)


class World:
    """The account. `state` is what an observer would compare; `sent` the changing calls that arrived."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, dict[str, Any]] = {}
        self.aliases: dict[str, str] = {}
        self.endpoints: dict[str, dict[str, Any]] = {}
        self.policies: dict[str, dict[str, str]] = {}
        self.tokens: dict[str, str] = {}
        self.number = 0
        self.sent: list[tuple[str, Json]] = []
        self.lock = threading.Lock()

    def table(self, name: str, **attributes: Any) -> None:
        self.tables[name] = {
            "TableId": f"id-{self._next()}",
            "TableStatus": "ACTIVE",
            "Protected": False,
            **attributes,
        }

    def _next(self) -> int:
        self.number += 1
        return self.number

    def state(self) -> Any:
        """The world without what differs between two equal ones: revisions and the counter."""
        policies = {name: policy["Policy"] for name, policy in self.policies.items()}
        return copy.deepcopy([self.tables, self.keys, self.aliases, self.endpoints, policies])

    # -- reads

    def read(self, operation: str, params: Json) -> Mapping[str, Any]:
        match operation:
            case "dynamodb:DescribeTable":
                return {"Table": dict(self._table(operation, params))}
            case "dynamodb:GetResourcePolicy":
                if params["ResourceArn"] not in self.policies:
                    raise failure(operation, "PolicyNotFoundException", Meaning.REFUSED)
                return dict(self.policies[params["ResourceArn"]])
            case "kms:ListKeys":
                return {
                    "Keys": [
                        {"KeyId": key} for key, about in self.keys.items() if about["Tags"] == params["Tag"]
                    ]
                }
            case "kms:ListAliases":
                return {"Aliases": [{"AliasName": n, "TargetKeyId": k} for n, k in self.aliases.items()]}
            case "ec2:DescribeVpcEndpoints":
                return {
                    "VpcEndpoints": [{"VpcEndpointId": n, **about} for n, about in self.endpoints.items()]
                }
        raise AssertionError(operation)

    def _table(self, operation: str, params: Json) -> dict[str, Any]:
        if params["TableName"] not in self.tables:
            raise failure(operation, "ResourceNotFoundException", Meaning.REFUSED)
        return self.tables[params["TableName"]]

    # -- changes

    def change(self, operation: str, params: Json) -> Mapping[str, Any]:
        self.sent.append((operation, params))
        name = operation.partition(":")[2]
        return getattr(self, f"_{name}")(operation, params)

    def _UpdateTable(self, operation: str, params: Json) -> Mapping[str, Any]:  # noqa: N802 - AWS's name
        table = self._table(operation, params)
        table |= {name: value for name, value in params.items() if name != "TableName"}
        return {"TableDescription": dict(table)}

    def _DeleteTable(self, _: str, params: Json) -> Mapping[str, Any]:  # noqa: N802
        return {"TableDescription": self.tables.pop(params["TableName"])}

    def _CreateKey(self, _: str, params: Json) -> Mapping[str, Any]:  # noqa: N802
        key = f"key-{self._next()}"
        self.keys[key] = {"Tags": params["Tags"], "State": "Enabled"}
        return {"KeyMetadata": {"KeyId": key}}

    def _ScheduleKeyDeletion(self, _: str, params: Json) -> Mapping[str, Any]:  # noqa: N802
        del self.keys[params["KeyId"]]
        return {}

    def _CreateAlias(self, operation: str, params: Json) -> Mapping[str, Any]:  # noqa: N802
        if params["AliasName"] in self.aliases:
            raise failure(operation, "AlreadyExistsException", Meaning.REFUSED)
        self.aliases[params["AliasName"]] = params["TargetKeyId"]
        return {}

    def _DeleteAlias(self, operation: str, params: Json) -> Mapping[str, Any]:  # noqa: N802
        if params["AliasName"] not in self.aliases:
            raise failure(operation, "NotFoundException", Meaning.REFUSED)
        del self.aliases[params["AliasName"]]
        return {}

    def _CreateVpcEndpoint(self, _: str, params: Json) -> Mapping[str, Any]:  # noqa: N802
        token = params["ClientToken"]
        if token not in self.tokens:
            self.tokens[token] = f"vpce-{self._next()}"
            self.endpoints[self.tokens[token]] = {"VpcId": params["VpcId"], "State": "available"}
        return {"VpcEndpoint": {"VpcEndpointId": self.tokens[token]}}

    def _DeleteVpcEndpoints(self, _: str, params: Json) -> Mapping[str, Any]:  # noqa: N802
        for endpoint in params["VpcEndpointIds"]:
            self.endpoints.pop(endpoint, None)
        return {"Unsuccessful": []}

    def _PutResourcePolicy(self, operation: str, params: Json) -> Mapping[str, Any]:  # noqa: N802
        arn, expected = params["ResourceArn"], params["ExpectedRevisionId"]
        there = self.policies.get(arn)
        if (there["RevisionId"] if there else "NO_POLICY") != expected:
            raise failure(operation, "PolicyNotFoundException", Meaning.REFUSED)
        self.policies[arn] = {"Policy": params["Policy"], "RevisionId": f"r{self._next()}"}
        return {"RevisionId": self.policies[arn]["RevisionId"]}

    def _DeleteResourcePolicy(self, operation: str, params: Json) -> Mapping[str, Any]:  # noqa: N802
        there = self.policies.get(params["ResourceArn"])
        if there is None or there["RevisionId"] != params["ExpectedRevisionId"]:
            raise failure(operation, "PolicyNotFoundException", Meaning.REFUSED)
        del self.policies[params["ResourceArn"]]
        return {}


Fault = str
"""`after`: the answer is lost; `before`: the request is; `throttle`, `busy`, `unreached`; else a code with which AWS refuses."""


class FakeHands:
    """Hands on a `World`. `faults` are used up by the calls of an operation (`*`: any), in order; `on_read`, `on_send` see each first."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.faults: dict[str, list[Fault]] = {}
        self.read_faults: dict[str, list[str]] = {}
        self.reads: list[str] = []
        self.agents: list[str] = []
        self.attempts: list[str] = []
        self.on_read: Callable[[str], None] = lambda _: None
        self.on_send: Callable[[str], None] = lambda _: None

    def read(self, operation: str, params: Json, region: str) -> Mapping[str, Any]:
        assert region
        with self.world.lock:
            self.on_read(operation)
            self.reads.append(operation)
            if self.read_faults.get(operation):
                code = self.read_faults[operation].pop(0)
                raise failure(operation, code, Meaning.UNKNOWN if code == "lost" else Meaning.REFUSED)
            return copy.deepcopy(self.world.read(operation, params))

    def send(self, operation: str, params: Json, region: str, *, agent: str) -> Mapping[str, Any]:
        assert region
        with self.world.lock:
            self.on_send(operation)
            self.attempts.append(operation)
            self.agents.append(agent)
            waiting = self.faults.get(operation) or self.faults.get("*") or []
            match waiting.pop(0) if waiting else "":
                case "":
                    return copy.deepcopy(self.world.change(operation, params))
                case "after":
                    self.world.change(operation, params)
                    raise failure(operation, "ReadTimeoutError", Meaning.UNKNOWN)
                case "before":
                    raise failure(operation, "ReadTimeoutError", Meaning.UNKNOWN)
                case "throttle":
                    raise failure(operation, "ThrottlingException", Meaning.REFUSED)
                case "busy":
                    raise failure(operation, "ResourceInUseException", Meaning.REFUSED)
                case "unreached":
                    raise failure(operation, "ConnectTimeoutError", Meaning.NOT_SENT)
                case code:
                    raise failure(operation, code, Meaning.REFUSED)
