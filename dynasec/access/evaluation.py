"""Asks the engine about one principal and one table, no question twice: actions that no statement tells apart share an answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from dynasec.access.organization import Above
from dynasec.access.principals import Who
from dynasec.access.questions import Question
from dynasec.access.row import Grant, Standing, distinct
from dynasec.access.tables import Piece, Side
from dynasec.access.verdict import grant_of, standing_of
from dynasec.iam.actions import Capability
from dynasec.iam.authorize import authorize
from dynasec.iam.compiled import CompiledStatement
from dynasec.iam.conditions import Knowledge, Value
from dynasec.iam.decision import Decision
from dynasec.iam.layers import EndpointType, Layer, Layers
from dynasec.iam.matching import Pattern
from dynasec.iam.request import Request

Answers = Mapping[Question, tuple[tuple[Piece, Grant], ...]]
"""What came of each question, part by part."""


@dataclass(frozen=True, slots=True, eq=False)
class Through:
    """A VPC endpoint through which all requests are taken to come."""

    endpoint: str
    vpc: str
    policy: Layer
    kind: EndpointType


@dataclass(frozen=True, slots=True)
class Alike:
    """Questions that the same statements speak of. `hopeless`: none of these is an Allow of an identity or resource policy."""

    questions: tuple[Question, ...]
    capabilities: frozenset[Capability]
    hopeless: bool

    @property
    def first(self) -> Question:
        """The one that is asked for all."""
        return self.questions[0]


class Evaluator:
    """Asks about whoever and whatever, with the organisation's policies and, if one is chosen, an endpoint's."""

    def __init__(self, above: Above, account: str, through: Through | None = None) -> None:
        self._above = above
        self._account = account
        self._through = through
        self._groups: dict[tuple[object, ...], tuple[Alike, ...]] = {}

    def answers(
        self, who: Who, side: Side, asked: tuple[Question, ...], *, identity: Layer | None = None
    ) -> Answers:
        """Ask all questions about a table; `identity` takes the place of the principal's own policies."""
        found: defaultdict[Question, list[tuple[Piece, Grant]]] = defaultdict(list)
        for pieces in side.pieces.values():
            for piece in pieces:
                layers = self._layers(who, piece, identity)
                with_key = layers if side.key is None else _with_key(layers, side)
                for group in self._grouped(asked, piece, layers):
                    chosen = with_key if group.first.needs_key else layers
                    grant = self._grant(who, piece, chosen, group.first)
                    for question in group.questions:
                        found[question].append((piece, grant))
        return {question: tuple(answers) for question, answers in found.items()}

    def decided(
        self, who: Who, side: Side, asked: tuple[Question, ...]
    ) -> Iterator[tuple[Piece, tuple[Question, ...], Decision]]:
        """Yield the decision of each part and the questions it answers; those are left out of which no statement may allow anything."""
        for pieces in side.pieces.values():
            for piece in pieces:
                layers = self._layers(who, piece, None)
                with_key = layers if side.key is None else _with_key(layers, side)
                for group in self._grouped(asked, piece, layers):
                    if not group.hopeless:
                        chosen = with_key if group.first.needs_key else layers
                        yield piece, group.questions, self._decide(who, piece, chosen, group.first)

    def standings(
        self, who: Who, side: Side, asked: tuple[Question, ...]
    ) -> tuple[tuple[Capability, Standing], ...]:
        """Return the surest answer of each capability, without words; what is denied is left out."""
        found: dict[Capability, Standing] = {}
        settled: set[Capability] = set()
        for pieces in side.pieces.values():
            for piece in pieces:
                layers = self._layers(who, piece, None)
                with_key = layers if side.key is None else _with_key(layers, side)
                for group in self._grouped(asked, piece, layers):
                    concerned = group.capabilities
                    if group.hopeless or concerned <= settled:
                        continue
                    chosen = with_key if group.first.needs_key else layers
                    decision = self._decide(who, piece, chosen, group.first)
                    standing = standing_of(decision, assumed=who.assumption is not None)
                    for capability in concerned - settled if standing is not Standing.DENIED else ():
                        known = found.get(capability)
                        if known is None or standing.rank < known.rank:
                            found[capability] = standing
                        if standing is Standing.ALLOWED:
                            settled.add(capability)
        return tuple((capability, found[capability]) for capability in Capability if capability in found)

    def ask(
        self,
        who: Who,
        action: str,
        resource: str | Pattern,
        policy: Layer | None = None,
        given: Mapping[str, tuple[Value, ...]] | None = None,
    ) -> Decision:
        """Ask about an action of another service, such as `sts:AssumeRole` on a role with a trust policy."""
        layers = Layers(
            identity=who.identity,
            resource=policy,
            boundary=who.boundary,
            scps=self._scps(who),
            rcps=self._above.rcps if action.startswith("sts:") else None,
        )
        known = Knowledge({**self._known(who), **(given or {})}, self._absent())
        request = Request.of(
            who.caller,
            action,
            resource,
            given=known,
            resource_account=self._account,
            resource_in_management_account=self._above.management,
        )
        return authorize(request, layers)

    def _grant(self, who: Who, piece: Piece, layers: Layers, question: Question) -> Grant:
        return assumed(grant_of(self._decide(who, piece, layers, question)), who)

    def _decide(self, who: Who, piece: Piece, layers: Layers, question: Question) -> Decision:
        context = Knowledge({**self._known(who), **self._by_endpoint()}, question.absent | self._absent())
        request = Request.of(
            who.caller,
            question.action,
            piece.resource,
            given=context,
            resource_account=self._account,
            resource_tags=piece.tags,
            resource_in_management_account=self._above.management,
        )
        return authorize(request, layers)

    def _layers(self, who: Who, piece: Piece, identity: Layer | None) -> Layers:
        return Layers(
            identity=identity or who.identity,
            resource=piece.policy,
            boundary=who.boundary,
            scps=self._scps(who),
            rcps=self._above.rcps,
            endpoint=None if self._through is None else self._through.policy,
            endpoint_type=None if self._through is None else self._through.kind,
        )

    def _scps(self, who: Who) -> tuple[Layer, ...] | None:
        return None if who.external else self._above.scps

    def _known(self, who: Who) -> Mapping[str, tuple[Value, ...]]:
        known = dict(who.given)
        organization = self._above.organization
        if organization:
            known["aws:resourceorgid"] = (organization,)
            if not who.external:
                known["aws:principalorgid"] = (organization,)
        return known

    def _absent(self) -> frozenset[str]:
        return frozenset({"aws:resourceorgid"}) if self._above.organization == "" else frozenset()

    def _by_endpoint(self) -> Mapping[str, tuple[Value, ...]]:
        if self._through is None:
            return {}
        return {"aws:sourcevpce": (self._through.endpoint,), "aws:sourcevpc": (self._through.vpc,)}

    def _grouped(self, asked: tuple[Question, ...], piece: Piece, layers: Layers) -> tuple[Alike, ...]:
        """Return the questions about a part, those together that the same statements speak of."""
        sets = [layer for layer in _all(layers) if layer is not None]
        key = (piece.part, asked, *sets)
        if key not in self._groups:
            if len(self._groups) > _MOST_CACHED:
                self._groups.clear()
            self._groups[key] = tuple(_group(asked, piece, layers, sets))
        return self._groups[key]


