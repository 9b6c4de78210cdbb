"""AWS Backup in one Region."""

from __future__ import annotations

from dynasec.model.shape import Shape


class BackupService(Shape):
    """AWS Backup in one Region."""
