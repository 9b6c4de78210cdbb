"""Keeps glibc from giving every thread a heap of its own."""

from __future__ import annotations

import ctypes
import sys
from typing import Final

_M_ARENA_MAX: Final = -8
"""From malloc.h, https://man7.org/linux/man-pages/man3/mallopt.3.html."""


def share_one_heap() -> None:
    """Let all threads allocate from one arena, where the C library is glibc; elsewhere do nothing.

    The worker threads of a collection each allocate little at a time, under the interpreter's lock; an arena for each of them only
    keeps memory apart that none of them uses any more: some 25 MiB in an audit.
    """
    if sys.platform != "linux":
        return
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_M_ARENA_MAX, 1)
