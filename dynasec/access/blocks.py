"""Which tables nothing tells apart for a principal. Sets of tables are integers: bit i stands for table i."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Final

from dynasec.access.asks import Asks
from dynasec.access.keys_alike import Keyed, kind_of_key
from dynasec.access.principals import Who
from dynasec.access.tables import Piece, Side
from dynasec.iam.compiled import Policy, Unread
from dynasec.iam.conditions import Knowledge
from dynasec.iam.layers import Layer
from dynasec.iam.matching import Lookup, Pattern, covers, overlaps

_HERE: Final = "{table}"
"""Stands for a table's own ARN, so that policies that say the same of each table are the same."""
_LAST: Final = "\U0010ffff"
_BELOW_TABLE: Final = 2


class Tables:
    """Tells tables apart. `shared` are the layers that bind everybody, such as an organisation's."""

    def __init__(self, sides: Sequence[Side], shared: Sequence[Layer]) -> None:
        self._sides = sides
        self._shared = tuple(shared)
        self._everything = (1 << len(sides)) - 1
        self._matched: dict[Pattern, tuple[int, ...]] = {}
        self._asks: dict[Layer, Asks] = {}
        order = sorted((side.table.arn, place) for place, side in enumerate(sides))
        self._arns = [arn for arn, _ in order]
        self._order = [place for _, place in order]
        self._keyed = Keyed(sides)
        self._own = [asks_of_side(side) for side in sides]
        self._kinds = alike(map(kind_of, sides))
        self._policies = alike(map(policies_of, sides))

    def tells_apart(self, who: Who) -> bool:
        """Whether some policy may tell a principal from others that have the same policies."""
        own = (self.asks(layer) for layer in (who.identity, who.boundary) if layer is not None)
        if self._ask_who or any(asks.who for asks in own):
            return True
        called = names_of(who)
        return not called.isdisjoint(self._naming) or not called.isdisjoint(self._key_names)

    def blocks(self, who: Who) -> list[int]:
        """Return disjoint sets of tables; those about which nothing may be allowed to the principal are left out."""
        concerned = self._concerned(who)
        blocks = [part for block in self._by_kind(who) if (part := block & concerned)]
        layers = [layer for layer in (who.identity, who.boundary, *self._shared) if layer is not None]
        for layer in layers:
            for pattern in self.asks(layer).patterns:
                for bits in self._bits(pattern, who):
                    blocks = list(split(blocks, bits))
            for bits in self._keyed.told_apart(self.asks(layer), _variables(who)):
                blocks = list(split(blocks, bits))
        for bits in self._keyed.granted_to(who.caller):
            blocks = list(split(blocks, bits))
        tags = {tag for layer in layers for tag in self.asks(layer).tags}
        return [part for block in blocks for part in self._by_tags(block, tags)]

    def asks(self, layer: Layer) -> Asks:
        """Return what a layer asks about."""
        if layer not in self._asks:
            self._asks[layer] = Asks((layer,))
        return self._asks[layer]

    def _concerned(self, who: Who) -> int:
        """Return the tables about which some policy may allow something to a principal."""
        if who.identity is None or who.external:
            return self._everything
        asks = self.asks(who.identity)
        if asks.allows_unnamed_resources:
            return self._everything
        found = self._granting_to_all | self._speaking_to(who)
        for pattern in asks.allowing:
            for bits in self._bits(pattern, who):
                found |= bits
        return found

    def _by_kind(self, who: Who) -> list[int]:
        """Return the tables by what they are; a policy that does not speak to the principal makes no difference."""
        spoken = self._everything if who.external else self._speaking_to_all | self._speaking_to(who)
        blocks = self._kinds
        for bits in self._policies:
            if bits & spoken:
                blocks = list(split(blocks, bits & spoken))
        return blocks

    def _speaking_to(self, who: Who) -> int:
        found = 0
        for name in names_of(who):
            found |= self._naming.get(name, 0)
        return found

    def _by_tags(self, block: int, keys: Iterable[str]) -> Iterator[int]:
        wanted = tuple(sorted(keys))
        found: defaultdict[Hashable, int] = defaultdict(int)
        for place in places(block) if wanted or self._ask_tags & block else ():
            found[tags_of(self._sides[place], (*wanted, *self._own[place].tags))] |= 1 << place
        yield from found.values() if found else (block,)

    def _bits(self, pattern: Pattern, who: Who) -> tuple[int, ...]:
        """Return disjoint sets of tables whose parts a pattern matches in the same way; what it matches nothing of is in none."""
        if pattern.has_variables:
            pattern = pattern.resolved(_variables(who))
        if pattern not in self._matched:
            self._matched[pattern] = tuple(self._match(pattern))
        return self._matched[pattern]

    def _match(self, pattern: Pattern) -> Iterator[int]:
        found: defaultdict[Hashable, int] = defaultdict(int)
        for place in self._near(head(pattern)):
            code = tuple(
                how_far(pattern, piece) for pieces in self._sides[place].pieces.values() for piece in pieces
            )
            if any(code):
                # with variables left, what is left to be decided differs from table to table
                alone = place if pattern.has_variables and 1 in code else None
                found[code, alone] |= 1 << place
        yield from found.values()

    def _near(self, prefix: str) -> Sequence[int]:
        """Return the tables of which the ARN, or that of a part, may begin with a prefix."""
        cut = prefix.split("/", _BELOW_TABLE)
        start = bisect_left(self._arns, "/".join(cut[:_BELOW_TABLE]))
        if len(cut) > _BELOW_TABLE:  # an index, a stream or a backup of one table
            return self._order[start : start + 1]
        return self._order[start : bisect_left(self._arns, prefix + _LAST)]

    @cached_property
    def _speaking_to_all(self) -> int:
        return sum(1 << place for place, asks in enumerate(self._own) if asks.to_all)

    @cached_property
    def _granting_to_all(self) -> int:
        return sum(1 << place for place, asks in enumerate(self._own) if asks.grants_to_all)

    @cached_property
    def _ask_who(self) -> bool:
        """Whether a policy that binds everybody, or one of a table or key, asks who calls."""
        shared = (self.asks(layer) for layer in self._shared)
        return any(asks.who for asks in (*shared, *self._own, *self._of_keys))

    @cached_property
    def _ask_tags(self) -> int:
        return sum(1 << place for place, asks in enumerate(self._own) if asks.tags)

    @cached_property
    def _naming(self) -> dict[str, int]:
        """Tables by whom their policies name; sessions by their role."""
        found: defaultdict[str, int] = defaultdict(int)
        for place, asks in enumerate(self._own):
            for name in asks.named:
                found[session_role(name)] |= 1 << place
        return dict(found)

    @cached_property
    def _of_keys(self) -> list[Asks]:
        layers = {side.key.policy for side in self._sides if side.key is not None}
        return [self.asks(layer) for layer in layers]

    @cached_property
    def _key_names(self) -> frozenset[str]:
        named = {session_role(name) for asks in self._of_keys for name in asks.named}
        steps = [side.key for side in self._sides if side.key is not None]
        return frozenset(
            named | {session_role(grant.grantee) for step in steps for grant in step.grants or ()}
        )


