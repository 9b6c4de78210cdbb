"""IAM: users, groups, roles and their policies."""

from __future__ import annotations

from dynasec.model.shape import Shape


class Identity(Shape):
    """IAM: users, groups, roles and their policies."""
