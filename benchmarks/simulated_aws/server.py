"""The server: asyncio on one core, keep-alive, every answer after the latency.

`GET /__stats` tells what was asked since the start or the last `POST /__reset`, which also fills all token
buckets. Both answer at once, and neither is counted.
"""

import asyncio
import itertools
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from simulated_aws import rates, wire
from simulated_aws.answers import Answers
from simulated_aws.size import Behaviour, Size

_JSON = {"Content-Type": "application/json"}
_BACKLOG = 1024
_NUMBERS = itertools.count()


@dataclass(slots=True)
class Statistics:
    """What was asked: calls (throttled ones included) and throttled calls by `service:Operation`.

    `connections` holds the numbers of the connections that asked, `first` and `last` are the arrivals of the
    first and last call in seconds since the epoch, `cpu_seconds` is what the server itself has used.
    """

    calls: Counter[str] = field(default_factory=Counter[str])
    throttled: Counter[str] = field(default_factory=Counter[str])
    connections: set[int] = field(default_factory=set[int])
    first: float | None = None
    last: float | None = None
    cpu_start: float = field(default_factory=time.process_time)

    def count(self, label: str, connection: int, *, admitted: bool) -> None:
        """Count one call that arrived now."""
        self.last = time.time()
        if self.first is None:
            self.first = self.last
        self.calls[label] += 1
        self.connections.add(connection)
        if not admitted:
            self.throttled[label] += 1

    def document(self) -> dict[str, object]:
        """Return the statistics as JSON carries them."""
        return {
            "calls": dict(sorted(self.calls.items())),
            "throttled": dict(sorted(self.throttled.items())),
            "connections": len(self.connections),
            "first": self.first,
            "last": self.last,
            "cpu_seconds": time.process_time() - self.cpu_start,
        }


class Simulation:
    """The account, its rates and its statistics: what all connections share."""

    def __init__(self, size: Size, behaviour: Behaviour) -> None:
        self.answers = Answers(size, behaviour)
        self.latency = behaviour.latency_ms / 1000
        self.statistics = Statistics()

    def answer(self, request: wire.Request, connection: int) -> tuple[bytes, float]:
        """Return the bytes that answer a connection's request, and the seconds to hold them back."""
        if request.uri.startswith("/__"):
            return self._control(request.uri), 0.0
        answer = self.answers.to(request)
        admitted = rates.admit(answer.buckets, time.monotonic()) if answer.buckets else True
        self.statistics.count(answer.label, connection, admitted=admitted)
        response = answer.admitted if admitted else answer.throttled
        if request.method == "HEAD":
            response = response[: response.index(b"\r\n\r\n") + 4]
        return response, self.latency

    def _control(self, uri: str) -> bytes:
        if uri == "/__reset":
            self.answers.reset()
            self.statistics = Statistics()
            return wire.response(200, _JSON, b"{}")
        if uri == "/__stats":
            return wire.response(200, _JSON, json.dumps(self.statistics.document()).encode())
        return wire.response(404, _JSON, b"{}")


class _Connection(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._number = next(_NUMBERS)
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        try:
            while request := wire.take_request(self._buffer):
                self._send_later(*self._simulation.answer(request, self._number))
        except ValueError:
            if self._transport:
                self._transport.close()

    def _send_later(self, response: bytes, seconds: float) -> None:
        if seconds:
            asyncio.get_running_loop().call_later(seconds, self._send, response)
        else:
            self._send(response)

    def _send(self, response: bytes) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.write(response)


async def serve(simulation: Simulation, port: int, ready: Callable[[int], None]) -> None:
    """Serve on 127.0.0.1 until cancelled; `ready` is told the port, which is a free one when `port` is 0."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(simulation), "127.0.0.1", port, backlog=_BACKLOG)
    async with server:
        ready(server.sockets[0].getsockname()[1])
        await server.serve_forever()
