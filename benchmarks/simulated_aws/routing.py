"""From a request to the operation it asks for, by the same marks that AWS goes by."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

from botocore.exceptions import UnknownServiceError

from simulated_aws import decoding, models
from simulated_aws.errors import ServiceError
from simulated_aws.size import Call
from simulated_aws.wire import Request

_FORM_PROTOCOLS = ("query", "ec2")


def route(request: Request) -> Call:
    """Find the operation and decode its parameters.

    Raises:
        ServiceError: the request is unsigned, or names no operation of any service.

    """
    if not request.signing_name:
        code = "MissingAuthenticationToken"
        raise ServiceError(code, "the request has no SigV4 credential scope", 403)
    for service in models.services(request.signing_name):
        call = _operation_of(service, request)
        if call:
            return call
    code = "UnknownOperationException"
    raise ServiceError(code, f"no operation of {request.signing_name}: {request.method} {request.uri}", 404)


def _operation_of(service: str, request: Request) -> Call | None:
    try:
        protocol = models.protocol(service)
    except UnknownServiceError:
        return None
    if protocol == "json":
        return _by_target(service, request)
    if protocol in _FORM_PROTOCOLS:
        return _by_action(service, request)
    return _by_path(service, request)


def _by_target(service: str, request: Request) -> Call | None:
    """Go by `X-Amz-Target: Prefix.Operation`."""
    model = models.service_model(service)
    prefix, _, operation = request.target.rpartition(".")
    if prefix != model.metadata.get("targetPrefix") or operation not in model.operation_names:
        return None
    return Call(service, operation, request.region, decoding.json_object(request.body))


def _by_action(service: str, request: Request) -> Call | None:
    """Go by the form's `Action` and `Version`."""
    model = models.service_model(service)
    form = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
    operation = form.get("Action", "")
    if form.get("Version") != model.api_version or operation not in model.operation_names:
        return None
    shape = model.operation_model(operation).input_shape
    params = decoding.form(shape, form, models.protocol(service)) if shape else {}
    return Call(service, operation, request.region, params)


def _by_path(service: str, request: Request) -> Call | None:
    """Go by method, path and the query's literal parts."""
    uri = urlsplit(request.uri)
    query = parse_qsl(uri.query, keep_blank_values=True)
    for candidate, labels in _candidates(service, request.method, uri.path):
        if not all(pair in query for pair in candidate.query):
            continue
        shape = models.service_model(service).operation_model(candidate.operation).input_shape
        body = request.body if models.protocol(service) == "rest-json" else b""
        params = decoding.rest(shape, labels, query, body) if shape else {}
        return Call(service, candidate.operation, request.region, params)
    return None


def _candidates(service: str, method: str, path: str) -> Iterator[tuple[models.Route, dict[str, str]]]:
    for candidate in models.routes(service):
        if candidate.method != method:
            continue
        match = candidate.path.fullmatch(path) or candidate.path.fullmatch(path.rstrip("/"))
        if match:
            yield candidate, {name: unquote(value) for name, value in match.groupdict().items()}
