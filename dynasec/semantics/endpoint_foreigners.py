"""What a VPC endpoint lets pass to foreign tables, or by foreign principals.

Own are the audited account, the trusted accounts, and the members of trusted organisations and of the account's own. The policy is
evaluated for an account that it does not name, for each foreign one that it does, and for each foreign organisation these may be in.
What depends on something that the policy does not decide (a tag, a name, an address) passes: whether it holds is up to the foreigner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from dynasec.iam.actions import Capability, capabilities, catalogue, resource_types
from dynasec.iam.conditions import Gap as Missing
from dynasec.iam.decision import Decision, Outcome
from dynasec.iam.document import Document
from dynasec.iam.explanation import conditions
from dynasec.iam.layers import LayerName
from dynasec.iam.principals import PrincipalKind, account_in, names
from dynasec.iam.request import Caller
from dynasec.iam.worlds import foreign_names
from dynasec.model.fact import Gap, Unknown, malformed
from dynasec.model.snapshot import Snapshot
from dynasec.semantics.endpoint_request import OPERATION, Gate, Side
from dynasec.settings import Settings

_ACCOUNT: Final = 4
_FIELDS: Final = 6
_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Own:
    """Who is no foreigner. `organization` is that of the account: None for none; `gap` says why it is not known."""

    account: str
    accounts: frozenset[str]
    organizations: frozenset[str]
    organization: str | None = None
    gap: Gap | None = None

    @property
    def side(self) -> Side:
        """The audited account on one side of a request."""
        return Side(self.account, self.organization if self.gap is None else Missing.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Hole:
    """What passes. `whose`: in words, whose tables or principals; `conditions` must hold besides (AND)."""

    statements: tuple[str, ...]
    actions: tuple[str, ...]
    whose: str
    conditions: tuple[str, ...]

    @property
    def demand(self) -> str:
        """What must hold besides, as the end of a sentence; empty where nothing must."""
        return f" ({' and '.join(self.conditions)})" if self.conditions else ""

    @property
    def evidence(self) -> dict[str, object]:
        """The hole as JSON."""
        return {
            "statements": list(self.statements),
            "actions": list(self.actions),
            "whose": self.whose,
            "conditions": list(self.conditions),
        }


@dataclass(frozen=True, slots=True)
class _Foreign:
    """A foreign account, and in words which."""

    side: Side
    words: str


def own_of(snapshot: Snapshot, settings: Settings) -> Own:
    """Return who is no foreigner to an account."""
    account, trust = snapshot.account.id, settings.trust
    described = snapshot.organization.description
    organization = None if described.value is None else described.value.id
    organizations = frozenset(trust.organizations) | frozenset({organization} if organization else ())
    return Own(account, frozenset({account, *trust.accounts}), organizations, organization, described.gap)


def foreign_tables(gate: Gate, own: Own) -> tuple[Hole, ...]:
    """Return the ways to carry data to foreign tables, with own keys or with the foreigner's; certain ones first.

    Raises:
        Unknown: it hangs on an organisation that may be the account's own, or on something the engine cannot decide.

    """
    return _settled(gate, own, _to_foreign_tables)


def foreign_principals(gate: Gate, own: Own) -> tuple[Hole, ...]:
    """Return what principals of foreign accounts may do through the endpoint; certain ways first.

    Raises:
        Unknown: as `foreign_tables`.

    """
    return _settled(gate, own, _by_foreign_principals)


_Question = tuple[_Foreign, Caller, Side, Side]
_Questions = Callable[[Gate, Own, "_Foreign"], Iterator[_Question]]


def _settled(gate: Gate, own: Own, ask: _Questions) -> tuple[Hole, ...]:
    found = _holes(gate, own, ask)
    if not found:
        _refuse_nameless(gate)
    named = _organizations(gate.policy.document) - own.organizations
    if not found or own.gap is None or not named:
        return found
    # Which of the organisations named is the own one cannot be read: what passes whichever it is, passes.
    surely = _holes(gate, replace(own, organizations=own.organizations | named), ask)
    if not surely:
        raise Unknown(own.gap)
    return surely


def _refuse_nameless(gate: Gate) -> None:
    """Raise Unknown where an Allow names somebody whose account cannot be told, such as a role that is no more."""
    for statement in gate.policy.document.statements:
        for name in names(statement.principals) if statement.allows and statement.principals else ():
            if name.kind in {PrincipalKind.OPAQUE, PrincipalKind.CANONICAL_USER}:
                what = f"{statement.label} names {name.text}, which tells no account"
                raise Unknown(malformed(OPERATION, what, gate.endpoint.region))


def _organizations(document: Document) -> frozenset[str]:
    return frozenset(foreign_names(document, frozenset(), frozenset()).organizations)


def _to_foreign_tables(gate: Gate, own: Own, foreign: _Foreign) -> Iterator[_Question]:
    for account in sorted(own.accounts):
        side = own.side if account == own.account else Side(account)
        for caller in gate.callers(account):
            yield foreign, caller, side, foreign.side
    for caller in gate.callers(foreign.side.account):
        yield foreign, caller, foreign.side, foreign.side


def _by_foreign_principals(gate: Gate, own: Own, foreign: _Foreign) -> Iterator[_Question]:
    for caller in gate.callers(foreign.side.account):
        for account in sorted(own.accounts):
            side = own.side if account == own.account else Side(account)
            yield foreign, caller, foreign.side, side
        yield foreign, caller, foreign.side, foreign.side


def _holes(gate: Gate, own: Own, ask: _Questions) -> tuple[Hole, ...]:
    told: set[str] = set()
    certain: list[Hole] = []
    possible: list[Hole] = []
    undecided: list[str] = []
    for foreign in _foreigners(gate, own):
        for _, caller, of, to in ask(gate, own, foreign):
            for group, arn in _asked(gate, to.account):
                fresh = tuple(action for action in group if action not in told)
                if not fresh:
                    continue
                decision = gate.decide(caller, fresh[0], arn, of=of, to=to)
                if decision.outcome is Outcome.UNKNOWN:
                    undecided.extend(conditions(decision))
                if decision.outcome in {Outcome.ALLOWED, Outcome.CONDITIONAL}:
                    told.update(fresh)
                    kind = certain if decision.outcome is Outcome.ALLOWED else possible
                    kind.append(_hole(decision, fresh, foreign.words))
    if undecided and not told:
        raise Unknown(malformed(OPERATION, "; ".join(undecided[:3]), gate.endpoint.region))
    return tuple(_merged([*certain, *possible]))


def _asked(gate: Gate, account: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield actions, those together that no statement tells apart, with every example they work on."""
    actions = _actions(streams=gate.serves_streams)
    for kind, arn in gate.resources(account):
        fitting = (action for action in actions if kind in (resource_types(action) or {kind}))
        for group in gate.groups(fitting):
            yield group, arn


