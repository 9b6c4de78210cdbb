"""Whether the values that a fine-grained Allow compares with can be what was meant: variables, wildcards, key attributes.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from dynasec.iam.conditions import Condition, Knowledge, judge_all
from dynasec.iam.conditions.canonical import variables_in
from dynasec.iam.conditions.knowledge import Gap
from dynasec.iam.document import Document, MalformedPolicy, Statement, parse
from dynasec.iam.matching import Pattern, Variable, Wild, overlaps
from dynasec.iam.request import Caller, overlaid
from dynasec.iam.ternary import Ternary
from dynasec.model.identity import Role
from dynasec.model.table import Table
from dynasec.semantics.fine_grained import ATTRIBUTES, KEYS, LEADING_KEYS, Defect, is_fine_grained
from dynasec.semantics.granted_actions import names_nothing

_IGNORING_CASE: Final = "StringEqualsIgnoreCase"
_SAML: Final = "saml"


def miswritten(document: Document) -> Iterator[Defect]:
    """Yield values of leading keys and attributes that mean something else than they seem to."""
    for statement in document.statements:
        for entry in _entries(statement):
            yield from (Defect(statement.label, what) for what in dict.fromkeys(_read(entry)))


def unresolved(document: Document, holders: Iterable[tuple[Caller, Role | None]]) -> Iterator[Defect]:
    """Yield the policy variables that stand for nothing for any of the policy's holders, each with its role if it is one."""
    known = list(holders)
    for statement in document.statements:
        names = {
            name
            for entry in _entries(statement)
            if entry.variables
            for value in entry.values
            for name in _needed(value)
        }
        for name in sorted(names):
            if ":" not in name or (
                known and not any(_may_have(name, caller, role) for caller, role in known)
            ):
                yield Defect(
                    statement.label, f"${{{name}}} has no value for whoever holds it: no key matches"
                )


def unlisted_keys(document: Document, table: Table) -> Iterator[Defect]:
    """Yield the key attributes of a table that an Allow by attributes names, and does not let pass.

    Raises:
        Unknown: the table could not be described.

    """
    for statement in document.statements:
        entries = [entry for entry in _entries(statement) if entry.key.lower() == ATTRIBUTES]
        if not entries or not _names(statement, table):
            continue
        for element in table.description.known().key_schema:
            if judge_all(entries, Knowledge({ATTRIBUTES: (element.attribute_name,)})) is Ternary.FALSE:
                what = f"{element.attribute_name}, a key of {table.name}, is not among the attributes: no request passes"
                yield Defect(statement.label, what)


def _entries(statement: Statement) -> Iterator[Condition]:
    if is_fine_grained(statement):
        yield from (entry for entry in statement.conditions if entry.key.lower() in KEYS)


def _read(entry: Condition) -> Iterator[str]:
    operator = entry.test.operator
    name = KEYS[entry.key.lower()]
    if operator.tests_presence:
        return
    if operator.name == _IGNORING_CASE and entry.key.lower() == LEADING_KEYS:
        yield f"{entry.test.name} ignores case, which keys do not: Ann reads ann's items"
    for value in entry.values:
        if "${" in value and not entry.variables:
            yield f"{value} is no variable but text: that takes Version 2012-10-17"
            continue
        tokens = Pattern.of(value, variables=entry.variables).tokens
        if not operator.wildcards and any(isinstance(token, Wild) for token in tokens):
            yield f"{entry.test.name} takes {value} of {name} literally: wildcards need StringLike"
        if operator.wildcards and not operator.negated and any(map(_runs_on, pairwise(tokens))):
            yield f"{value} also fits keys of whoever's name begins or ends alike: set a separator before the wildcard"


def _runs_on(pair: tuple[object, object]) -> bool:
    return {isinstance(one, Variable) for one in pair} == {True, False} and any(
        isinstance(one, Wild) for one in pair
    )


def _needed(value: str) -> Iterator[str]:
    """Name the variables of a value that have no default."""
    with_default = {
        token.name
        for token in Pattern.of(value, variables=True).tokens
        if isinstance(token, Variable) and token.default is not None
    }
    yield from (name for name in variables_in(value) if name not in with_default)


def _may_have(name: str, caller: Caller, role: Role | None) -> bool:
    """Whether requests of a caller may carry a condition key; those of identity providers come by assuming a role only."""
    if overlaid(caller.implied, Knowledge()).find(name) is Gap.ABSENT:
        return False
    provider, _, _ = name.rpartition(":")
    if "." not in provider and provider != _SAML:
        return True
    return role is not None and _trusts(role, provider)


def _trusts(role: Role, provider: str) -> bool:
    if role.trust.value is None:
        return True  # not known
    try:
        document = parse(role.trust.value)
    except MalformedPolicy:
        return True
    named = [
        text.lower()
        for statement in document.statements
        if statement.principals is not None
        for text in statement.principals.federated
    ]
    if provider == _SAML:
        return any(":saml-provider/" in text for text in named)
    return any(text == provider or text.endswith(f":oidc-provider/{provider}") for text in named)


def _names(statement: Statement, table: Table) -> bool:
    own = Pattern.literally(table.arn)
    return any(
        overlaps(Pattern.of(text, variables=statement.variables), own)
        for text in statement.resources or ()
        if not names_nothing(text, "dynamodb", variables=statement.variables)
    )
