"""Which principals of the account may use a KMS key, and which may administer it.

The key's policy names them, or it delegates to the account, whose identity policies then decide. Set off against an Allow is only what
takes it away for certain: an unconditional Deny, and a permissions boundary that allows the action nowhere. So the answer is an upper
bound.

https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from dynasec.arn import Arn
from dynasec.iam.actions import reaches, surely_reaches
from dynasec.iam.conditions import Condition
from dynasec.iam.document import Document, Statement
from dynasec.iam.matching import Pattern, covers, overlaps
from dynasec.iam.principals import PrincipalKind, names
from dynasec.model.fact import Gaps, Unknown, malformed
from dynasec.model.identity import DETAILS, Identity, Role, User
from dynasec.model.key import Key
from dynasec.semantics.policy_text import document_of

USE: Final = frozenset(
    f"kms:{name}"
    for name in (
        "Decrypt",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyWithoutPlaintext",
        "ReEncryptFrom",
        "ReEncryptTo",
    )
)
ADMINISTRATION: Final = frozenset(
    f"kms:{name}"
    for name in (
        "PutKeyPolicy",
        "ScheduleKeyDeletion",
        "DisableKey",
        "EnableKey",
        "CancelKeyDeletion",
        "DeleteImportedKeyMaterial",
    )
)
_POLICY: Final = "kms:GetKeyPolicy"
_WANTED: Final = USE | ADMINISTRATION


@dataclass(frozen=True, slots=True)
class Right:
    """What one statement gives one principal (its ARN). `conditions` are all that must hold, a delegating statement's included."""

    principal: str
    statement: str
    actions: frozenset[str]
    conditions: tuple[Condition, ...] = ()


def rights(key_arn: str, policy: Document, identity: Identity, gaps: Gaps) -> Iterator[Right]:
    """Yield what users and roles of the key's account may do; what could not be read goes into `gaps`. AWS services are left out."""
    account = Arn.parse(key_arn).account
    denies = [one for one in policy.statements if not one.allows and not one.conditions and _for_anyone(one)]
    delegating: list[Statement] = []
    for statement in policy.statements:
        if not statement.allows or statement.principals is None:
            continue
        own = [
            one
            for one in names(statement.principals)
            if one.kind is PrincipalKind.ANYONE or one.account == account
        ]
        if any(one.kind is PrincipalKind.ACCOUNT for one in own):
            delegating.append(statement)
        actions = _kept(reaches(statement, "kms") & _WANTED, denies)
        for name in own:
            if actions and name.kind is not PrincipalKind.ACCOUNT:
                yield Right(name.text, f"{statement.label} of the key policy", actions, statement.conditions)
    if delegating:
        yield from _delegated(key_arn, (delegating, denies), identity, gaps)


def default_policy(key: Key) -> Document:
    """Return the policy that every key has.

    Raises:
        Unknown: it could not be read, or is no policy.

    """
    text = key.policies.known().get("default")
    if text is None:
        raise Unknown(malformed(_POLICY, "no policy default", key.region))
    return document_of(text, _POLICY, key.region)


def _delegated(
    key_arn: str, policy: tuple[list[Statement], list[Statement]], identity: Identity, gaps: Gaps
) -> Iterator[Right]:
    """Yield what identity policies give, within what the delegating statements allow and the Denies leave."""
    delegating, denies = policy
    holders: list[User | Role] = [*gaps.items(identity.users), *gaps.items(identity.roles)]
    for principal in holders:
        if isinstance(principal, Role) and principal.is_service_linked:
            continue
        for right in _by_identity(key_arn, principal, identity, gaps):
            for statement in delegating:
                kept = _kept(right.actions & reaches(statement, "kms"), denies)
                if kept:
                    conditions = (*statement.conditions, *right.conditions)
                    yield Right(right.principal, right.statement, kept, conditions)


def _by_identity(key_arn: str, principal: User | Role, identity: Identity, gaps: Gaps) -> Iterator[Right]:
    target = Pattern.literally(key_arn)
    read: list[tuple[str, Document]] = []
    for policy in gaps.items(identity.policies_of(principal)):
        text = gaps.of(policy.text)
        document = None if text is None else _document(text, gaps)
        if document is not None:
            read.append((policy.label, document))
    denies = [
        one
        for _, document in read
        for one in document.statements
        if not one.allows
        and not one.conditions
        and any(covers(it, target) for it in _patterns(one, one.resources))
    ]
    boundary = gaps.of(identity.boundary_of(principal))
    limit = gaps.of(boundary.text) if boundary is not None else None
    bound = None if limit is None else _document(limit, gaps)
    for label, document in read:
        for one in document.statements:
            if not one.allows or not _touches(one, target):
                continue
            kept = _kept(reaches(one, "kms") & _WANTED, denies)
            if bound is not None:
                within = (reaches(it, "kms") for it in bound.statements if it.allows and _touches(it, target))
                kept &= frozenset[str]().union(*within)
            if kept:
                yield Right(principal.arn, f"{one.label} of policy {label}", kept, one.conditions)


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Document:
    return document_of(text, DETAILS)


def _document(text: str, gaps: Gaps) -> Document | None:
    try:
        return _parsed(text)
    except Unknown as unreadable:
        gaps.found.extend(unreadable.gaps)
        return None


def _kept(actions: Iterable[str], denies: Iterable[Statement]) -> frozenset[str]:
    return frozenset(one for one in actions if not any(surely_reaches(deny, one) for deny in denies))


def _for_anyone(statement: Statement) -> bool:
    return statement.principals is not None and statement.principals.anyone


def _touches(statement: Statement, target: Pattern) -> bool:
    if statement.not_resources is not None:
        return not any(covers(one, target) for one in _patterns(statement, statement.not_resources))
    return any(overlaps(one, target) for one in _patterns(statement, statement.resources))


def _patterns(statement: Statement, texts: tuple[str, ...] | None) -> list[Pattern]:
    return [Pattern.of(text, variables=statement.variables) for text in texts or ()]