def _hole(decision: Decision, actions: tuple[str, ...], whose: str) -> Hole:
    allows = [
        hit.label for hit in decision.matches if hit.layer is LayerName.ENDPOINT and hit.statement.allows
    ]
    return Hole(tuple(dict.fromkeys(allows)), actions, whose, conditions(decision))


def _merged(holes: list[Hole]) -> Iterator[Hole]:
    found: dict[Hole, list[str]] = {}
    for hole in holes:
        found.setdefault(replace(hole, actions=()), []).extend(hole.actions)
    return (replace(hole, actions=tuple(sorted(actions))) for hole, actions in found.items())


def _foreigners(gate: Gate, own: Own) -> Iterator[_Foreign]:
    """Yield an account that nobody names, those that the policy names, and those of organisations that it names."""
    document = gate.policy.document
    spelled = set(_accounts_in_resources(document, own.accounts))
    known = foreign_names(document, own.accounts | spelled, own.organizations)
    memberships = (None, known.strange_organization)
    for organization in memberships:
        yield _Foreign(Side(known.stranger, organization), "any account")
    for account in sorted((spelled | set(known.accounts)) - own.accounts):
        for organization in (*memberships, *known.organizations):
            yield _Foreign(Side(account, organization), f"account {account}")
    for organization in known.organizations:
        yield _Foreign(Side(known.stranger, organization), f"accounts of organisation {organization}")


def _accounts_in_resources(document: Document, own: frozenset[str]) -> Iterator[str]:
    """Yield the foreign accounts that resources name; of wildcards in an account id, an example."""
    for statement in document.statements:
        for text in (*(statement.resources or ()), *(statement.not_resources or ())):
            account = account_in(text)
            if account is None and text.count(":") >= _FIELDS - 1:
                part = text.split(":", _FIELDS - 1)[_ACCOUNT]
                account = None if part == "*" else _example(part, own)
            if account is not None and account not in own:
                yield account


def _example(part: str, own: frozenset[str]) -> str | None:
    if part.strip("0123456789*?"):
        return None
    for digit in "0123456789":
        plain = part.replace("?", digit)
        filled = plain.replace("*", digit * max(0, _DIGITS + 1 - len(plain)), 1).replace("*", "")
        if len(filled) == _DIGITS and filled not in own:
            return filled
    return None


@cache
def _actions(*, streams: bool) -> tuple[str, ...]:
    """Return the actions on tables and what hangs on them that read, write or change something."""
    found = sorted(catalogue("dynamodb"))
    wanted = [action for action in found if capabilities(action) and resource_types(action) != frozenset()]
    return tuple(action for action in wanted if not streams or Capability.STREAM in capabilities(action))
