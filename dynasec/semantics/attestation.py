"""What somebody vouches for of a table's items, since no API shows it."""

from __future__ import annotations

from datetime import date
from fnmatch import fnmatchcase
from typing import Final

from dynasec.model.fact import Gap
from dynasec.model.table import Table
from dynasec.settings import Attestation, Settings

ITEMS_UNSEEN: Final = Gap("configuration:attest", "ItemsUnseen", "needs an attestation or --sample-items")
"""The gap of a question that only items answer, where none were read."""


def attestations(settings: Settings, table: Table, *claims: str) -> tuple[Attestation, ...]:
    """Return what is attested of a table, whether in force or not. Patterns are globs on its name or ARN."""
    return tuple(
        one
        for one in settings.attest
        if one.claim in claims and any(fnmatchcase(text, one.tables) for text in (table.name, table.arn))
    )


def in_force(found: tuple[Attestation, ...], today: date) -> Attestation | None:
    """Return the first attestation that holds today: from the day it was given to the day it expires, both included."""
    return next((one for one in found if one.on <= today <= one.expires), None)


def why_unseen(found: tuple[Attestation, ...]) -> str:
    """Say why there is no answer."""
    if not found:
        return ITEMS_UNSEEN.message
    last = max(found, key=lambda one: one.expires)
    return f"{ITEMS_UNSEEN.message}: that of {last.by} holds from {last.on.isoformat()} to {last.expires}"
