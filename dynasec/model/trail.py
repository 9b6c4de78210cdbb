"""CloudTrail: trails, event data stores and the buckets they write to, over all audited Regions."""

from __future__ import annotations

from dynasec.model.shape import Shape


class Trails(Shape):
    """CloudTrail: trails, event data stores and the buckets they write to, over all audited Regions."""
