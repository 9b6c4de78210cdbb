"""What a sample of a table's items shows. No value of an item is kept, and no name that is itself an identifier."""

from __future__ import annotations

from typing import Final

from dynasec.model.shape import Shape

SCAN: Final = "dynamodb:Scan"
"""The only call of the program that reads items: with `--sample-items`, and of the tables of the highest class alone."""


class Sighting(Shape):
    """What looks like identifiers of one kind in one attribute: how many values have the shape, and how many also its check digits.

    `certain` says that so many cannot be chance.
    """

    attribute: str
    kind: str
    shaped: int
    valid: int
    certain: bool


class ItemSample(Shape):
    """The digest of some items, read by `Scan`.

    `whole` says that these were all. `encrypted` are the items of which a client-side encryption library of AWS encrypted at least one
    attribute. `opaque` are the attributes of the other items whose bytes are no text: nobody can tell what they hold.
    """

    items: int
    whole: bool
    encrypted: int
    sightings: tuple[Sighting, ...] = ()
    opaque: tuple[str, ...] = ()

    @property
    def suffices(self) -> bool:
        """Whether what was not seen may be taken for absent: all items were read, or a hundred of them."""
        return self.whole or self.items >= ENOUGH

    @property
    def words(self) -> str:
        """How many items, for people."""
        items = "1 item" if self.items == 1 else f"{self.items} items"
        return f"all {items}" if self.whole and self.items > 1 else items


ENOUGH: Final = 100
