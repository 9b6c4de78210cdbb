"""A boto3 session that lays answers over an emulator: for calls it lacks, members it leaves out, and faults it never has.

Answers are checked against botocore's own service model, so that what is laid over cannot drift from AWS's shapes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.loaders import Loader, create_loader
from botocore.model import OperationModel
from botocore.validate import validate_parameters

from dynasec.collect.operations import client_and_method, operation_of

Answer = Mapping[str, Any] | Exception
Scripted = Answer | Callable[[Mapping[str, Any]], Answer | None]
Answers = Mapping[str, Scripted]
"""Operation (`service:Operation`, IAM's prefixes) to an answer, an exception to raise, or a function of the parameters sent that gives
one; None lets the call go on to the emulator."""
Amendments = Mapping[str, Callable[[dict[str, Any]], None]]
"""Operation to a function that completes the emulator's answer in place."""


class AwsError(Exception):
    """An error as AWS sends it; with an HTTP status, for services whose retries look at that."""

    def __init__(self, code: str, message: str = "refused", status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


@cache
def _loader() -> Loader:
    """Return the one reader of service models: each finds out anew, and slowly, which services there are."""
    return create_loader()


class OverlaySession(boto3.Session):
    """Has dummy credentials, which emulators accept, and counts the calls in `made` by `service:Operation`."""

    def __init__(
        self, answers: Answers | None = None, amendments: Amendments | None = None, region: str = "us-east-1"
    ) -> None:
        core = botocore.session.Session()
        core.register_component("data_loader", _loader())
        super().__init__("testing", "testing", botocore_session=core, region_name=region)
        self.made: Counter[str] = Counter()
        self._answers: dict[tuple[str, str], Scripted] = {}
        self.answer_with(answers or {})
        self._amendments = {client_and_method(key): amend for key, amend in (amendments or {}).items()}
        events: Any = core  # botocore's handlers take what the event brings, and some of them answer
        events.register("before-call", self._answer)
        events.register("after-call", self._amend)

    def answer_with(self, answers: Answers) -> None:
        """Lay these answers over the emulator instead of those before."""
        self._answers = {client_and_method(key): answer for key, answer in answers.items()}

    def _answer(
        self, model: OperationModel, params: Mapping[str, Any], **_: object
    ) -> tuple[Any, Any] | None:
        key = (model.service_model.service_name, model.name)
        self.made[operation_of(*key)] += 1
        answer = self._answers.get(key)
        if callable(answer):
            answer = answer(_sent(params))
        if answer is None:
            return None
        if isinstance(answer, AwsError):
            error = {"Error": {"Code": answer.code, "Message": answer.message}}
            return _response(answer.status), {**error, "ResponseMetadata": {"HTTPStatusCode": answer.status}}
        if isinstance(answer, Exception):
            raise answer
        if model.output_shape is not None:
            validate_parameters(dict(answer), model.output_shape)
        return _response(200), {**answer, "ResponseMetadata": {"HTTPStatusCode": 200}}

    def _amend(self, model: OperationModel, parsed: dict[str, Any], **_: object) -> None:
        amend = self._amendments.get((model.service_model.service_name, model.name))
        if amend is not None and "Error" not in parsed:
            amend(parsed)


def _response(status: int) -> AWSResponse:
    return AWSResponse("https://overlay.invalid", status, HTTPHeaders(), None)


def _sent(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what was sent: the body of JSON protocols, the form of query protocols, else the path."""
    body = params.get("body")
    if isinstance(body, Mapping):
        return body  # pyright: ignore[reportUnknownVariableType] - botocore's own dictionary
    try:
        return json.loads(body) if body else {"url_path": params.get("url_path")}
    except ValueError:
        return {"body": body}
