"""Who hears of calls while an account is read."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Hears of calls as they are planned and done."""

    def planned(self, operation: str, region: str) -> None:
        """Take note of one more call to come."""

    def done(self, operation: str, region: str) -> None:
        """Take note that a planned call was answered, well or badly."""


class Silence:
    """The progress that nobody sees."""

    def planned(self, operation: str, region: str) -> None:
        """Do nothing."""

    def done(self, operation: str, region: str) -> None:
        """Do nothing."""
