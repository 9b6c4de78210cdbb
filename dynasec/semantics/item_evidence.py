"""What a sample of items says to a control."""

from __future__ import annotations

from typing import Final

from dynasec.model.fact import NOT_COLLECTED, Gap
from dynasec.model.item_sample import ENOUGH, SCAN, ItemSample
from dynasec.model.table import Table

TOO_FEW: Final = Gap(SCAN, "TooFewItems", f"a sample of {ENOUGH} items or of the whole table is wanted")
"""The gap of what was not seen in a sample that is too small to say that it is absent."""
UNCLEAR: Final = Gap(SCAN, "Unclear", "a person must look at the items")
"""The gap of what a sample shows and a program cannot judge."""


def sample_of(table: Table) -> ItemSample | None:
    """Return the sample of a table's items, None where nobody asked for one.

    Raises:
        Unknown: one was asked for, and could not be read.

    """
    gap = table.item_sample.gap
    if gap is not None and gap.code == NOT_COLLECTED:
        return None
    return table.item_sample.known()
