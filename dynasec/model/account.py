"""The account itself, as a subject of account-wide controls."""

from __future__ import annotations

from typing import ClassVar

from dynasec.model.shape import Resource


class Account(Resource):
    """The audited account. Its ARN is that of its root, and it belongs to no Region."""

    aws_type: ClassVar[str] = "AWS::::Account"

    id: str
    partition: str

    @property
    def label(self) -> str:
        """The account's id."""
        return self.id
