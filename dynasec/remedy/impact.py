"""What an access change takes away from whom: the answers of the policy engine before and after it."""

from __future__ import annotations

from collections.abc import Callable

from dynasec.model.snapshot import Snapshot
from dynasec.remediation import Draft
from dynasec.remedy.plan import Blocked, Impact

Assessor = Callable[[Draft, Snapshot, Snapshot], tuple[Impact, tuple[Blocked, ...]]]
"""From a draft and the account before and after it to its impact, and what blocks it."""
