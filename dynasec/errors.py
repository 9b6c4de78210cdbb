"""The errors a person can do something about: a line of text, an exit code, and a hint."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of the command line. They are API: scripts rest on them."""

    OK = 0
    CANNOT_RUN = 1
    USAGE = 2
    FINDINGS = 3
    INCOMPLETE = 4
    STALE = 5
    PARTIAL = 6
    AMBIGUOUS = 7
    REFUSED = 8
    CONVERGING = 9
    LOCKED = 10
    DEADLINE = 11


class DynasecError(Exception):
    """A reason to stop, told in one line.

    `hint` says what to do about it; `exit_code` is what the process ends with.
    """

    exit_code: Exit = Exit.CANNOT_RUN

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class UsageError(DynasecError):
    """The command line asked for something that does not exist."""

    exit_code = Exit.USAGE


class ConfigurationError(DynasecError):
    """`dynasec.toml` cannot be used as it is."""


class SnapshotError(DynasecError):
    """A file is not a snapshot that this version can audit."""


class CredentialsError(DynasecError):
    """AWS cannot be asked at all: no credentials, expired ones, or no way to reach it."""
