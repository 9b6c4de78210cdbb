"""Everybody who may turn up in an answer: the account's own users, roles and root, and whom policies of tables and roles name beside them.

What a foreign account lets its principals do cannot be read; they are taken to be allowed all by their own account, and every answer
about them says so. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from dynasec.access.policies import INLINE, MANAGED, Shelf, all_allowed
from dynasec.access.row import PrincipalType
from dynasec.iam.conditions import Value
from dynasec.iam.document import Document, Statement
from dynasec.iam.layers import Layer, Policy, Unread
from dynasec.iam.matching import ANYTHING, Pattern
from dynasec.iam.principals import ACCOUNT_ID, PrincipalKind, PrincipalName, account_in, names
from dynasec.iam.request import Caller, CallerKind
from dynasec.model.identity import Group, Identity, Role, User
from dynasec.model.snapshot import Snapshot

ANYONE: Final = "*"
_NOBODY_NAMED: Final = "000000000000"
"""Stands for an account that no policy names."""
_TAG_SESSION: Final = "sts:tagsession"


@dataclass(frozen=True, eq=False)
class Who:
    """A principal with its own layers; compared by identity.

    `given` overrides what the caller implies. `assumption` is what must hold beside the policies that were read. `user` and `role` are
    the things themselves where they belong to the account.
    """

    name: str
    kind: PrincipalType
    caller: Caller
    identity: Layer | None = None
    boundary: Layer | None = None
    given: Mapping[str, tuple[Value, ...]] = field(default_factory=dict[str, tuple[Value, ...]])
    assumption: str | None = None
    user: User | None = None
    role: Role | None = None

    @property
    def external(self) -> bool:
        """Whether it belongs to somebody else than the account."""
        return self.kind in _EXTERNAL


_EXTERNAL: Final = frozenset(
    {PrincipalType.ACCOUNT, PrincipalType.ANYONE, PrincipalType.SERVICE, PrincipalType.FEDERATED}
)


class People:
    """Makes `Who`s of a snapshot's principals."""

    def __init__(self, snapshot: Snapshot, shelf: Shelf, *, management: bool = False) -> None:
        self._snapshot = snapshot
        self._identity = snapshot.identity
        self._shelf = shelf
        self._management = management

    def own(self) -> Iterator[Who]:
        """Yield root, users and roles."""
        arn = self._snapshot.account.arn
        root = Caller.of(arn, management_account=self._management)
        yield Who(arn, PrincipalType.ROOT, root, all_allowed("(root may do everything)"))
        for user in self._identity.users.items:
            caller = Caller.of(user.arn, tags=user.tags, management_account=self._management)
            yield Who(
                user.arn,
                PrincipalType.USER,
                caller,
                self._identity_of(user),
                self._boundary_of(user),
                user=user,
            )
        for role in self._identity.roles.items:
            caller = Caller.of(role.arn, tags=_tags_of(role), management_account=self._management)
            yield Who(
                role.arn,
                PrincipalType.ROLE,
                caller,
                self._identity_of(role),
                self._boundary_of(role),
                role=role,
            )

    def named_by(self, documents: Iterable[Document], own: Mapping[str, Who]) -> Iterator[Who]:
        """Yield whom policies name beside the account's users and roles: foreigners, services, single sessions, anyone."""
        statements = [
            statement for document in documents for statement in document.statements if statement.allows
        ]
        found: dict[str, Who] = {}
        for statement in statements:
            for who in self._named(statement, own):
                found.setdefault(who.name, who)
        yield from (found[name] for name in sorted(found))

    def _named(self, statement: Statement, own: Mapping[str, Who]) -> Iterator[Who]:
        if statement.principals is None:
            return
        for name in names(statement.principals):
            if name.kind is PrincipalKind.ANYONE:
                yield _anyone()
                yield from (
                    _account(account, self._snapshot.account.partition)
                    for account in sorted(_accounts_in(statement))
                    if account != self._snapshot.account.id
                )
            else:
                who = self._named_as(name, own)
                if who is not None:
                    yield who

    def _named_as(self, name: PrincipalName, own: Mapping[str, Who]) -> Who | None:
        if name.kind is PrincipalKind.SERVICE:
            return Who(name.text, PrincipalType.SERVICE, Caller(CallerKind.SERVICE, name.text))
        if name.kind is PrincipalKind.FEDERATED:
            return Who(name.text, PrincipalType.FEDERATED, Caller(CallerKind.FEDERATED, name.text))
        if name.account is None or name.text in own:
            return None
        if name.account == self._snapshot.account.id:
            return _session(name, own) if name.kind is PrincipalKind.SESSION else None
        return self._foreign(name, name.account)

    def _foreign(self, name: PrincipalName, account: str) -> Who | None:
        if name.kind is PrincipalKind.ACCOUNT:
            return _account(account, self._snapshot.account.partition)
        try:
            caller = Caller.of(name.text)
        except ValueError:
            return None
        return _foreigner(name.text, PrincipalType.ACCOUNT, caller, account)

    def _identity_of(self, principal: User | Role) -> Layer:
        policies = list(self._granted(principal, principal))
        if isinstance(principal, User):
            if principal.groups.gap is not None:
                policies.append(self._shelf.unread("(groups)", "group", principal.groups.gap))
            for name in principal.groups.items:
                group = self._identity.group(name)
                if group.gap is not None:
                    policies.append(self._shelf.unread(f"(group {name})", "group", group.gap))
                else:
                    policies.extend(self._granted(group.known(), principal))
        return self._shelf.layer(policies)

    def _granted(self, owner: User | Role | Group, principal: User | Role) -> Iterator[Policy | Unread]:
        of_group = f" of group {owner.name}" if owner is not principal else ""
        for inline in owner.inline.items:
            yield self._shelf.policy(f"inline policy {inline.name}{of_group}", INLINE, inline.text)
        if owner.inline.gap is not None:
            yield self._shelf.unread(f"(inline policies{of_group})", INLINE, owner.inline.gap)
        for arn in owner.attached.items:
            found = self._identity.policy(arn)
            if found.gap is not None:
                yield self._shelf.unread(arn, MANAGED, found.gap)
            else:
                yield self._shelf.policy(arn, MANAGED, found.known().text)
        if owner.attached.gap is not None:
            yield self._shelf.unread(f"(attached policies{of_group})", MANAGED, owner.attached.gap)

    def _boundary_of(self, principal: User | Role) -> Layer | None:
        found = self._identity.boundary_of(principal)
        if found.gap is not None:
            return self._shelf.layer([self._shelf.unread("(permissions boundary)", "boundary", found.gap)])
        policy = found.known()
        if policy is None:
            return None
        return self._shelf.layer([self._shelf.policy(policy.arn, "boundary", policy.text)])


