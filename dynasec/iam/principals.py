"""Principals as policies name them: what a name stands for, and whether an element names somebody.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass

from dynasec.iam.document import Principals, Statement
from dynasec.iam.matching import Pattern, overlaps
from dynasec.iam.ternary import Ternary, any_of

ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)
_PARTS = 6


class PrincipalKind(enum.StrEnum):
    """What a principal's name stands for."""

    ANYONE = "anyone"
    ACCOUNT = "account"
    ENTITY = "entity"
    """A user or a role, by its ARN."""
    SESSION = "session"
    """An assumed-role or federated-user session, by its ARN."""
    SERVICE = "service"
    FEDERATED = "federated"
    CANONICAL_USER = "canonical-user"
    OPAQUE = "opaque"
    """A name that tells no account, such as the id that a deleted role leaves behind."""


@dataclass(frozen=True, slots=True)
class PrincipalName:
    """One name out of a Principal element; `account` is its account id where the name tells it."""

    kind: PrincipalKind
    text: str
    account: str | None = None


_TELLING_NO_SET = frozenset({PrincipalKind.OPAQUE, PrincipalKind.CANONICAL_USER, PrincipalKind.FEDERATED})

ANYONE = PrincipalName(PrincipalKind.ANYONE, "*")


def names(principals: Principals) -> Iterator[PrincipalName]:
    """List everything a Principal or NotPrincipal element names."""
    if principals.anyone:
        yield ANYONE
    for text in principals.aws:
        yield read_aws(text)
    for text in principals.services:
        yield PrincipalName(PrincipalKind.SERVICE, text)
    for text in principals.federated:
        yield PrincipalName(PrincipalKind.FEDERATED, text, account_in(text))
    for text in principals.canonical_users:
        yield PrincipalName(PrincipalKind.CANONICAL_USER, text)


def read_aws(text: str) -> PrincipalName:
    """Read a name given under `AWS`: an account id, an ARN, or something that tells no account."""
    if ACCOUNT_ID.fullmatch(text):
        return PrincipalName(PrincipalKind.ACCOUNT, text, text)
    account = account_in(text)
    if account is None:
        return PrincipalName(PrincipalKind.OPAQUE, text)
    _, _, service, _, _, resource = text.split(":", _PARTS - 1)
    if service == "iam" and resource == "root":
        return PrincipalName(PrincipalKind.ACCOUNT, text, account)
    kind = PrincipalKind.SESSION if service == "sts" else PrincipalKind.ENTITY
    return PrincipalName(kind, text, account)


def account_in(arn: str) -> str | None:
    """Return the account id in an ARN's fifth part; None when there is none, or no ARN."""
    parts = arn.split(":", _PARTS - 1)
    if len(parts) < _PARTS or parts[0] != "arn" or not ACCOUNT_ID.fullmatch(parts[4]):
        return None
    return parts[4]


def names_subject(element: Principals, subject: PrincipalName) -> Ternary:
    """Whether an element names the subject: every one of its principals (TRUE), none (FALSE), or undecided."""
    return any_of(_names(name, subject) for name in names(element))


def denies_subject(statement: Statement, subject: PrincipalName) -> Ternary:
    """Whether a Deny statement is addressed to the subject; one with no Principal at all is addressed to everybody."""
    if statement.not_principals is not None:
        # Exempting a role does not by itself exempt its account or sessions; nothing short of "not named" is certain.
        return names_subject(statement.not_principals, subject).negated()
    if statement.principals is None:
        return Ternary.TRUE
    return names_subject(statement.principals, subject)


def _names(name: PrincipalName, subject: PrincipalName) -> Ternary:
    if name.kind is PrincipalKind.ANYONE or name == subject:
        return Ternary.TRUE
    if PrincipalKind.SERVICE in {name.kind, subject.kind}:
        return Ternary.FALSE
    if name.kind in _TELLING_NO_SET or subject.account is None:
        return Ternary.UNKNOWN
    if name.account != subject.account:
        return Ternary.FALSE
    if name.kind is PrincipalKind.ACCOUNT:
        return Ternary.TRUE
    apart = subject.kind is name.kind and not overlaps(Pattern.of(name.text), Pattern.of(subject.text))
    return Ternary.FALSE if apart else Ternary.UNKNOWN