def _variables(who: Who) -> Lookup:
    implied = {key: values for key, values in who.caller.implied.items() if isinstance(values, tuple)}
    return Knowledge(implied).variable


def asks_of_side(side: Side) -> Asks:
    """Return what the policies of a table and its stream ask about."""
    return Asks(dict.fromkeys(piece.policy for pieces in side.pieces.values() for piece in pieces))


def kind_of(side: Side) -> Hashable:
    """Return what is equal for tables that are alike but for their policies, tags and ARNs, and those of their keys."""
    parts = tuple(
        (part, tuple(_shape(piece, side) for piece in pieces)) for part, pieces in side.pieces.items()
    )
    return side.table.region, kind_of_key(side), parts


def _shape(piece: Piece, side: Side) -> Hashable:
    if isinstance(piece.resource, str):
        relative = piece.resource.removeprefix(side.table.arn)
        # labels differ from stream to stream; patterns that name one are matched against each
        return "/stream" if relative.startswith("/stream/") else relative
    return "shape"


def policies_of(side: Side) -> Hashable:
    """Return a table's policies as text without the table's own ARN."""
    return tuple(
        (part, _said(piece.policy, side)) for part, pieces in side.pieces.items() for piece in pieces
    )


def _said(layer: Layer, side: Side) -> Hashable:
    return tuple(
        policy.reason if isinstance(policy, Unread) else _anonymous(policy, side) for policy in layer.policies
    )


def _anonymous(policy: Policy, side: Side) -> str:
    return repr(policy.document.statements).replace(side.table.arn, _HERE)


def names_of(who: Who) -> set[str]:
    """Return the names by which policies may call a principal."""
    found = {who.name}
    if who.role is not None:
        found |= {who.role.arn, f"assumed-role/{who.role.name}"}
    return found


def session_role(name: str) -> str:
    """Return what stands for all sessions of a role where a name is one's, else the name."""
    _, found, rest = name.partition(":assumed-role/")
    return f"assumed-role/{rest.partition('/')[0]}" if found else name


def how_far(pattern: Pattern, piece: Piece) -> int:
    """Return 2 where a pattern surely matches a part, 1 where it may, 0 where it does not."""
    resource = piece.resource
    if isinstance(resource, str) and not pattern.has_variables:
        return 2 if pattern.matches(resource) else 0
    shape = Pattern.literally(resource) if isinstance(resource, str) else resource
    begins, wanted = head(shape), head(pattern)
    if not begins.startswith(wanted) and not wanted.startswith(begins):
        return 0
    if pattern.prefix is not None and begins.startswith(pattern.prefix):
        return 2
    if pattern.literal is not None and shape.prefix is not None:
        return 1 if pattern.literal.startswith(shape.prefix) else 0
    if covers(pattern, shape):
        return 2
    return 1 if overlaps(pattern, shape) else 0


@lru_cache(maxsize=8192)
def head(pattern: Pattern) -> str:
    """Return the characters with which everything begins that a pattern matches."""
    found: list[str] = []
    for token in pattern.tokens:
        if not isinstance(token, str):
            break
        found.append(token)
    return "".join(found)


def alike(things: Iterable[Hashable]) -> list[int]:
    """Return the sets of positions at which equal things are."""
    found: defaultdict[Hashable, int] = defaultdict(int)
    for place, thing in enumerate(things):
        found[thing] |= 1 << place
    return list(found.values())


def split(blocks: Iterable[int], bits: int) -> Iterator[int]:
    """Part every block into what is in a set and what is not."""
    for block in blocks:
        inside = block & bits
        if inside and inside != block:
            yield inside
            yield block ^ inside
        else:
            yield block


def places(bits: int) -> Iterator[int]:
    """Yield the positions of the bits that are set."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def tags_of(side: Side, keys: Iterable[str]) -> Hashable:
    """Return the values of some tags (keys in lower case) of a table, or that they are not known."""
    tags = side.table.tags
    if not tags.observed:
        return None
    folded = {key.lower(): value for key, value in tags.known().items()}
    return tuple((key, folded.get(key)) for key in sorted(set(keys)))