def unlisted_principals(identity: Identity) -> Iterator[str]:
    """Yield why there may be principals beside those that were listed."""
    gaps = {listing.gap for listing in (identity.users, identity.roles) if listing.gap is not None}
    if gaps:
        why = ", ".join(sorted(f"{gap}" for gap in gaps))
        yield f"Users and roles could not all be listed ({why}): others may have access, too."


def _tags_of(role: Role) -> Mapping[str, str] | None:
    """Return the principal tags of a role's sessions; None where whoever assumes the role may add tags of their choice."""
    if role.trust.gap is not None:
        return None
    trust = Policy.parsed(role.arn, "trust", role.trust.known())
    if isinstance(trust, Unread):
        return None
    speaking = any(
        Pattern.of(text, ignore_case=True).matches(_TAG_SESSION)
        for statement in trust.document.statements
        if statement.allows
        for text in statement.actions or ()
    )
    excluded = any(statement.allows and statement.not_actions for statement in trust.document.statements)
    return None if speaking or excluded else role.tags


def _session(name: PrincipalName, own: Mapping[str, Who]) -> Who | None:
    """Return one session of an own role."""
    role_name = name.text.partition(":assumed-role/")[2].partition("/")[0]
    role = next((who for who in own.values() if who.role is not None and who.role.name == role_name), None)
    if role is None:
        return None
    caller = Caller.of(name.text, issuer=role.name, tags=role.caller.tags)
    return Who(name.text, PrincipalType.SESSION, caller, role.identity, role.boundary, role=role.role)


def _account(account: str, partition: str) -> Who:
    """Return a foreign account: any principal of it, none in particular."""
    arn = f"arn:{partition}:iam::{account}:root"
    return _foreigner(
        arn,
        PrincipalType.ACCOUNT,
        Caller(CallerKind.ROOT, arn, account),
        account,
        _some_principal_of(account),
    )


def _anyone() -> Who:
    arn = f"arn:aws:iam::{_NOBODY_NAMED}:root"
    given = _some_principal_of(_NOBODY_NAMED)
    caller = Caller(CallerKind.ROOT, arn, _NOBODY_NAMED)
    return Who(
        ANYONE,
        PrincipalType.ANYONE,
        caller,
        all_allowed("(policies of whichever account, not readable)"),
        given=given,
        assumption="if the caller's own account allows it",
    )


def _foreigner(
    name: str,
    kind: PrincipalType,
    caller: Caller,
    account: str,
    given: Mapping[str, tuple[Value, ...]] | None = None,
) -> Who:
    return Who(
        name,
        kind,
        caller,
        all_allowed(f"(policies of account {account}, not readable)"),
        given=given or {},
        assumption=f"if account {account} allows it",
    )


def _some_principal_of(account: str) -> Mapping[str, tuple[Value, ...]]:
    """Return what is known of whichever principal of an account: nothing but the account."""
    return {
        "aws:principalarn": (Pattern.of(f"arn:*:*::{account}:*"),),
        "aws:principaltype": (ANYTHING,),
    }


def _accounts_in(statement: Statement) -> Iterator[str]:
    """Yield the accounts that a statement's conditions name: whom an Allow to anyone may be meant for."""
    for condition in statement.conditions:
        for value in condition.values:
            if ACCOUNT_ID.fullmatch(value):
                yield value
            else:
                account = account_in(value)
                if account is not None:
                    yield account
