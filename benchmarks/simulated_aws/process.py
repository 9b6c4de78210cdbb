"""The simulated AWS in a child process, and what it says of itself."""

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulated_aws.size import HOME_REGION, Behaviour, Size

_SOURCE_ROOT = Path(__file__).resolve().parent.parent
_SECONDS_TO_END = 10


@dataclass(frozen=True, slots=True)
class Simulated:
    """A running simulation: its process id and its endpoint URL."""

    pid: int
    url: str

    def stats(self) -> dict[str, Any]:
        """Return `calls` and `throttled` by operation, `connections`, `first`, `last`, `cpu_seconds`."""
        found: dict[str, Any] = self._control("GET", "/__stats")
        return found

    def reset(self) -> None:
        """Set the statistics to nothing and fill all token buckets."""
        self._control("POST", "/__reset")

    def environment(self) -> dict[str, str]:
        """Return the environment variables that make any AWS SDK talk to the simulation.

        S3 Control puts the account id before the endpoint's host name, which nothing resolves on the loopback
        interface: its requests are therefore sent to the simulation as a proxy.
        """
        return {
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "simulated",
            "AWS_DEFAULT_REGION": HOME_REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ENDPOINT_URL_S3_CONTROL": "http://s3-control.invalid",
            "HTTP_PROXY": self.url,
            "NO_PROXY": "127.0.0.1",
        }

    def _control(self, method: str, path: str) -> Any:  # noqa: ANN401 - parsed JSON
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=10)
        try:
            connection.request(method, path)
            return json.load(connection.getresponse())
        finally:
            connection.close()


@contextmanager
def simulated_aws(
    size: Size, behaviour: Behaviour, *, preload: bool = True
) -> Generator[Simulated, None, None]:
    """Run the simulation in a child process on a free port; it ends with the block, or with this process.

    `preload` loads all service models and encodes the IAM entities first (a second or two), so that no answer
    waits for that.

    Raises:
        RuntimeError: the child process did not start.

    """
    command = [sys.executable, "-m", "simulated_aws", "--until-stdin-closes"]
    command += ["--tables", str(size.tables), "--roles", str(size.roles), "--policies", str(size.policies)]
    command += ["--latency-ms", str(behaviour.latency_ms)]
    command += ["--rates", "published" if behaviour.published_rates else "none"]
    for label, rate in behaviour.limits:
        command += ["--limit", f"{label}={rate}"]
    if preload:
        command.append("--preload")
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command, cwd=_SOURCE_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdin is None or process.stdout is None:
            message = "the simulation has no standard streams"
            raise RuntimeError(message)
        try:
            url = process.stdout.readline().strip()
            if not url:
                message = "the simulation did not start"
                raise RuntimeError(message)
            yield Simulated(process.pid, url)
        finally:
            process.stdin.close()
            try:
                process.wait(_SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                process.kill()
