"""A bound on work that must not explode: backtracking, cases that multiply, formulas that blow up."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

# What these tests guard against takes hours, not seconds. The bound is far above what the work takes on a slow, busy machine
# under a tracer, so it fails for the growth alone: how fast things are is measured by the benchmarks.
_CPU_SECONDS = 90.0


@contextmanager
def bounded() -> Iterator[None]:
    """Fail when the block takes more than 90 seconds of this process's CPU."""
    started = time.process_time()
    yield
    took = time.process_time() - started
    assert took < _CPU_SECONDS, f"took {took:.0f} s of CPU"
