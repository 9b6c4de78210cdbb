"""A token bucket for one event loop: no thread waits for its turn. It keeps to a published rate as soon as that rate binds.

Published rates are what AWS promises; what an account really gets is often more, and emulators have no rate at all. So a bucket starts at
the published rate and doubles its pace every second in which nothing was throttled. The first throttled answer ends the search for
good: from then on the published rate holds, with headroom, and each throttled answer takes a token, for it will be asked again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from dynasec.collect.rates import HEADROOM, Rate

_SEARCH_S: Final = 1.0
"""Seconds without a throttled answer after which the pace doubles."""


class TokenBucket:
    """Spaces requests. `throttled` counts those that AWS refused for being too fast.

    Holds less than one second's worth of burst. Waiters are served in the order of their coming.
    """

    def __init__(self, rate: Rate, throttled: Callable[[], int]) -> None:
        self._floor = rate.per_second * HEADROOM
        self._pace = self._floor
        self._burst = max(1.0, min(rate.burst, rate.per_second) * 0.9)
        self._throttled = throttled
        self._seen = 0
        self._due = float("-inf")
        self._raised = float("inf")
        self._turn = asyncio.Lock()

    async def take(self) -> None:
        """Wait until one more request may be sent."""
        async with self._turn:
            now = asyncio.get_running_loop().time()
            refused = self._throttled() - self._seen
            self._seen += refused
            self._search(now)
            interval = 1 / self._pace
            self._due = max(self._due, now - (self._burst - 1) * interval) + refused * interval
            wait = self._due - now
            self._due += interval
            if wait > 0:
                await asyncio.sleep(wait)

    def _search(self, now: float) -> None:
        if self._seen:
            self._pace = self._floor
        elif self._raised == float("inf"):
            self._raised = now
        elif now - self._raised >= _SEARCH_S:
            self._pace *= 2
            self._raised = now
