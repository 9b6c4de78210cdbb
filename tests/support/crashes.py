"""Kills the process that applies a remediation: really, with SIGKILL."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable
from typing import Any

from tests.support.emulated import hang_up


def boundaries(work: Callable[[Callable[[str], None]], Any]) -> list[str]:
    """The boundaries that a piece of work passes when nobody disturbs it."""
    passed: list[str] = []
    work(passed.append)
    return passed


def killed_at(number: int, work: Callable[[Callable[[str], None]], Any]) -> bool:
    """Do a piece of work in a child that is killed at the boundary of a number; False where it came to its end before."""
    child = os.fork()
    if child == 0:
        count = iter(range(10_000))
        gc.disable()  # it would touch, and so copy, all that the parent has
        hang_up()

        def boundary(_: str) -> None:
            if next(count) == number:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            work(boundary)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