_MOST_CACHED = 20_000


def assumed(grant: Grant, who: Who) -> Grant:
    """Add to an answer about a foreigner what had to be assumed."""
    if who.assumption is None or grant.standing is Standing.DENIED:
        return grant
    standing = Standing.CONDITIONAL if grant.standing is Standing.ALLOWED else grant.standing
    return Grant(standing, distinct((who.assumption, *grant.conditions)), grant.via, grant.because)


def _group(asked: Iterable[Question], piece: Piece, layers: Layers, sets: list[Layer]) -> Iterator[Alike]:
    groups: defaultdict[tuple[object, ...], list[Question]] = defaultdict(list)
    for question in asked:
        if piece.part in question.parts:
            speaking: tuple[tuple[CompiledStatement, ...], ...] = tuple(
                layer.index.speaking_of(question.action) for layer in sets
            )
            absent = question.absent if _has_conditions(speaking) else frozenset[str]()
            groups[speaking, absent, question.needs_key].append(question)
    granting = [layer for layer in (layers.identity, layers.resource) if layer is not None]
    for group in groups.values():
        capabilities = frozenset[Capability]().union(*(question.capabilities for question in group))
        yield Alike(tuple(group), capabilities, not any(_may_allow(layer, group[0]) for layer in granting))


def _may_allow(layer: Layer, question: Question) -> bool:
    index = layer.index
    return bool(index.unread) or any(statement.allows for statement in index.speaking_of(question.action))


def _has_conditions(speaking: tuple[tuple[CompiledStatement, ...], ...]) -> bool:
    return any(each.statement.conditions or each.statement.variables for found in speaking for each in found)


def _all(layers: Layers) -> Iterator[Layer | None]:
    yield from (layers.identity, layers.resource, layers.boundary, layers.endpoint)
    yield from layers.scps or ()
    yield from layers.rcps or ()


def _with_key(layers: Layers, side: Side) -> Layers:
    return Layers(
        identity=layers.identity,
        resource=layers.resource,
        boundary=layers.boundary,
        scps=layers.scps,
        rcps=layers.rcps,
        endpoint=layers.endpoint,
        endpoint_type=layers.endpoint_type,
        key=side.key,
    )
