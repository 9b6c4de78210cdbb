"""Whether an IAM user or role has access to items, or to tables at all: an upper bound, so that "none" can be trusted.

Counted is every Allow that reaches a wanted action of DynamoDB or DAX, on whatever table and under whatever condition. Set off against it
is only what holds for certain and everywhere: an unconditional Deny on all of the service's resources, and a permissions boundary that
allows the action nowhere. Service control policies are not set off. What a user could do as a role is the role's access.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from dynasec.arn import Arn
from dynasec.iam.actions import Capability, capabilities, catalogue, reaches, surely_reaches
from dynasec.iam.conditions import Knowledge, judge_all
from dynasec.iam.document import Document, Statement
from dynasec.iam.grants import denied, deny_holds, reached, resource_scope
from dynasec.iam.matching import Pattern, covers, overlaps
from dynasec.iam.principals import PrincipalKind, PrincipalName, denies_subject, names
from dynasec.iam.ternary import Ternary
from dynasec.model.fact import Gaps, Unknown
from dynasec.model.identity import DETAILS, Identity, Role, User
from dynasec.model.table import Table
from dynasec.semantics.policy_text import document_of

ITEMS = frozenset({Capability.READ, Capability.WRITE})
"""Reading and writing items."""

TABLES = frozenset(Capability)
"""Items, streams, exports, and all that changes or deletes tables or their permissions; not reading of metadata."""

_DYNAMODB = "dynamodb"
_HOLDERS = {"dynamodb": "table", "dax": "cache"}
"""What item actions work on: tables, whose indexes and streams are named below them, and DAX clusters."""
_TABLE_POLICY = "dynamodb:GetResourcePolicy"


@dataclass(frozen=True, slots=True)
class ItemGrant:
    """A statement that gives a principal such actions; `policy` is the policy's name for people, `arn` its ARN or that of the resource."""

    policy: str
    arn: str
    statement: str
    actions: tuple[str, ...]


def granted_by_identity(
    principal: User | Role, identity: Identity, wanted: frozenset[Capability] = ITEMS
) -> tuple[ItemGrant, ...]:
    """Return what a principal's own, attached and groups' policies give it of what is wanted, its boundary counted.

    Raises:
        Unknown: a policy, the groups or the boundary could not be read, so neither an Allow nor a Deny in it can be excluded.

    """
    policies = identity.policies_of(principal).complete()
    documents = [(policy, document_of(policy.text.known(), DETAILS)) for policy in policies]
    boundary_policy = identity.boundary_of(principal).known()
    boundary = None if boundary_policy is None else document_of(boundary_policy.text.known(), DETAILS)
    places = _places(principal)
    everything = [document for _, document in documents] + ([boundary] if boundary is not None else [])
    denies = {service: _lasting_denies(everything, place) for service, place in places.items()}
    found: list[ItemGrant] = []
    for policy, document in documents:
        for statement in document.statements:
            kept = [
                action
                for service, place in places.items()
                for action in _reached(statement, service, place, wanted)
                if not _is_denied(action, denies[service]) and _is_within(action, boundary, service, place)
            ]
            if kept:
                found.append(ItemGrant(policy.label, policy.arn, statement.label, tuple(sorted(kept))))
    return tuple(found)


def granted_by_tables(
    principal: User | Role,
    identity: Identity,
    tables: Iterable[Table],
    gaps: Gaps,
    wanted: frozenset[Capability] = ITEMS,
) -> Iterator[ItemGrant]:
    """Yield what resource policies of tables and streams give a principal by name, or to anyone at all; unreadable ones go into `gaps`.

    No identity policy and no boundary is needed for that: within an account, a resource's Allow to a user suffices
    (a role's sessions are bounded, which is not set off). (An Allow to the
    account as a whole does not: it leaves the decision to identity policies.)
    """
    own = [document_of(policy.text.known(), DETAILS) for policy in identity.policies_of(principal).complete()]
    denies = _lasting_denies(own, _places(principal)[_DYNAMODB])
    for table in tables:
        for label, arn, text in _texts(table, gaps):
            try:
                document = document_of(text, _TABLE_POLICY, table.region)
            except Unknown as unreadable:
                gaps.found.extend(unreadable.gaps)
                continue
            for statement in document.statements:
                actions = _given(statement, document, (principal, arn), wanted)
                kept = tuple(sorted(action for action in actions if not _is_denied(action, denies)))
                if kept:
                    yield ItemGrant(label, arn, statement.label, kept)


def _texts(table: Table, gaps: Gaps) -> Iterator[tuple[str, str, str]]:
    policy = gaps.of(table.policy)
    if policy is not None:
        yield f"resource policy of {table.label}", table.arn, policy.text
    stream_policy = gaps.of(table.stream_policy)
    description = gaps.of(table.description) if stream_policy is not None else None
    if stream_policy is not None and description is not None and description.latest_stream_arn is not None:
        yield (
            f"resource policy of the stream of {table.label}",
            description.latest_stream_arn,
            stream_policy.text,
        )


