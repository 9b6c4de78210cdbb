"""Observed requests asked again: each that was really made, with what its record tells of its context, before a change and after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from dynasec.access.asks import Asks
from dynasec.access.policies import all_allowed
from dynasec.access.principals import Who
from dynasec.access.questions import Question
from dynasec.access.tables import Side
from dynasec.iam.actions import capabilities
from dynasec.iam.decision import Decision
from dynasec.iam.layers import Layer
from dynasec.iam.request import CallerKind
from dynasec.model.network import Endpoint
from dynasec.remedy.impact.access_comparison import Context, Loss, in_context, network_of, place_of, worse
from dynasec.remedy.impact.access_scope import Passage, Scope
from dynasec.remedy.impact.access_state import AccountState, rights
from dynasec.remedy.impact.evidence import Evidence
from dynasec.remedy.impact.replayed_request import (
    address_of,
    context_of,
    name_of,
    side_of_request,
    table_of,
    whos_of,
)
from dynasec.remedy.impact.words import named, place_in_words
from dynasec.remedy.observed.cloudtrail_record import ObservedRequest

_SESSION_KEYS: Final = frozenset({"aws:userid", "sts:rolesessionname"})


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of it. `compared` requests concern the change; `denied`, `unknown` and `remarks` are lines."""

    compared: int = 0
    denied: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(slots=True)
class _Tally:
    """How often something was seen, and when last."""

    count: int
    last: datetime


@dataclass(slots=True)
class _Lines:
    """Lines of one kind, each with how often it was seen."""

    found: dict[str, _Tally] = field(default_factory=dict[str, _Tally])

    def add(self, line: str, count: int, last: datetime) -> None:
        known = self.found.get(line)
        if known is None:
            self.found[line] = _Tally(count, last)
        else:
            known.count += count
            known.last = max(known.last, last)

    def written(self) -> tuple[str, ...]:
        return tuple(
            f"{line}, seen {tally.count:,} times, last on {tally.last:%Y-%m-%d}"
            for line, tally in sorted(self.found.items())
        )


