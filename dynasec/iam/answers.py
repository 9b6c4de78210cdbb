"""What each layer by itself says to a request: when it allows, when it denies, by which statements.

`ask` keeps the statements; `say` and `say_named` tell only the sums, quickly.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dynasec.iam.addressed import EVERYBODY, Address, address, addressed_by_deny
from dynasec.iam.combination import Named
from dynasec.iam.compiled import CompiledStatement, Unread
from dynasec.iam.document import Effect
from dynasec.iam.formula import Atom, Formula, Literal, Unsettled, conjunction, disjunction, substituted
from dynasec.iam.layers import EndpointType, Layer, LayerName
from dynasec.iam.request import CallerKind, Request

ADDRESSED = frozenset({LayerName.RESOURCE, LayerName.ENDPOINT, LayerName.RCP})
"""The layers whose statements name principals; in RCPs they always name everybody."""
_FOR_EVERYBODY = frozenset({LayerName.ENDPOINT, LayerName.RCP})


@dataclass(frozen=True, slots=True)
class Hit:
    """A statement that applies (`when is True`) or would. `to`: how it names the caller; everybody where it does not."""

    layer: LayerName
    statement: CompiledStatement
    when: Formula
    to: Address = EVERYBODY

    @property
    def source(self) -> str:
        """The identifier of its policy."""
        return self.statement.policy.identifier

    @property
    def kind(self) -> str:
        """The kind of its policy."""
        return self.statement.policy.kind

    @property
    def label(self) -> str:
        """Its Sid or place in the policy."""
        return self.statement.statement.label

    @property
    def sid(self) -> str | None:
        """Its Sid."""
        return self.statement.statement.sid

    @property
    def effect(self) -> Effect:
        """Its Effect."""
        return self.statement.statement.effect


@dataclass(frozen=True, slots=True)
class Doubt:
    """A policy that could not be read: whether it allows and whether it denies are two open questions."""

    policy: Unread
    allows: Literal
    denies: Literal


@dataclass(frozen=True, slots=True)
class Answer:
    """One layer's say: its statements that apply or would, and what they come to."""

    hits: tuple[Hit, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    named: Named = Named()  # noqa: RUF009 - frozen

    @property
    def allow(self) -> Formula:
        """When the layer allows."""
        return self.named.allow

    @property
    def deny(self) -> Formula:
        """When the layer denies explicitly."""
        return self.named.deny

    def substituted(self, decide: Callable[[Atom], Formula]) -> "Answer":
        """Put in what has become known."""
        if not self.hits:
            return self
        known = (_substituted(hit, decide) for hit in self.hits)
        hits = tuple(hit for hit in known if hit.when is not False)
        return Answer(hits, self.doubts, _summed(hits, self.doubts))


ALLOWS_NOTHING = Answer()


def ask(
    layer: Layer, name: LayerName, request: Request, *, bounded: bool, endpoint: EndpointType | None = None
) -> Answer:
    """Evaluate one layer. `bounded`: the caller has a permissions boundary; `endpoint`: the type of endpoint asked."""
    hits = tuple(_hits(layer, name, request, bounded=bounded, endpoint=endpoint))
    doubts = _doubts(layer, name, request) if layer.index.unread else ()
    return Answer(hits, doubts, _summed(hits, doubts)) if hits or doubts else ALLOWS_NOTHING


def say(layer: Layer, name: LayerName, request: Request) -> tuple[Formula, Formula]:
    """Tell when a layer that names no principals allows and when it denies."""
    index = layer.index
    allows: list[Formula] = []
    denies: list[Formula] = []
    allowed = False
    for statement in index.speaking_of(request.action):
        if allowed and statement.allows:
            continue
        when = statement.applies(request.resource, request.context)
        if when is False:
            continue
        if statement.names_principals:
            when = when & _ill_formed(statement, _NO_PRINCIPALS)
        if statement.allows:
            allowed = when is True
            allows.append(when)
        elif when is True:
            return disjunction(allows), True
        else:
            denies.append(when)
    if index.unread:
        for doubt in _doubts(layer, name, request):
            allows.append(doubt.allows)
            denies.append(doubt.denies)
    return allowed or disjunction(allows), disjunction(denies) if denies else False


def say_named(
    layer: Layer, name: LayerName, request: Request, *, bounded: bool, endpoint: EndpointType | None = None
) -> Named:
    """Tell the same of a layer whose statements name principals."""
    hits = _hits(layer, name, request, bounded=bounded, endpoint=endpoint)
    return _summed(hits, _doubts(layer, name, request) if layer.index.unread else ())


_NO_PRINCIPALS = "such a policy cannot name principals"
_NOBODY = Named()


def _summed(hits: Iterable[Hit], doubts: tuple[Doubt, ...]) -> Named:
    """Put the statements of a layer together."""
    deny: list[Formula] = [doubt.denies for doubt in doubts]
    itself: list[Formula] = [doubt.allows for doubt in doubts]
    issuer: list[Formula] = []
    account: list[Formula] = []
    for hit in hits:
        if not hit.statement.allows:
            deny.append(hit.when)
        elif hit.to is EVERYBODY:
            itself.append(hit.when)
        else:
            itself.append(conjunction((hit.to.itself, hit.when)))
            issuer.append(conjunction((hit.to.issuer, hit.when)))
            account.append(conjunction((hit.to.account, hit.when)))
    if not deny and not itself:
        return _NOBODY
    return Named(disjunction(itself), disjunction(issuer), disjunction(account), disjunction(deny))


def _hits(
    layer: Layer, name: LayerName, request: Request, *, bounded: bool, endpoint: EndpointType | None
) -> Iterable[Hit]:
    addressed = name in ADDRESSED
    for statement in layer.index.speaking_of(request.action):
        when = statement.applies(request.resource, request.context)
        if when is False:
            continue
        to = EVERYBODY
        if addressed:
            to, named = _addressed(statement, name, request, bounded=bounded, endpoint=endpoint)
            if named is False:
                continue
            when = when & named
        elif statement.names_principals:
            when = when & _ill_formed(statement, _NO_PRINCIPALS)
        yield Hit(name, statement, when, to)


def _addressed(
    statement: CompiledStatement,
    name: LayerName,
    request: Request,
    *,
    bounded: bool,
    endpoint: EndpointType | None,
) -> tuple[Address, Formula]:
    """Say how the statement names the caller, and (in one formula) whether it does."""
    written, caller = statement.statement, request.caller
    if not statement.allows:
        return EVERYBODY, addressed_by_deny(written, caller, request.context, bounded=bounded)
    if written.principals is None:
        nobody_excluded = name in _FOR_EVERYBODY
        return EVERYBODY, nobody_excluded or _ill_formed(statement, "this Allow names no principals")
    to = address(written.principals, caller, request.context)
    root_only = endpoint is EndpointType.GATEWAY and caller.kind is not CallerKind.ROOT
    if root_only and to.account is not False:
        to = Address(to.itself, to.issuer, account=False)
    return to, to.at_all


def _doubts(layer: Layer, name: LayerName, request: Request) -> tuple[Doubt, ...]:
    return tuple(
        Doubt(
            policy=each,
            allows=Literal(
                Unsettled(f"{name} policy {each.identifier}", f"may allow {request.action}: {each.reason}")
            ),
            denies=Literal(
                Unsettled(f"{name} policy {each.identifier}", f"may deny {request.action}: {each.reason}")
            ),
        )
        for each in layer.index.unread
    )


def _ill_formed(statement: CompiledStatement, reason: str) -> Formula:
    return Literal(Unsettled(f"{statement.policy.identifier}: {statement.statement.label}", reason))


def _substituted(hit: Hit, decide: Callable[[Atom], Formula]) -> Hit:
    to = hit.to
    if to is not EVERYBODY:
        to = Address(*(substituted(part, decide) for part in (to.itself, to.issuer, to.account)))
    return Hit(hit.layer, hit.statement, substituted(hit.when, decide), to)
