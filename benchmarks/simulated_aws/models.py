"""botocore's service models, loaded once and found by a request's signing name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import parse_qsl, urlsplit

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel

SERVICES_BY_SIGNING_NAME: Mapping[str, Sequence[str]] = {
    "access-analyzer": ("accessanalyzer",),
    "apigateway": ("apigateway", "apigatewayv2"),
    "dynamodb": ("dynamodb", "dynamodbstreams"),
    "elasticloadbalancing": ("elbv2", "elb"),
    "email": ("sesv2", "ses"),
    "es": ("opensearch", "es"),
    "monitoring": ("cloudwatch",),
    "s3": ("s3control", "s3"),
    "sso": ("sso-admin",),
    "states": ("stepfunctions",),
    "tagging": ("resourcegroupstaggingapi",),
}
"""Where the name in the credential scope is not boto3's name of the service; else the two are the same."""

_LABEL = re.compile(r"\{(\w+)(\+?)\}")


@dataclass(frozen=True, slots=True)
class Route:
    """How a REST operation is recognised: method, path pattern with named groups, literal query pairs."""

    method: str
    path: re.Pattern[str]
    query: tuple[tuple[str, str], ...]
    specificity: tuple[int, int]
    operation: str


def services(signing_name: str) -> Sequence[str]:
    """Return boto3's names of the services that sign their requests with this name."""
    return SERVICES_BY_SIGNING_NAME.get(signing_name, (signing_name,))


@cache
def _loader() -> Loader:
    return Loader()


@cache
def service_model(service: str) -> ServiceModel:
    """Load a service's model.

    Raises:
        botocore.exceptions.UnknownServiceError: there is no such service.

    """
    return ServiceModel(_loader().load_service_model(service, "service-2"), service)


@cache
def protocol(service: str) -> str:
    """Return the protocol botocore speaks with the service: json, rest-json, query, ec2, rest-xml, …."""
    return str(service_model(service).resolved_protocol)


@cache
def routes(service: str) -> tuple[Route, ...]:
    """Return a REST service's routes, the most specific first."""
    model = service_model(service)
    found = [_route(model.operation_model(name)) for name in model.operation_names]
    return tuple(sorted(found, key=lambda route: route.specificity, reverse=True))


def _route(operation: OperationModel) -> Route:
    uri = urlsplit(str(operation.http["requestUri"]))
    pattern, position = "", 0
    for label in _LABEL.finditer(uri.path):
        pattern += re.escape(uri.path[position : label.start()])
        pattern += f"(?P<{label[1]}>{'.+' if label[2] else '[^/]+'})"
        position = label.end()
    pattern += re.escape(uri.path[position:])
    query = tuple(parse_qsl(uri.query, keep_blank_values=True))
    literal = len(_LABEL.sub("", uri.path))
    return Route(
        str(operation.http["method"]), re.compile(pattern), query, (len(query), literal), operation.name
    )