def _places(principal: User | Role) -> Mapping[str, Pattern]:
    """Return, by service, the ARNs of all that has items."""
    partition = Arn.parse(principal.arn).partition
    return {
        service: Pattern.of(f"arn:{partition}:{service}:*:*:{kind}/*") for service, kind in _HOLDERS.items()
    }


def _reached(
    statement: Statement, service: str, place: Pattern, wanted: frozenset[Capability]
) -> frozenset[str]:
    """Return the wanted actions of a service that an Allow speaks of, on something that has items."""
    if not statement.allows or not _touches(statement, place):
        return frozenset()
    return frozenset(action for action in reaches(statement, service) if _is_wanted(action, service, wanted))


def _touches(statement: Statement, place: Pattern) -> bool:
    """Whether a statement speaks of some ARN in a place; a policy variable may stand for any."""
    if statement.not_resources is not None:
        return not any(covers(pattern, place) for pattern in _patterns(statement, statement.not_resources))
    if statement.resources is None:
        return True
    return any(overlaps(pattern, place) for pattern in _patterns(statement, statement.resources))


def _patterns(statement: Statement, texts: Iterable[str]) -> Iterator[Pattern]:
    return (Pattern.of(text, variables=statement.variables) for text in texts)


def _is_wanted(action: str, service: str, wanted: frozenset[Capability]) -> bool:
    """Whether an action has one of the capabilities; one that nobody knows may have."""
    return action not in catalogue(service) or bool(capabilities(action) & wanted)


def _lasting_denies(documents: Iterable[Document], place: Pattern) -> list[Statement]:
    """Return the Deny statements that hold for everything in a place, whatever the request."""
    return [
        statement
        for document in documents
        for statement in document.statements
        if not statement.allows
        and not statement.conditions
        and any(covers(pattern, place) for pattern in _patterns(statement, statement.resources or ()))
    ]


def _is_denied(action: str, denies: Iterable[Statement]) -> bool:
    return any(surely_reaches(statement, action) for statement in denies)


def _is_within(action: str, boundary: Document | None, service: str, place: Pattern) -> bool:
    """Whether a boundary may let an action pass. Of actions nobody knows, whatever allows something of the service may mean them."""
    if boundary is None:
        return True
    allowed = frozenset[str]().union(
        *(
            reaches(statement, service)
            for statement in boundary.statements
            if statement.allows and _touches(statement, place)
        )
    )
    return action in allowed if action in catalogue(service) else bool(allowed)


def _given(
    statement: Statement, document: Document, to: tuple[User | Role, str], wanted: frozenset[Capability]
) -> frozenset[str]:
    """Return the wanted actions on `to`'s resource that a statement may give its principal; Denies that hold for certain counted."""
    principal, arn = to
    account = Arn.parse(principal.arn).account
    subject = PrincipalName(PrincipalKind.ENTITY, principal.arn, account)
    if not statement.allows or statement.principals is None:
        return frozenset()
    named = any(_may_name(name, subject) for name in names(statement.principals))
    caller = _caller(principal, account)
    if not named or judge_all(statement.conditions, caller) is Ternary.FALSE:
        return frozenset()
    scope = resource_scope(arn)
    pairs = {pair for pair in reached(statement, scope) if _is_wanted(pair[0], _DYNAMODB, wanted)}
    for deny in document.statements:
        if (
            not deny.allows
            and denies_subject(deny, subject) is Ternary.TRUE
            and deny_holds(deny, caller) is Ternary.TRUE
        ):
            pairs -= {pair for pair, answer in denied(deny, scope, pairs).items() if answer is Ternary.TRUE}
    return frozenset(action for action, _ in pairs)


def _may_name(name: PrincipalName, subject: PrincipalName) -> bool:
    """Whether a name stands for the subject itself, for anyone, or for a session of the subject, where it is a role."""
    if name.kind is PrincipalKind.ANYONE or name == subject:
        return True
    if name.kind is not PrincipalKind.SESSION or name.account != subject.account:
        return False
    # arn:aws:sts::account:assumed-role/name/session gives the role's name without its path
    return name.text.split(":", 5)[5].split("/")[1:2] == [subject.text.rsplit("/", 1)[-1]]


def _caller(principal: User | Role, account: str) -> Knowledge:
    known: dict[str, tuple[str, ...]] = {
        "aws:principalarn": (principal.arn,),
        "aws:principalaccount": (account,),
        "aws:principalisawsservice": ("false",),
    }
    if isinstance(principal, User):
        known |= {"aws:principaltype": ("User",), "aws:username": (principal.name,)}
    else:
        known |= {"aws:principaltype": ("AssumedRole",)}
    return Knowledge(known)
