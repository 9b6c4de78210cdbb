"""What a whole process costs: wall time, CPU time and peak memory of the process and its children."""

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO

_LAST_LINES = 5
_KIB_PER_MIB = 1024


@dataclass(frozen=True, slots=True)
class Usage:
    """`complaint` is the last lines that the process wrote to its standard error."""

    exit_code: int
    wall_seconds: float
    cpu_seconds: float
    peak_rss_mib: float
    complaint: str


def measure(
    command: Sequence[str], environment: Mapping[str, str], limit_seconds: float, directory: str | None = None
) -> Usage:
    """Run a command to its end, without its standard output; it is killed after the limit.

    The peak is the process's own `ru_maxrss`, which on Linux is not below what this process held when it
    forked: keep imports here few.
    """
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - the command under measurement
            command,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        timer = threading.Timer(limit_seconds, process.kill)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        return Usage(
            process.returncode, wall, usage.ru_utime + usage.ru_stime, _mib(usage.ru_maxrss), _tail(errors)
        )


def median_seconds(command: Sequence[str], environment: Mapping[str, str], times: int) -> float:
    """Return the median wall time of a command that ends by itself."""
    return statistics.median(
        measure(command, environment, limit_seconds=60).wall_seconds for _ in range(times)
    )


def _mib(peak: int) -> float:
    """Convert `ru_maxrss`, which is in KiB on Linux and in bytes on macOS."""
    return peak / _KIB_PER_MIB / (_KIB_PER_MIB if sys.platform == "darwin" else 1)


def _tail(errors: IO[bytes]) -> str:
    errors.seek(0)
    return "\n".join(errors.read().decode(errors="replace").splitlines()[-_LAST_LINES:])
