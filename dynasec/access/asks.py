"""What policies ask about, so that what they do not ask about need not be told apart."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Final

from dynasec.iam.compiled import Policy
from dynasec.iam.conditions.canonical import variables_in
from dynasec.iam.document import Statement
from dynasec.iam.layers import Layer
from dynasec.iam.matching import Pattern, overlaps
from dynasec.iam.principals import PrincipalKind, names

_PRINCIPAL_KEYS: Final = (
    "aws:principal",
    "aws:userid",
    "aws:username",
    "aws:federatedprovider",
    "aws:tokenissuetime",
    "kms:calleraccount",
)
_TAGS: Final = ("aws:resourcetag/", "dynamodb:resourcetag/")
_DYNAMODB: Final = Pattern.of("dynamodb:*")
_DECRYPT: Final = Pattern.of("kms:Decrypt", ignore_case=True)
_TABLE_NAME: Final = "tablename"
"""In the names of the condition keys by which a request to KMS tells the table: `kms:EncryptionContext:aws:dynamodb:tableName`."""


class Asks:
    """Gathered from layers: `keys` are condition keys and variables in lower case, `patterns` resource patterns, `named` principals.

    `of_keys`: the resource patterns of what may speak of the use of keys.

    `open_to_anyone`: an Allow names anyone, or a policy is not known. `to_all`: some statement speaks to principals that it does not
    name. `grants_to_all`: an Allow does, or a policy is not known.
    """

    def __init__(self, layers: Iterable[Layer]) -> None:
        self.keys: set[str] = set()
        self.named: set[str] = set()
        self.patterns: dict[Pattern, None] = {}
        self.allowing: dict[Pattern, None] = {}
        self.of_keys: dict[Pattern, None] = {}
        self.to_all = self.grants_to_all = self.allows_unnamed_resources = False
        self.open_to_anyone = False
        for layer in layers:
            if layer.index.unread:
                self.to_all = self.grants_to_all = self.allows_unnamed_resources = self.open_to_anyone = True
            for policy in layer.policies:
                if isinstance(policy, Policy):
                    for statement in policy.document.statements:
                        self._add(statement)

    @cached_property
    def who(self) -> bool:
        """Whether they ask who calls, other than by naming principals."""
        return any(key.startswith(_PRINCIPAL_KEYS) for key in self.keys)

    @cached_property
    def by_table(self) -> bool:
        """Whether they may ask of the use of a key for which table it is."""
        return any(_TABLE_NAME in key for key in self.keys)

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """The tags of resources that they ask about, in lower case."""
        return tuple(sorted({key.partition("/")[2] for key in self.keys if key.startswith(_TAGS)}))

    def _add(self, statement: Statement) -> None:
        for condition in statement.conditions:
            self.keys.add(condition.key.lower())
            if condition.variables:
                self.keys.update(name for value in condition.values for name in variables_in(value))
        self._add_resources(statement)
        elements = [each for each in (statement.principals, statement.not_principals) if each is not None]
        for element in elements:
            self.named.update(name.text for name in names(element) if name.kind is not PrincipalKind.ANYONE)
        if statement.allows and statement.principals is not None and statement.principals.anyone:
            self.open_to_anyone = True
        to_all = not elements or statement.not_principals is not None or _addresses_many(statement)
        self.to_all = self.to_all or to_all
        self.grants_to_all = self.grants_to_all or (statement.allows and to_all)

    def _add_resources(self, statement: Statement) -> None:
        if _reaches(statement, _DECRYPT):
            for text in (*(statement.resources or ()), *(statement.not_resources or ())):
                self.of_keys[Pattern.of(text, variables=statement.variables)] = None
                if statement.variables:
                    self.keys.update(variables_in(text))
        if not _reaches(statement, _DYNAMODB):
            return
        if statement.allows and statement.resources is None:
            self.allows_unnamed_resources = True
        for text in (*(statement.resources or ()), *(statement.not_resources or ())):
            pattern = Pattern.of(text, variables=statement.variables)
            self.patterns[pattern] = None
            if statement.variables:
                self.keys.update(variables_in(text))
            if statement.allows and statement.not_resources is None:
                self.allowing[pattern] = None


def _addresses_many(statement: Statement) -> bool:
    """Whether a statement's principals include anyone, or an account as a whole."""
    principals = statement.principals
    if principals is None:
        return False
    kinds = {name.kind for name in names(principals)}
    return bool(kinds & {PrincipalKind.ANYONE, PrincipalKind.ACCOUNT})


def _reaches(statement: Statement, actions: Pattern) -> bool:
    """Whether a statement may speak of some of these actions."""
    return statement.actions is None or any(
        overlaps(Pattern.of(text, ignore_case=True), actions) for text in statement.actions
    )
