"""A progress bar per service on stderr, while it is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager

from dynasec.collect.progress import Progress, Silence


@contextmanager
def shown(*, quiet: bool) -> Generator[Progress]:
    """Show bars while the block runs; nothing at all when quiet or not on a terminal."""
    if quiet or not sys.stderr.isatty():
        yield Silence()
        return
    from rich.console import Console  # noqa: PLC0415 - 60 ms that only terminals need
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415
    from rich.progress import Progress as Bars  # noqa: PLC0415

    columns = (TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        yield _Bars(bars)


class _Bars:
    """One bar per service; its length grows as calls are planned."""

    def __init__(self, bars: object) -> None:
        from rich.progress import Progress as Bars  # noqa: PLC0415 - see above
        from rich.progress import TaskID  # noqa: PLC0415

        if not isinstance(bars, Bars):
            raise TypeError(bars)
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}
        self._totals: dict[str, int] = {}

    def planned(self, operation: str, region: str) -> None:
        """Lengthen the bar of the operation's service."""
        del region
        service = operation.partition(":")[0]
        if service not in self._tasks:
            self._tasks[service] = self._bars.add_task(service, total=0)
            self._totals[service] = 0
        self._totals[service] += 1
        self._bars.update(self._tasks[service], total=self._totals[service])

    def done(self, operation: str, region: str) -> None:
        """Advance it."""
        del region
        self._bars.advance(self._tasks[operation.partition(":")[0]])
