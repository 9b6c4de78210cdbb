"""From a request to everything the server needs to answer it, as bytes, and again from memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.model import StructureShape

from simulated_aws import empty, encoding, models, rates, routing, wire
from simulated_aws.errors import ServiceError
from simulated_aws.services import HANDLERS
from simulated_aws.size import Behaviour, Call, Size
from simulated_aws.wire import Request

_READS = ("Describe", "List", "BatchGet", "Search")
_MOST_REMEMBERED = 200_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is called, which buckets it draws on, and what it is answered with."""

    label: str
    buckets: tuple[rates.Bucket, ...]
    admitted: bytes
    throttled: bytes


class Answers:
    """The account's answers. It never changes, so each is made once."""

    def __init__(self, size: Size, behaviour: Behaviour) -> None:
        self._size = size
        self._throttle = rates.Throttle(behaviour)
        self._remembered: dict[Request, Answer] = {}

    def to(self, request: Request) -> Answer:
        """Return the answer to a request; any failure to understand it is an answer as well."""
        answer = self._remembered.get(request)
        if answer is None:
            answer = self._make(request)
            if len(self._remembered) < _MOST_REMEMBERED:
                self._remembered[request] = answer
        return answer

    def reset(self) -> None:
        """Fill all token buckets."""
        self._throttle.reset()

    def _make(self, request: Request) -> Answer:
        try:
            call = routing.route(request)
        except ServiceError as problem:
            headers = {"Content-Type": "application/json", "x-amzn-ErrorType": problem.code}
            refused = wire.response(problem.status, headers, b"{}")
            return Answer(f"{request.signing_name}:?", (), refused, refused)
        throttled = encoding.error(call, rates.throttling_error(call.service))
        return Answer(call.label, self._throttle.buckets(call), _admitted(self._size, call), throttled)


def _admitted(size: Size, call: Call) -> bytes:
    handler: Callable[[Size, Call], Mapping[str, Any]] = HANDLERS.get(call.label, _emptiest)
    try:
        return encoding.output(call, handler(size, call))
    except ServiceError as problem:
        return encoding.error(call, problem)


def _emptiest(_: Size, call: Call) -> Mapping[str, Any]:
    """Answer an operation that is not modelled.

    Raises:
        ServiceError: it is neither a Describe nor a List operation, so that no empty answer is plausible.

    """
    if not call.operation.startswith(_READS):
        code = "UnknownOperationException"
        raise ServiceError(code, f"{call.label} is not simulated")
    shape = models.service_model(call.service).operation_model(call.operation).output_shape
    return empty.output(shape if isinstance(shape, StructureShape) else None)
