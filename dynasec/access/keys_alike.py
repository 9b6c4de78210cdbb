"""Which keys nothing tells apart for a principal: most accounts give many tables keys of their own, and all of these the same policy.

Of a key the request to KMS shows its ARN, account and Region, and of the table its name (the encryption context).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from typing import Final

from dynasec.access.asks import Asks
from dynasec.access.tables import Side
from dynasec.iam.compiled import Policy
from dynasec.iam.layers import KeyGrant, KeyStep, Layer
from dynasec.iam.matching import Lookup, Pattern
from dynasec.iam.request import Caller

_ANY: Final = ("*",)
_ACCOUNT: Final = 5
"""The fields of an ARN up to the account."""


def kind_of_key(side: Side) -> Hashable:
    """Return what is equal for tables whose keys are alike but for their ARNs and grants, and for tables without such a key."""
    step = side.key
    if step is None:
        return None
    if Asks((step.policy,)).by_table:
        return step.key, side.table.arn
    if step.grants is None or not _speaks_of_any(step.policy):
        return step.key
    place = tuple(step.key.split(":")[:_ACCOUNT])
    return place, step.via, step.aws_managed, step.rcps, _text(step)


def _speaks_of_any(policy: Layer) -> bool:
    """Whether a policy is known and names no resource: in a key's policy `*` is the key."""
    return not policy.index.unread and all(
        statement.resources == _ANY
        for each in policy.policies
        if isinstance(each, Policy)
        for statement in each.document.statements
    )


def _text(step: KeyStep) -> tuple[str, ...]:
    return tuple(repr(each.document) for each in step.policy.policies if isinstance(each, Policy))


def _granted(sides: Sequence[Side]) -> dict[str, tuple[int, ...]]:
    """Return, by grantee, the sets of tables whose keys' grants to it are the same; under constraints each table is a set of its own.

    Nearly every key has such a grant to DynamoDB itself, which is no caller that anybody asks about.
    """
    found: defaultdict[str, defaultdict[Hashable, int]] = defaultdict(lambda: defaultdict(int))
    for place, side in enumerate(sides):
        own: defaultdict[str, list[KeyGrant]] = defaultdict(list)
        for grant in (side.key.grants if side.key is not None else None) or ():
            own[grant.grantee].append(grant)
        for grantee, grants in own.items():
            alone = place if any(one.subset or one.equals for one in grants) else None
            found[grantee][frozenset(one.operations for one in grants), alone] |= 1 << place
    return {grantee: tuple(sets.values()) for grantee, sets in found.items()}


class Keyed:
    """The tables of an account by their keys, as sets: bit i stands for table i."""

    def __init__(self, sides: Sequence[Side]) -> None:
        found: defaultdict[str, int] = defaultdict(int)
        for place, side in enumerate(sides):
            if side.key is not None:
                found[side.key.key] |= 1 << place
        self._by_key = dict(found)
        self._alone = tuple(1 << place for place, side in enumerate(sides) if side.key is not None)
        self._granted = _granted(sides)
        self._matched: dict[Pattern, tuple[int, ...]] = {}

    def granted_to(self, caller: Caller) -> Iterator[int]:
        """Yield sets of tables that grants may tell apart for a caller, by whatever of its names grants know it."""
        for name in (caller.name, caller.issuer):
            if name is not None:
                yield from self._granted.get(name, ())

    def told_apart(self, asks: Asks, variable: Lookup) -> Iterator[int]:
        """Yield sets of tables that a policy may tell from others by their keys."""
        if asks.by_table:
            yield from self._alone
        for pattern in asks.of_keys:
            yield from self._bits(pattern.resolved(variable) if pattern.has_variables else pattern)

    def _bits(self, pattern: Pattern) -> tuple[int, ...]:
        if pattern.has_variables:  # what is left to be decided differs from key to key
            return tuple(self._by_key.values())
        if pattern not in self._matched:
            bits = 0
            for key, tables in self._by_key.items():
                bits |= tables if pattern.matches(key) else 0
            self._matched[pattern] = (bits,)
        return self._matched[pattern]
