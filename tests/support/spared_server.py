"""The emulator as it is, but spared what no test looks at, in a process of its own: `python -m tests.support.spared_server PORT`."""

from __future__ import annotations

import sys

import pytest
from moto.server import main as serve

from tests.support import sparing


def main(port: str) -> None:
    """Serve moto on loopback."""
    sparing.install(pytest.MonkeyPatch())
    serve(["-H", "127.0.0.1", "-p", port])


if __name__ == "__main__":
    main(*sys.argv[1:])
