"""A webhook on loopback that keeps what it was sent, and answers as told."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "T0SECRET/B0SECRET"


@dataclass
class Hook:
    """`answers` are statuses for the next requests, the last one for good; `headers` go with each of them."""

    url: str = ""
    answers: list[int] = field(default_factory=lambda: [200])
    headers: dict[str, str] = field(default_factory=dict)
    taken: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    drip: bool = False
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def texts(self) -> list[str]:
        return [one["text"] for one in self.taken]


@contextlib.contextmanager
def hook() -> Iterator[Hook]:
    """Serve until the block ends."""
    here = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            here.asked.append(f"POST {self.path}")
            if here.drip:
                self._drip()
                return
            status = here.answers.pop(0) if len(here.answers) > 1 else here.answers[0]
            if status < 300:
                here.taken.append(body)
                here.keys.append(self.headers["Idempotency-Key"])
            self.send_response(status)
            for name, value in here.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(SECRET)))
            self.end_headers()
            self.wfile.write(SECRET.encode())

        def do_GET(self) -> None:
            here.asked.append(f"GET {self.path}")
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _drip(self) -> None:
            """Send a byte now and then, so that no time limit of a socket is ever reached."""
            with contextlib.suppress(OSError):
                while not here.stop.wait(0.02):
                    self.wfile.write(b"H")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    here.url = f"http://127.0.0.1:{server.server_address[1]}/services/{SECRET}"
    try:
        yield here
    finally:
        here.stop.set()
        server.shutdown()
        thread.join()
        server.server_close()
