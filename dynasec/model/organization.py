"""The organisation above the account, where it can be read."""

from __future__ import annotations

from dynasec.model.shape import Shape


class Organization(Shape):
    """The organisation above the account, where it can be read."""
