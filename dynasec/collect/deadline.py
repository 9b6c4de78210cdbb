"""Work that must be done by a moment, or is given up then."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

S = TypeVar("S")


class DeadlineExceeded(Exception):  # noqa: N818 - its name is the code of the gap (`dynasec.model.fact.DEADLINE_EXCEEDED`)
    """Time ran out before a call was answered."""


async def in_time(deadline: float | None, work: Callable[[], Awaitable[S]]) -> S:
    """Do the work. From the deadline on (the running loop's time; None: never) it is not begun, or is given up.

    Raises:
        DeadlineExceeded: it was not done in time.

    """
    if deadline is None:
        return await work()
    late = "the deadline came before the answer"
    if asyncio.get_running_loop().time() >= deadline:
        raise DeadlineExceeded(late)
    limit = asyncio.timeout_at(deadline)
    try:
        async with limit:
            return await work()
    except TimeoutError as problem:
        if limit.expired():
            raise DeadlineExceeded(late) from problem
        raise


async def pause(deadline: float | None, seconds: float) -> None:
    """Wait, but not beyond the deadline."""
    left = seconds if deadline is None else deadline - asyncio.get_running_loop().time()
    await asyncio.sleep(max(0.0, min(seconds, left)))
