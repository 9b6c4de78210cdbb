"""What the protocol needs of time and of tests: a clock, a way to be stopped, and a hook at every point where a crash would matter."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import FrameType
from typing import Final, Protocol

Boundary = Callable[[str], None]
"""Called with the name of each boundary that is passed: `journal:before:KIND`, `journal:after:KIND`, `call:before:OPERATION`,
`call:after:OPERATION`. Tests end the process there."""


class Clock(Protocol):
    """Time as the protocol sees it."""

    def now(self) -> datetime:
        """Return the time of day, aware of its zone."""
        ...

    def elapsed(self) -> float:
        """Return seconds that only grow."""
        ...

    def wait(self, seconds: float, stop: threading.Event) -> None:
        """Return after so many seconds, or as soon as `stop` is set."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """See `Clock.now`."""
        return datetime.now(UTC)

    def elapsed(self) -> float:
        """See `Clock.elapsed`."""
        return time.monotonic()

    def wait(self, seconds: float, stop: threading.Event) -> None:
        """See `Clock.wait`."""
        stop.wait(seconds)


def no_boundary(_: str) -> None:
    """Do nothing: what a boundary is outside of tests."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Growing pauses: `first` seconds, each half as long again, never more than `longest`."""

    first: float
    longest: float
    growth: float = 1.5

    def pause(self, number: int) -> float:
        """Return the length of a pause, counted from 0, in seconds."""
        return min(self.longest, self.first * self.growth ** min(number, 64))


POLLS: Final = Backoff(5, 30)
"""Between two looks at a state that takes time."""
RETRIES: Final = Backoff(1, 30, 2)
"""Between two attempts at a call that was refused for now."""


@contextmanager
def stopping_on_signals(stop: threading.Event) -> Generator[None]:
    """Set `stop` on SIGINT and SIGTERM while inside: the call in flight is finished and journalled, nothing more is begun.

    Only the main thread can take signals; from any other this changes nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ask(_: int, __: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
