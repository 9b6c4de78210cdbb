"""AWS Config and CloudFormation drift in one Region."""

from __future__ import annotations

from dynasec.model.shape import Shape


class Recording(Shape):
    """AWS Config and CloudFormation drift in one Region."""
