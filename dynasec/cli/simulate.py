"""`dynasec simulate`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import BinaryIO

import click

from dynasec.errors import Exit
from dynasec.iam.simulation import InvalidSimulation, answer
from dynasec.iam.simulation_request import MAX_LINE

_CHUNK = 65_536


@click.command("simulate")
@click.argument("file", type=click.File("rb"))
def command(file: BinaryIO) -> int:
    """Evaluate IAM requests offline, in the shapes of iam:SimulateCustomPolicy.

    FILE (- for standard input) holds one request a line, in JSON; each is answered by one line, in the same order and as soon
    as it is read. A line that cannot be answered gets an Error, the rest goes on, and the exit code is 1 at the end.
    """
    failed = False
    for number, line in _lines(file):
        try:
            result = answer(line)
        except InvalidSimulation as problem:
            failed = True
            result = {"Error": {"Line": number, "Message": str(problem)}}
        sys.stdout.write(json.dumps(result, separators=(",", ":")) + "\n")
        sys.stdout.flush()
    return Exit.CANNOT_RUN if failed else Exit.OK


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Read line by line, blank ones aside; of one that is too long, one byte more than is accepted."""
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        rest = line
        while len(line) > MAX_LINE and rest and not rest.endswith(b"\n"):
            rest = file.readline(_CHUNK)
        if line.strip():
            yield number, line.removesuffix(b"\n")