@dataclass(frozen=True, slots=True)
class _Half:
    """A request in one state: the way it takes, its resource, and whom it may come from."""

    state: AccountState
    endpoint: Endpoint | None
    side: Side
    whos: list[Who]

    def layers(self) -> Iterator[Layer]:
        """Yield all policies that may speak of it."""
        for who in self.whos:
            yield from (layer for layer in (who.identity, who.boundary) if layer is not None)
        for pieces in self.side.pieces.values():
            yield from (piece.policy for piece in pieces)
        if self.side.key is not None:
            yield self.side.key.policy
        yield from self.state.shared(self.endpoint)

    def asking(self, request: ObservedRequest, given: Context, *, exact: bool) -> _Half:
        """Return it with its context; `exact`: as the very session that asked, since policies tell sessions apart."""
        return replace(
            self, whos=[in_context(_session(who, request) if exact else who, given) for who in self.whos]
        )

    def trusted(self) -> _Half:
        """Return it as if its principals' own policies allowed everything."""
        return replace(self, whos=[replace(who, identity=_ALL_ALLOWED, boundary=None) for who in self.whos])


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What requests of one principal for one resource share. `keys` are the condition keys that some policy asks for.

    `exact`: policies tell the sessions of a role apart.
    """

    before: _Half
    after: _Half
    keys: frozenset[str]
    exact: bool


_ALL_ALLOWED: Final = all_allowed("(its own policies, which must have allowed it)")


def _session(who: Who, request: ObservedRequest) -> Who:
    if who.role is None or ":assumed-role/" not in request.principal:
        return who
    caller = replace(who.caller, name=request.principal, kind=CallerKind.SESSION, issuer=who.role.arn)
    return replace(who, caller=caller)


Fate = tuple[Loss, str] | None
"""How a request fares, and why in words; None: as before."""


class Replay:
    """Asks for observed requests in both states, equal ones once: what no policy asks for does not tell requests apart."""

    def __init__(self, before: AccountState, after: AccountState, scope: Scope) -> None:
        self._before = before
        self._after = after
        self._tables = frozenset(scope.tables)
        self._people = frozenset(scope.people)
        self._changed = frozenset(
            passage.endpoint.vpc_endpoint_id for passage in scope.passages if not passage.is_new
        )
        self._new = [passage for passage in scope.passages if passage.is_new]
        self._known: dict[tuple[object, ...], Fate | str] = {}
        self._prepared: dict[tuple[object, ...], _Prepared | str] = {}
        self._asks: dict[Layer, Asks] = {}
        self._questions = {question.action: question for question in rights()}

    def run(self, evidence: Evidence) -> Replayed:
        """Ask again for all requests that the change concerns."""
        denied, unknown, odd = _Lines(), _Lines(), _Lines()
        compared = 0
        whole = bool(self._people or self._changed or self._new)
        for request, seen in evidence.everything() if whole else evidence.about(self._tables):
            for passage in self._ways(request):
                compared += 1
                fate = self._fate(request, passage)
                if fate is None:
                    continue
                line = self._line(request, passage)
                if isinstance(fate, str):
                    odd.add(f"{line} {fate}", seen.count, seen.last)
                elif fate[0] is Loss.DENIED and passage is None:
                    denied.add(line + fate[1], seen.count, seen.last)
                else:
                    unknown.add(line + fate[1], seen.count, seen.last)
        return Replayed(compared, denied.written(), unknown.written(), odd.written())

    def _ways(self, request: ObservedRequest) -> Iterator[Passage | None]:
        """Yield the ways by which a request must be asked for: its own (None), and new ones that it may take in future."""
        concerned = (
            table_of(request.resource) in self._tables
            or request.endpoint in self._changed
            or bool(self._people and name_of(request, self._before) in self._people)
        )
        if concerned:
            yield None
        if not request.endpoint and not request.via and address_of(request.source_ip):
            yield from (passage for passage in self._new if passage.region == request.region)

    def _fate(self, request: ObservedRequest, passage: Passage | None) -> Fate | str:
        """Say how a request fares; in words where it cannot be asked again."""
        name = name_of(request, self._before)
        place = (name if name in self._before.people else request.principal, request.resource)
        way = (request.endpoint, id(passage))
        prepared = self._prepared.get((*place, *way))
        if prepared is None:
            prepared = self._prepared[*place, *way] = self._prepare(request, passage)
        if isinstance(prepared, str):
            return prepared
        given = {key: value for key, value in context_of(request).items() if key in prepared.keys}
        who = request.principal if prepared.exact else place[0]
        key = (who, request.action, request.resource, *way, tuple(sorted(given.items())))
        if key not in self._known:
            later = given
            if passage is not None:
                later = {**_without_network(given), **network_of(prepared.after.endpoint)}
            self._known[key] = self._asked(
                request,
                prepared.before.asking(request, given, exact=prepared.exact),
                prepared.after.asking(request, later, exact=prepared.exact),
            )
        return self._known[key]

    def _prepare(self, request: ObservedRequest, passage: Passage | None) -> _Prepared | str:
        endpoint = self._after.endpoints.get(request.endpoint) if passage is None else passage.after
        halves: list[_Half] = []
        for state, way in (
            (self._before, self._before.endpoints.get(request.endpoint)),
            (self._after, endpoint),
        ):
            side = side_of_request(request, state)
            if side is None:
                return "was for what is not there any more"
            halves.append(_Half(state, way, side, whos_of(request, state)))
        if not halves[0].whos:
            return "was made by who is not there any more"
        asks = [self._asks_of(layer) for half in halves for layer in half.layers()]
        keys = frozenset(key for one in asks for key in one.keys)
        exact = bool(keys & _SESSION_KEYS) or any(
            ":assumed-role/" in name for one in asks for name in one.named
        )
        return _Prepared(halves[0], halves[1], keys, exact)

    def _asked(self, request: ObservedRequest, before: _Half, after: _Half) -> Fate | str:
        held = self._held(request, before)
        if held:
            later = self._held(request, after)
            return _together([_fate_of(one, later.get(name)) for name, one in held.items()])
        # it was made, so its own policies did allow it, whatever was read of them
        held, later = self._held(request, before.trusted()), self._held(request, after.trusted())
        if held and not later:
            return Loss.DENIED, " (which the policies as read do not allow before either)"
        return "was made, but the policies as read do not allow it"

    def _held(self, request: ObservedRequest, half: _Half) -> dict[str, Decision]:
        """Return the decisions about those to whom it is not denied for certain."""
        found = {who.name: self._decide(request, half, who) for who in half.whos}
        return {name: one for name, one in found.items() if one is not None and not one.outcome.denied}

    def _decide(self, request: ObservedRequest, half: _Half, who: Who) -> Decision | None:
        [part] = half.side.pieces
        known = self._questions.get(request.action)
        question = (
            Question(request.action, capabilities(request.action), (part,), frozenset(), needs_key=False)
            if known is None
            else replace(known, parts=(part,))
        )
        evaluator = half.state.evaluator(half.endpoint, half.side.table.account)
        answers = evaluator.decided(who, half.side, (question,))
        return next((decision for _, _, decision in answers), None)

    def _asks_of(self, layer: Layer) -> Asks:
        if layer not in self._asks:
            self._asks[layer] = Asks((layer,))
        return self._asks[layer]

    def _line(self, request: ObservedRequest, passage: Passage | None) -> str:
        side = side_of_request(request, self._before)
        label = "" if request.resource == "*" else self._before.labels.get(table_of(request.resource))
        place = request.resource
        if side is not None and label is not None:
            [(piece, *_)] = side.pieces.values()
            place = place_in_words(place_of(piece), [label])
        who = named(name_of(request, self._before), self._before.snapshot.account.id)
        way = f", through {request.endpoint}" if request.endpoint else ""
        way = f", if it comes through {passage.endpoint.vpc_endpoint_id} then" if passage is not None else way
        return f"{who}: {request.action} on {place}{way}"


def _fate_of(before: Decision, after: Decision | None) -> Fate:
    found = worse(before, after)
    if found is None:
        return None
    loss, words = found
    if loss is Loss.UNREAD and (after is None or after.outcome.denied):
        return Loss.DENIED, ""  # it was made, so it was allowed
    return loss, f" ({'; '.join(words)})" if words and loss is not Loss.DENIED else ""


def _together(fates: list[Fate]) -> Fate:
    """Return the fate of a request of one of several: denied only if each of them is."""
    lost = [fate for fate in fates if fate is not None]
    if not lost:
        return None
    if len(lost) == len(fates) and all(fate[0] is Loss.DENIED for fate in lost):
        return lost[0]
    return next(
        (fate for fate in lost if fate[0] is not Loss.DENIED), (Loss.UNKNOWN, " (by some of its principals)")
    )


def _without_network(given: Context) -> Context:
    network = {*network_of(None), "aws:sourceip"}
    return {key: value for key, value in given.items() if key not in network}
