"""What items hold, without keeping any of it: counts, and the names of attributes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from dynasec.model.item_sample import ItemSample, Sighting
from dynasec.semantics.identifiers import Identifier, identifiers_in
from dynasec.semantics.item_encryption import Item, ciphertexts, is_encrypted, is_of_a_library

_HIDDEN: Final = "(an attribute whose name is one)"


class Digest:
    """Takes items in, one at a time."""

    def __init__(self) -> None:
        self._items = 0
        self._encrypted = 0
        self._opaque: set[str] = set()
        self._shaped: Counter[tuple[str, Identifier]] = Counter()
        self._valid: Counter[tuple[str, Identifier]] = Counter()

    def add(self, item: Item) -> None:
        """Look at one item.

        Raises:
            ValueError: it is not written as DynamoDB writes items.

        """
        opaque = {
            shown
            for name, value in item.items()
            if not is_of_a_library(name) and (shown := self._attribute(name, value))
        }
        if len(opaque) > ciphertexts(item):  # some are not what the client encrypted
            self._opaque |= opaque
        self._items += 1
        self._encrypted += is_encrypted(item)

    def sample(self, *, whole: bool) -> ItemSample:
        """Return what was seen; `whole`: no item of the table is left out."""
        seen = sorted(
            (one for one, valid in self._valid.items() if valid), key=lambda one: (one[0], one[1].kind)
        )
        return ItemSample(
            items=self._items,
            whole=whole,
            encrypted=self._encrypted,
            sightings=tuple(self._sighting(*one) for one in seen),
            opaque=tuple(sorted(self._opaque)),
        )

    def _attribute(self, name: str, value: Mapping[str, Any]) -> str:
        """Look at one attribute; return what to call it where it holds bytes that are no text, else nothing."""
        opaque = False
        shown = _HIDDEN if any(valid for _, valid in identifiers_in(name)) else name
        for part in (name, *_parts(value)):
            text = part if isinstance(part, str) else _text(part)
            if text is None:
                opaque = True
            else:
                self._look(shown, text)
        return shown if opaque else ""

    def _look(self, attribute: str, text: str) -> None:
        for identifier, valid in identifiers_in(text):
            self._shaped[attribute, identifier] += 1
            self._valid[attribute, identifier] += valid

    def _sighting(self, attribute: str, identifier: Identifier) -> Sighting:
        shaped, valid = self._shaped[attribute, identifier], self._valid[attribute, identifier]
        certain = valid >= identifier.certain_from and 2 * valid >= shaped
        return Sighting(
            attribute=attribute, kind=identifier.kind, shaped=shaped, valid=valid, certain=certain
        )


def _parts(value: Mapping[str, Any]) -> Iterator[str | bytes]:
    """Yield every text and every binary in a value; numbers and the names in maps are text, too."""
    if len(value) != 1:
        msg = "a value in an item has exactly one type"
        raise ValueError(msg)
    ((kind, held),) = value.items()
    if kind in {"L", "M"}:
        for one in held:
            if kind == "M":
                yield one
            yield from _parts(held[one] if kind == "M" else one)
    elif kind in {"S", "N", "B"}:
        yield held
    elif kind in {"SS", "NS", "BS"}:
        yield from held
    elif kind not in {"BOOL", "NULL"}:
        msg = f"items have no values of the type {kind}"
        raise ValueError(msg)


def _text(value: bytes) -> str | None:
    """Return the text that bytes are, or None where they are none."""
    try:
        text = bytes(value).decode()
    except UnicodeDecodeError:
        return None
    return text if all(one.isprintable() or one.isspace() for one in text) else None
