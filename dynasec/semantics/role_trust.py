"""Whom a role's trust policy admits who should not be: anyone, foreign accounts without an external id, web identities at large.

https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dynasec.iam.actions import reaches
from dynasec.iam.conditions import Condition, Gap
from dynasec.iam.document import Document, Statement
from dynasec.iam.grants import allow_holds, deny_holds
from dynasec.iam.matching import Pattern
from dynasec.iam.narrowing import narrowing
from dynasec.iam.principals import PrincipalKind, PrincipalName, denies_subject, names
from dynasec.iam.ternary import Ternary
from dynasec.iam.worlds import Names, Target, account_worlds, foreign_names
from dynasec.settings import Trust

_ASSUME = "sts:AssumeRole"
_WEB = "sts:AssumeRoleWithWebIdentity"
_ASSUMING = frozenset({_ASSUME, _WEB, "sts:AssumeRoleWithSAML"})
_NAMELESS = frozenset({PrincipalKind.OPAQUE, PrincipalKind.CANONICAL_USER})
_EXACT = frozenset({"StringEquals", "StringEqualsIgnoreCase"})

_CLAIMS = {
    "cognito-identity.amazonaws.com": ("aud",),
    "accounts.google.com": ("aud", "sub"),
    "www.amazon.com": ("app_id", "user_id"),
    "graph.facebook.com": ("app_id", "id"),
}
"""The claims of AWS's built-in providers of which one must be fixed; of any other provider it is the subject, `sub`."""

_LABELS = ("repo:", "project_path:", "organization:", "workspace:", "system:serviceaccount:")
"""What every subject of a provider shared by many tenants, or of a cluster, begins with: it distinguishes nobody."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A statement that admits too many, and in words whom; `certain` is False where the name tells no account."""

    statement: str
    who: str
    certain: bool = True


def trust_faults(document: Document, target: Target, trust: Trust) -> Iterator[Fault]:
    """Yield what is wrong with a trust policy. `target` is the role: its partition, account and organisation.

    Conditions and Denies are evaluated; what they leave undecided counts as admitted.
    """
    known = frozenset(trust.accounts) | {target.account}
    own = frozenset({target.organization} if target.organization else ())
    foreign = foreign_names(document, known, frozenset(trust.organizations), own)
    for statement in document.statements:
        actions = reaches(statement, "sts") & _ASSUMING
        if not statement.allows or statement.principals is None or not actions:
            continue
        for name in dict.fromkeys(names(statement.principals)):
            if name.kind is PrincipalKind.FEDERATED:
                if _WEB in actions and not _is_saml(name.text) and not _is_tied(statement, name.text):
                    yield Fault(statement.label, f"any identity of {_host(name.text)}")
            elif name.kind in _NAMELESS:
                yield Fault(statement.label, name.text, certain=False)
            elif name.kind is not PrincipalKind.SERVICE and name.account not in known:
                yield from _of_accounts(document, statement, name, target, foreign)


def _of_accounts(
    document: Document, statement: Statement, name: PrincipalName, target: Target, foreign: Names
) -> Iterator[Fault]:
    if name.kind is not PrincipalKind.ANYONE:
        account = name.account or foreign.stranger
        if not _asks_external_id(statement) and _admits(document, statement, name, account, target, foreign):
            yield Fault(statement.label, f"{name.text} without an external id")
        return
    stranger = PrincipalName(PrincipalKind.ACCOUNT, foreign.stranger, foreign.stranger)
    if _admits(document, statement, stranger, foreign.stranger, target, foreign):
        yield Fault(statement.label, "anyone in any account")
        return
    for account in foreign.accounts:
        subject = PrincipalName(PrincipalKind.ACCOUNT, account, account)
        if not _asks_external_id(statement) and _admits(
            document, statement, subject, account, target, foreign
        ):
            yield Fault(statement.label, f"anyone in account {account} without an external id")


def _admits(
    document: Document,
    statement: Statement,
    subject: PrincipalName,
    account: str,
    target: Target,
    foreign: Names,
) -> bool:
    """Whether the subject may get in, in some world it could come from."""
    denies = [
        one
        for one in document.statements
        if not one.allows
        and reaches(one, "sts") >= _ASSUMING
        and denies_subject(one, subject) is Ternary.TRUE
    ]
    for worlds in account_worlds(target, foreign, account, subject):
        for told in worlds:
            world = told.updated(**{"aws:requestedregion": Gap.UNKNOWN})
            if allow_holds(statement, world) is Ternary.FALSE:
                continue
            if not any(deny_holds(one, world) is Ternary.TRUE for one in denies):
                return True
    return False


def _asks_external_id(statement: Statement) -> bool:
    asked = [one for one in statement.conditions if one.key.lower() == "sts:externalid"]
    return bool(narrowing(asked)) and any(
        one.values and all(_literal_prefix(one, value) for value in one.values)
        for one in asked
        if not one.test.operator.negated and not one.test.operator.tests_presence
    )


def _is_saml(text: str) -> bool:
    return ":saml-provider/" in text


def _host(text: str) -> str:
    return text.partition(":oidc-provider/")[2] or text


def _is_tied(statement: Statement, provider: str) -> bool:
    """Whether a condition fixes whom of a provider's identities it is about."""
    host = _host(provider).lower()
    return any(_fixes(statement, f"{host}:{claim}") for claim in _CLAIMS.get(host, ("sub",)))


def _fixes(statement: Statement, key: str) -> bool:
    entries = [one for one in statement.conditions if one.key.lower() == key]
    return bool(narrowing(entries)) and any(
        one.values and all(_tells_apart(one, value) for value in one.values)
        for one in entries
        if not one.test.operator.negated and not one.test.operator.tests_presence
    )


def _tells_apart(condition: Condition, value: str) -> bool:
    """Whether a value means certain identities: all of it, or a beginning that says more than its provider's label."""
    prefix, whole = _literal_prefix(condition, value), _is_whole(condition, value)
    if whole:
        return True
    label = next((one for one in _LABELS if prefix.startswith(one) or one.startswith(prefix)), None)
    if label is None:
        return bool(prefix)
    rest = prefix.removeprefix(label)
    return prefix.startswith(label) and any(separator in rest[1:] for separator in "/:")


def _pattern(condition: Condition, value: str) -> Pattern:
    wildcards = condition.test.operator.name not in _EXACT
    return Pattern.of(value, variables=condition.variables, wildcards=wildcards)


def _literal_prefix(condition: Condition, value: str) -> str:
    found: list[str] = []
    for token in _pattern(condition, value).tokens:
        if not isinstance(token, str):
            break
        found.append(token)
    return "".join(found)


def _is_whole(condition: Condition, value: str) -> bool:
    return bool(_pattern(condition, value).literal)
