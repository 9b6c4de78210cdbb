"""A token bucket for one event loop, by the generic cell rate algorithm: no thread waits, no lock is held."""

from __future__ import annotations

import asyncio

from dynasec.collect.rates import HEADROOM, Rate


class TokenBucket:
    """Spaces requests to `rate.per_second` with the headroom taken off; holds less than one second's worth of burst."""

    def __init__(self, rate: Rate) -> None:
        self._interval = 1 / (rate.per_second * HEADROOM)
        self._burst = max(1.0, min(rate.burst, rate.per_second) * 0.9)
        self._due = float("-inf")

    async def take(self) -> None:
        """Wait until one more request may be sent."""
        now = asyncio.get_running_loop().time()
        self._due = max(self._due, now - (self._burst - 1) * self._interval)
        wait = self._due - now
        self._due += self._interval
        if wait > 0:
            await asyncio.sleep(wait)
