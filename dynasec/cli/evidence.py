"""What `plan` and `apply` know of the requests that access changes must not deny."""

from __future__ import annotations

from collections.abc import Sequence

from dynasec.model.snapshot import Snapshot
from dynasec.remediation import Draft
from dynasec.remedy.impact import Assessor
from dynasec.remedy.plan import Blocked, Impact


def assessor(observed: Sequence[str], *, accept_none: bool) -> Assessor:
    """Return what judges the effect of access changes."""
    del observed, accept_none
    return _unassessed


def _unassessed(draft: Draft, before: Snapshot, after: Snapshot) -> tuple[Impact, tuple[Blocked, ...]]:
    del draft, before, after
    return Impact(evaluated=0), (Blocked(reason="its effect on access was not computed"),)
