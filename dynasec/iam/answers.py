"""What each layer by itself says to a request: when it allows, when it denies, by which statements."""

from collections.abc import Callable
from dataclasses import dataclass

from dynasec.iam.addressed import EVERYBODY, Address, address, addressed_by_deny
from dynasec.iam.compiled import CompiledStatement, Unread
from dynasec.iam.document import Effect
from dynasec.iam.formula import Atom, Formula, Literal, Unsettled, conjunction, disjunction, substituted
from dynasec.iam.layers import EndpointType, Layer, LayerName
from dynasec.iam.request import CallerKind, Request

_PRINCIPAL_LAYERS = frozenset({LayerName.RESOURCE, LayerName.ENDPOINT, LayerName.KMS})


@dataclass(frozen=True, slots=True)
class Hit:
    """A statement that applies, or would: `when` is never False. `to`: how it names the caller, resource policies only."""

    layer: LayerName
    statement: CompiledStatement
    when: Formula
    to: Address = EVERYBODY

    @property
    def allows(self) -> bool:
        """Whether it is an Allow."""
        return self.statement.allows

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
    """One layer's say. `unread`: what of it could not be read; then both formulas hold an unsettled atom.

    `allow_itself`, `allow_issuer` and `allow_account` tell apart how the allowing statements name the caller (see
    `Address`); `allow` is whether it is allowed in any way.
    """

    hits: tuple[Hit, ...] = ()
    allow: Formula = False
    deny: Formula = False
    itself: Formula = False
    issuer: Formula = False
    account: Formula = False
    unread: "tuple[Doubt, ...]" = ()

    def substituted(self, decide: Callable[[Atom], Formula]) -> "Answer":
        """Put in what has become known."""
        if not self.hits:
            return self
        hits = (_substituted(hit, decide) for hit in self.hits)
        return summed(tuple(hit for hit in hits if hit.when is not False), self.unread)


ALLOWS_NOTHING = Answer()


def ask(
    layer: Layer,
    name: LayerName,
    request: Request,
    *,
    bounded: bool = False,
    endpoint: EndpointType | None = None,
) -> Answer:
    """Evaluate one layer. `bounded`: the caller has a permissions boundary; `endpoint`: the type of endpoint asked."""
    addressed = name in _PRINCIPAL_LAYERS
    hits: list[Hit] = []
    for statement in layer.index.speaking_of(request.action):
        when = statement.applies(request.resource, request.context)
        if when is False:
            continue
        to = EVERYBODY
        if addressed:
            to, named = _addressed(statement, name, request, bounded=bounded, endpoint=endpoint)
            when = conjunction((when, named))
            if when is False:
                continue
        elif statement.names_principals:
            when = conjunction((when, _ill_formed(statement, "such a policy cannot name principals")))
        hits.append(Hit(name, statement, when, to))
    return summed(tuple(hits), _unread(layer, name, request) if layer.index.unread else ())


def summed(hits: tuple[Hit, ...], unread: tuple[Doubt, ...] = ()) -> Answer:
    """Put the statements of a layer together."""
    if not hits and not unread:
        return ALLOWS_NOTHING
    deny: list[Formula] = [doubt.denies for doubt in unread]
    itself: list[Formula] = [doubt.allows for doubt in unread]
    issuer: list[Formula] = []
    account: list[Formula] = []
    for hit in hits:
        if not hit.allows:
            deny.append(hit.when)
        elif hit.to is EVERYBODY:
            itself.append(hit.when)
        else:
            itself.append(conjunction((hit.to.itself, hit.when)))
            issuer.append(conjunction((hit.to.issuer, hit.when)))
            account.append(conjunction((hit.to.account, hit.when)))
    strongest, weaker, weakest = disjunction(itself), disjunction(issuer), disjunction(account)
    return Answer(
        hits=hits,
        allow=disjunction((strongest, weaker, weakest)),
        deny=disjunction(deny),
        itself=strongest,
        issuer=weaker,
        account=weakest,
        unread=unread,
    )


def _addressed(
    statement: CompiledStatement,
    name: LayerName,
    request: Request,
    *,
    bounded: bool,
    endpoint: EndpointType | None,
) -> tuple[Address, Formula]:
    """Say how the statement names the caller, and (in one formula) whether it does."""
    written = statement.statement
    if not statement.allows:
        return EVERYBODY, addressed_by_deny(written, request.caller, bounded=bounded)
    if written.principals is None:
        nobody_excluded = name is LayerName.ENDPOINT
        return EVERYBODY, nobody_excluded or _ill_formed(statement, "this Allow names no principals")
    to = address(written.principals, request.caller)
    if (
        endpoint is EndpointType.GATEWAY
        and request.caller.kind is not CallerKind.ROOT
        and to.account is not False
    ):
        to = Address(to.itself, to.issuer, account=False)
    return to, to.at_all


def _ill_formed(statement: CompiledStatement, reason: str) -> Formula:
    return Literal(Unsettled(f"{statement.policy.identifier}: {statement.statement.label}", reason))


def _unread(layer: Layer, name: LayerName, request: Request) -> tuple[Doubt, ...]:
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


def _substituted(hit: Hit, decide: Callable[[Atom], Formula]) -> Hit:
    to = hit.to
    if to is not EVERYBODY:
        to = Address(*(substituted(part, decide) for part in (to.itself, to.issuer, to.account)))
    return Hit(hit.layer, hit.statement, substituted(hit.when, decide), to)
