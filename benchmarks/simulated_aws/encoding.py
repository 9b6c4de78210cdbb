"""Whole answers, outputs and errors, in the protocol of the operation's service."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from botocore.model import OperationModel, StructureShape

from simulated_aws import encoding_json, encoding_xml, models, wire
from simulated_aws.errors import ServiceError
from simulated_aws.size import Call

_SERVER_ERRORS = 500


def output(call: Call, value: Mapping[str, Any]) -> bytes:
    """Encode an operation's output, given in boto3's response shape.

    Raises:
        KeyError: the value has a member that the operation's output has not.

    """
    operation = models.service_model(call.service).operation_model(call.operation)
    protocol = models.protocol(call.service)
    shape = operation.output_shape
    if protocol == "json":
        content_type = f"application/x-amz-json-{operation.service_model.metadata.get('jsonVersion', '1.0')}"
        return wire.response(200, {"Content-Type": content_type}, encoding_json.body(shape, value))
    if protocol in ("query", "ec2"):
        return wire.response(200, {"Content-Type": "text/xml"}, _form_answer(operation, value, protocol))
    return _rest(operation, value, protocol)


def error(call: Call, problem: ServiceError) -> bytes:
    """Encode an error in the service's protocol."""
    protocol = models.protocol(call.service)
    if protocol in ("json", "rest-json"):
        headers = {"Content-Type": "application/json", "x-amzn-ErrorType": problem.code}
        document = {"__type": problem.code, "message": problem.message}
        return wire.response(problem.status, headers, json.dumps(document).encode())
    fault = "Receiver" if problem.status >= _SERVER_ERRORS else "Sender"
    said = f"<Code>{escape(problem.code)}</Code><Message>{escape(problem.message)}</Message>"
    if protocol == "ec2":
        text = f"<Response><Errors><Error>{said}</Error></Errors><RequestID>{wire.REQUEST_ID}</RequestID></Response>"
    elif call.service == "s3":
        text = f"<Error>{said}<RequestId>{wire.REQUEST_ID}</RequestId></Error>"
    else:
        text = (
            f"<ErrorResponse><Error><Type>{fault}</Type>{said}</Error>"
            f"<RequestId>{wire.REQUEST_ID}</RequestId></ErrorResponse>"
        )
    return wire.response(problem.status, {"Content-Type": "text/xml"}, text.encode())


def _form_answer(operation: OperationModel, value: Mapping[str, Any], protocol: str) -> bytes:
    shape = operation.output_shape
    name = operation.name
    content = encoding_xml.inner(shape, value) if shape else ""
    if protocol == "ec2":
        return f"<{name}Response><requestId>{wire.REQUEST_ID}</requestId>{content}</{name}Response>".encode()
    wrapper = str(shape.serialization.get("resultWrapper", f"{name}Result")) if shape else ""
    result = f"<{wrapper}>{content}</{wrapper}>" if wrapper else ""
    metadata = f"<ResponseMetadata><RequestId>{wire.REQUEST_ID}</RequestId></ResponseMetadata>"
    return f"<{name}Response>{result}{metadata}</{name}Response>".encode()


def _rest(operation: OperationModel, value: Mapping[str, Any], protocol: str) -> bytes:
    shape = operation.output_shape
    headers = {"Content-Type": "application/json" if protocol == "rest-json" else "application/xml"}
    status = int(operation.http.get("responseCode", 200))
    if not isinstance(shape, StructureShape):
        return wire.response(status, headers, b"")
    for name, item in value.items():
        serialization = shape.members[name].serialization
        if serialization.get("location") == "header":
            headers[str(serialization.get("name", name))] = _header(item)
        elif serialization.get("location") == "statusCode":
            status = int(item)
    return wire.response(status, headers, _rest_body(shape, value, protocol))


def _header(value: str | float | datetime) -> str:
    if isinstance(value, datetime):
        return str(encoding_json.timestamp(value, "rfc822"))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _rest_body(shape: StructureShape, value: Mapping[str, Any], protocol: str) -> bytes:
    payload = shape.serialization.get("payload")
    if payload:
        content = value.get(str(payload), b"")
        if isinstance(content, str | bytes):
            return content.encode() if isinstance(content, str) else content
        member = shape.members[str(payload)]
        if isinstance(member, StructureShape):
            shape, value = member, content
    if protocol == "rest-json":
        return encoding_json.body(shape, value)
    root = str(shape.serialization.get("name", shape.name))
    return f"<{root}>{encoding_xml.inner(shape, value)}</{root}>".encode()
