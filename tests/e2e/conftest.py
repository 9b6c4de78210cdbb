from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e import seed
from tests.support.servers import BIN, Server, free_port, serving

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def moto_server(tmp_path_factory: pytest.TempPathFactory):
    """An emulated account in another process, furnished by the seed script in a third."""
    port = free_port()
    log = tmp_path_factory.mktemp("moto") / "log"
    command = [sys.executable, "-m", "tests.support.spared_server", str(port)]
    environment = {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true", "PYTHONPATH": str(ROOT)}
    with serving(command, port, environment, log) as server:
        _furnish(server)
        yield server


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory):
    """Another emulator, which lacks several services."""
    port = free_port()
    log = tmp_path_factory.mktemp("ministack") / "log"
    environment = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port)}
    with serving([str(BIN / "ministack")], port, environment, log) as server:
        yield server


def _furnish(server: Server) -> None:
    subprocess.run(
        [sys.executable, seed.__file__],
        env=server.environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
