"""Policy documents of a snapshot, parsed once for however many principals have them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from dynasec.iam.document import parse
from dynasec.iam.layers import Layer, Policy, Unread
from dynasec.model.fact import Fact, Gap

INLINE: Final = "inline"
MANAGED: Final = "managed"
ASSUMED: Final = "assumed"
"""The kind of what stands in for policies that are nobody's here."""

_EVERYTHING: Final = parse(
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'
)


def all_allowed(identifier: str) -> Layer:
    """Return a layer that allows everything, named after what it stands in for."""
    return Layer((Policy(identifier, ASSUMED, _EVERYTHING),))


class Shelf:
    """Keeps one `Policy` per name and text, and one `Layer` per set of policies, so that equal principals share them."""

    def __init__(self) -> None:
        self._policies: dict[tuple[str, str], Policy | Unread] = {}
        self._layers: dict[frozenset[Policy | Unread], Layer] = {}

    def policy(self, identifier: str, kind: str, text: Fact[str]) -> Policy | Unread:
        """Return a document; what could not be read or parsed is an `Unread`."""
        if text.gap is not None:
            return self.unread(identifier, kind, text.gap)
        return self.parsed(identifier, kind, text.known())

    def parsed(self, identifier: str, kind: str, text: str) -> Policy | Unread:
        """Return the document with this text; what AWS would refuse is an `Unread`."""
        key = identifier, text
        if key not in self._policies:
            self._policies[key] = Policy.parsed(identifier, kind, text)
        return self._policies[key]

    @staticmethod
    def unread(identifier: str, kind: str, gap: Gap) -> Unread:
        """Return what stands for a document that could not be read."""
        return Unread(identifier, kind, str(gap))

    def layer(self, policies: Iterable[Policy | Unread]) -> Layer:
        """Return the layer of these policies, the same object for the same policies."""
        wanted = frozenset(policies)
        if wanted not in self._layers:
            self._layers[wanted] = Layer.of(
                sorted(wanted, key=lambda policy: (policy.identifier, isinstance(policy, Unread)))
            )
        return self._layers[wanted]
