"""A boto3 session whose calls can be recorded, refused, or answered by a script: for all that an emulator lacks or cannot do wrong.

Scripted answers are checked against botocore's own service model, so a fake cannot drift from AWS's shapes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import boto3
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.model import OperationModel
from botocore.validate import validate_parameters

from dynasec.collect.clients import Clients
from dynasec.collect.operations import client_and_method

Answer = Mapping[str, Any] | Exception
Script = Mapping[str, Answer | Callable[[Mapping[str, Any]], Answer | None]]
"""Operation (`service:Operation`, IAM's prefixes) to an answer, an exception to raise, or a function of the parameters that gives one;
None lets the call go on to the emulator."""


class AwsError(Exception):
    """An error as AWS sends it."""

    def __init__(self, code: str, message: str = "scripted", status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


class ScriptedSession(boto3.Session):
    """Credentials that are accepted by emulators, calls counted in `made` by `service:Operation`."""

    def __init__(self, script: Script | None = None, region: str = "us-east-1") -> None:
        core = botocore.session.Session()
        super().__init__("testing", "testing", botocore_session=core, region_name=region)
        self.made: Counter[str] = Counter()
        self._script = dict(script or {})
        self._names = {".".join(client_and_method(key)): key for key in self._script}
        core.register("before-call", self._on_call)

    def _on_call(self, model: OperationModel, params: Mapping[str, Any], **_: Any) -> tuple[Any, Any] | None:
        service = model.service_model.service_name
        prefix = {"resourcegroupstaggingapi": "tag", "elbv2": "elasticloadbalancing"}.get(service, service)
        self.made[f"{prefix}:{model.name}"] += 1
        answer = self._script.get(self._names.get(f"{service}.{model.name}", ""))
        if callable(answer):
            answer = answer(_sent(params))
        if answer is None:
            return None
        if isinstance(answer, AwsError):
            return _response(answer.status), {
                "Error": {"Code": answer.code, "Message": answer.message},
                **_META,
            }
        if isinstance(answer, Exception):
            raise answer
        validate_parameters(dict(answer), model.output_shape)
        return _response(200), {**answer, **_META}


_META = {"ResponseMetadata": {"HTTPStatusCode": 200, "RetryAttempts": 0}}


def _response(status: int) -> AWSResponse:
    return AWSResponse("https://scripted", status, {}, None)


def _sent(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was sent, best effort: the body of JSON protocols as a mapping, the form of query protocols."""
    body = params.get("body")
    if isinstance(body, Mapping):
        return body
    try:
        return json.loads(body) if body else {"url_path": params.get("url_path")}
    except ValueError:
        return {"body": body}


def clients(script: Script | None = None, region: str = "us-east-1") -> tuple[Clients, ScriptedSession]:
    """Clients over a scripted session, and the session, to look at what was called."""
    session = ScriptedSession(script, region)
    return Clients(session), session
