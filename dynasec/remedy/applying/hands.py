"""The hands: reads again what a plan expects, and sends each changing call exactly once.

botocore sends a call that timed out again by itself, so a lost answer could make three keys of one; the writing clients have one attempt,
and what a lost answer means is for the protocol to find out.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Protocol, cast
from urllib.parse import unquote

from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
)
from botocore.parsers import ResponseParserError

from dynasec import __version__
from dynasec.change import Json
from dynasec.collect.clients import Clients
from dynasec.collect.failures import code_of, first_line
from dynasec.collect.operations import client_and_method
from dynasec.remedy.applying.facts import as_json

if TYPE_CHECKING:
    from collections.abc import Generator

_SERVER_ERROR: Final = 500
_UNKNOWN_CODES: Final = frozenset({"RequestTimeout", "RequestTimeoutException", "RequestAbortedException"})
"""Codes of refusals that do not say that nothing happened."""


class Meaning(StrEnum):
    """What a failed call says of the world."""

    REFUSED = "refused"
    """Nothing happened."""
    NOT_SENT = "not-sent"
    """AWS was never reached: nothing happened."""
    UNKNOWN = "unknown"
    """It may have taken effect."""


class CallFailed(Exception):  # noqa: N818 - an answer that the protocol deals with
    """A call that was not answered with success. `code` is AWS's, or the name of the exception."""

    def __init__(self, operation: str, code: str, message: str, meaning: Meaning) -> None:
        super().__init__(f"{operation}: {code}: {message}")
        self.operation = operation
        self.code = code
        self.message = message
        self.meaning = meaning


class Hands(Protocol):
    """What the protocol needs of AWS."""

    def read(self, operation: str, params: Json, region: str) -> Mapping[str, Any]:
        """Return an answer as JSON, all pages of it.

        Raises:
            CallFailed: there is none.

        """
        ...

    def send(self, operation: str, params: Json, region: str, *, agent: str) -> Mapping[str, Any]:
        """Send a changing call once and return its answer as JSON. `agent` goes into the user agent, for CloudTrail.

        Raises:
            CallFailed: AWS refused, was not reached, or its answer was lost.

        """
        ...


class AwsHands:
    """Hands over boto3 clients. Safe to use from many threads."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._lock = threading.Lock()
        self._writers: dict[tuple[str, str], Any] = {}
        self._agent: ContextVar[str] = ContextVar("agent", default="")

    def read(self, operation: str, params: Json, region: str) -> Mapping[str, Any]:
        """See `Hands.read`."""
        service, name = client_and_method(operation)
        client = self._clients.get(service, region)
        method = xform_name(name)
        with _failures(operation):
            if client.can_paginate(method):
                answer = client.get_paginator(method).paginate(**params).build_full_result()
            else:
                answer = getattr(client, method)(**params)
        return _decoded(_plain(answer)) if service == "iam" else _plain(answer)

    def send(self, operation: str, params: Json, region: str, *, agent: str) -> Mapping[str, Any]:
        """See `Hands.send`."""
        service, name = client_and_method(operation)
        client = self._writer(service, region)
        before = self._agent.set(agent)
        try:
            with _failures(operation):
                return _plain(getattr(client, xform_name(name))(**params))
        finally:
            self._agent.reset(before)

    def _writer(self, service: str, region: str) -> Any:  # noqa: ANN401 - clients are made at run time
        with self._lock:
            client = self._writers.get((service, region))
            if client is None:
                client = self._writers[service, region] = self._clients.writer(service, region, _WRITING)
                client.meta.events.register("before-call", self._sign)
            return client

    def _sign(self, *, params: dict[str, Any], **_: object) -> None:
        headers = params["headers"]
        headers["User-Agent"] = f"{headers.get('User-Agent', '')} {self._agent.get()}".strip()


_WRITING: Final = Config(
    user_agent=f"dynasec/{__version__}",
    connect_timeout=5,
    read_timeout=60,
    retries={"mode": "standard", "total_max_attempts": 1},
    account_id_endpoint_mode="disabled",
)


def _plain(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    answered: Mapping[str, Any] = as_json(
        {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    )
    return answered


def _decoded(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return IAM's answer with the policies that it sends URL-encoded as documents: the collector keeps its client from decoding them."""
    if isinstance(value, Mapping):
        return {name: _decoded(one) for name, one in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [_decoded(one) for one in cast("list[Any]", value)]
    if isinstance(value, str) and value.startswith("%") and unquote(value).lstrip().startswith("{"):
        try:
            return json.loads(unquote(value))
        except ValueError:
            return value
    return value


@contextmanager
def _failures(operation: str) -> Generator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as problem:
        raise CallFailed(operation, code_of(problem), first_line(problem), _meaning(problem)) from problem


def _meaning(problem: BotoCoreError | ClientError) -> Meaning:
    if isinstance(problem, ClientError):
        status = problem.response.get("ResponseMetadata", {}).get("HTTPStatusCode", _SERVER_ERROR)
        lost = status >= _SERVER_ERROR or code_of(problem) in _UNKNOWN_CODES
        return Meaning.UNKNOWN if lost else Meaning.REFUSED
    if isinstance(problem, ConnectTimeoutError | EndpointConnectionError):
        return Meaning.NOT_SENT
    if isinstance(problem, HTTPClientError | ResponseParserError):
        return Meaning.UNKNOWN
    return (
        Meaning.REFUSED
    )  # parameters that botocore refuses, credentials that are not there: nothing went out
