"""What lives beside tables in one Region: DAX clusters, autoscaling, stream consumers."""

from __future__ import annotations

from dynasec.model.shape import Shape


class Companions(Shape):
    """What lives beside tables in one Region: DAX clusters, autoscaling, stream consumers."""
