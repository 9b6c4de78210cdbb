"""Small HTTP servers on loopback: a monitor that notes who asked, and an AWS that knows who is calling and then says nothing more."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_IDENTITY = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:sts::123456789012:assumed-role/auditor/x</Arn><UserId>x</UserId><Account>123456789012</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>x</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""


@dataclass
class Monitor:
    """A server that answers with `status`, or redirects to `location`; `asked` are the paths."""

    url: str
    status: int = 200
    location: str = ""
    asked: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    slow: bool = False


@contextlib.contextmanager
def monitor() -> Iterator[Monitor]:
    """Serve until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.asked.append(self.path)
            if here.slow:
                here.stop.wait(20)
            self.send_response(here.status)
            if here.location:
                self.send_header("Location", here.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with _serving(Handler) as port:
        here = Monitor(f"http://127.0.0.1:{port}")
        try:
            yield here
        finally:
            here.stop.set()


@contextlib.contextmanager
def silent_aws() -> Iterator[str]:
    """Serve an AWS that says who is calling, and keeps every other caller waiting until the block ends."""
    stop = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if b"GetCallerIdentity" not in body:
                stop.wait(60)
                return
            answer = _IDENTITY.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with _serving(Handler) as port:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            stop.set()


@contextlib.contextmanager
def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
