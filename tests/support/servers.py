"""Emulators as processes of their own on loopback, and the installed program run against them."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent
_PATIENCE_S = 60
_IMPATIENT = str(Path(__file__).with_name("impatient"))


@dataclass(frozen=True)
class Server:
    """An emulator that listens."""

    url: str

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to take the emulator for AWS."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
        }

    def dynasec(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the installed program against the emulator, with retries that come at once."""
        return subprocess.run(
            [BIN / "dynasec", *arguments],
            env={**self.environment, "PYTHONPATH": _IMPATIENT},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(command: list[str], port: int, environment: Mapping[str, str], log: Path) -> Iterator[Server]:
    """Start a server, wait until it answers HTTP, and end it with the block."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=output, stderr=output, cwd=log.parent
        )
    try:
        _await_answer(process, port, log)
        yield Server(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_answer(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
    message = f"{process.args!r} does not answer: {log.read_text(errors='replace')[-2000:]}"
    raise RuntimeError(message)
