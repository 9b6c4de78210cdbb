"""Who from outside a resource policy lets in.

The policy is evaluated, not searched: for every foreign account it names, and for one that it does not, it is asked
whether an Allow applies and no Deny does, in every *world* such a request could come from (see `worlds`). What
cannot be decided from the document is reported as conditional, with the conditions in words; it is never left out.

An answer here says what the *resource's* side grants. For an account principal the foreign account's own identity
policies must allow the action too, which is the foreigner's decision and hence no protection.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dynasec.iam.conditions import Gap, Knowledge, describe, judge
from dynasec.iam.document import Document, Statement
from dynasec.iam.grants import (
    Grant,
    Pair,
    allow_holds,
    combined,
    denied,
    deny_holds,
    granted,
    reached,
    resource_scope,
    undecided,
)
from dynasec.iam.principals import PrincipalKind, PrincipalName, denies_subject, names
from dynasec.iam.ternary import Ternary, all_of
from dynasec.iam.worlds import NETWORK_KEYS, Names, Target, account_worlds, foreign_names, service_worlds

_SERVICE_KEYS = frozenset(
    {
        "aws:principalisawsservice",
        "aws:principalservicename",
        "aws:principalservicenameslist",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
    }
)
_UNNAMED = frozenset({PrincipalKind.OPAQUE, PrincipalKind.CANONICAL_USER})
_PARTS = 6


class Certainty(enum.StrEnum):
    """Whether the document alone decides that a foreigner is let in."""

    CERTAIN = "certain"
    CONDITIONAL = "conditional"


@dataclass(frozen=True, slots=True)
class Admission:
    """A foreign principal that a statement lets in.

    `principal` is as written; `account` the foreign account's id, `"*"` when any account will do (or the name does
    not tell one), or the service's name. `actions` are the DynamoDB actions reached, sorted. `conditions` says in
    words what still has to hold (AND). `network_bound`: only requests through a VPC endpoint can get in; whose
    endpoint it is, the document does not tell.
    """

    statement: str
    principal: str
    kind: PrincipalKind
    account: str
    actions: tuple[str, ...]
    certainty: Certainty
    conditions: tuple[str, ...] = ()
    network_bound: bool = False


@dataclass(frozen=True, slots=True)
class _Question:
    """One subject that one Allow may let in; in `worlds` the outer cases exclude one another, the inner all occur."""

    subject: PrincipalName
    account: str
    worlds: tuple[tuple[Knowledge, ...], ...]
    exists: bool
    """Whether such a principal is there in every outer case (somebody, somewhere) or in one of them only."""


@dataclass(frozen=True, slots=True)
class _Case:
    """An Allow with what it reaches, and the Denies with what they take away from that."""

    allow: Statement
    pairs: Mapping[Pair, Ternary]
    denies: tuple[tuple[Statement, Mapping[Pair, Ternary]], ...]
    grants: dict[tuple[PrincipalName, bool, bool], Grant] = field(default_factory=dict[Any, Grant])
    words: dict[PrincipalName, tuple[str, ...]] = field(default_factory=dict[Any, tuple[str, ...]])

    def grant(self, question: _Question, *, without_network: bool = False) -> Grant:
        key = (question.subject, question.exists, without_network)
        if key not in self.grants:
            cases: list[Grant] = []
            for case in question.worlds:
                worlds = [_off_network(world) for world in case] if without_network else case
                cases.append(combined(self._grant_in(question.subject, world) for world in worlds))
            self.grants[key] = combined(cases) if question.exists else undecided(cases)
        return self.grants[key]

    def _grant_in(self, subject: PrincipalName, world: Knowledge) -> Grant:
        named = Ternary.UNKNOWN if subject.kind in _UNNAMED else Ternary.TRUE
        applies = all_of((named, allow_holds(self.allow, world)))
        if applies is Ternary.FALSE:
            return Grant()
        denies = ((pairs, self._deny_applies(deny, subject, world)) for deny, pairs in self.denies)
        return granted((self.pairs, applies), denies)

    @staticmethod
    def _deny_applies(deny: Statement, subject: PrincipalName, world: Knowledge) -> Ternary:
        addressed = denies_subject(deny, subject)
        return addressed if addressed is Ternary.FALSE else all_of((addressed, deny_holds(deny, world)))

    def conditions(self, question: _Question) -> tuple[str, ...]:
        """Say what the grant depends on: whatever does not hold in each of the worlds."""
        if question.subject not in self.words:
            self.words[question.subject] = self._conditions(question)
        return self.words[question.subject]

    def _conditions(self, question: _Question) -> tuple[str, ...]:
        worlds = [world for case in question.worlds for world in case]
        words = [
            describe(entry)
            for entry in self.allow.conditions
            if any(judge(entry, world) is not Ternary.TRUE for world in worlds)
        ]
        if question.subject.kind in _UNNAMED:
            words.append(f"whose account {question.subject.text} belongs to cannot be told from its name")
        if Ternary.UNKNOWN in self.pairs.values():
            words.append("the resource depends on a policy variable")
        for deny, pairs in self.denies:
            answers = {self._deny_applies(deny, question.subject, world) for world in worlds}
            if answers - {Ternary.FALSE, Ternary.TRUE} or (answers != {Ternary.FALSE} and len(answers) > 1):
                demands = " and ".join(describe(entry) for entry in deny.conditions)
                words.append(
                    f"{deny.label} does not deny it" + (f" (it denies when {demands})" if demands else "")
                )
            elif answers == {Ternary.TRUE} and Ternary.UNKNOWN in pairs.values():
                words.append(f"{deny.label} does not deny it (it denies on some of the resources)")
        return tuple(words)


def admitted(
    document: Document,
    *,
    resource_arn: str,
    account: str,
    trusted: frozenset[str],
    trusted_organizations: frozenset[str],
    organization: str | None = None,
) -> tuple[Admission, ...]:
    """List the foreign principals that a table's or stream's resource policy lets in, in the policy's order.

    `account` owns the resource and is trusted; `trusted` holds further account ids, `trusted_organizations`
    organisation ids (`o-...`), whose members are trusted whoever they are. `organization` is the account's own one if
    known: it makes `${aws:ResourceOrgID}` decidable, but is trusted only if it is among the trusted ones. AWS services
    are reported (kind `service`) only where they may act for a customer of an untrusted account: no aws:SourceAccount,
    aws:SourceArn or aws:SourceOrgID ties them.
    """
    known = trusted | {account}
    parts = resource_arn.split(":", _PARTS - 1) + [""] * _PARTS
    target = Target(parts[1] or "aws", parts[3], account, organization)
    own_organization = frozenset({organization} if organization else ())
    foreign = foreign_names(document, known, trusted_organizations, own_organization)
    scope = resource_scope(resource_arn)
    denies = [statement for statement in document.statements if not statement.allows]
    found: list[Admission] = []
    for statement in document.statements:
        if not statement.allows or statement.principals is None:
            continue
        pairs = reached(statement, scope)
        taken = ((deny, denied(deny, scope, pairs)) for deny in denies)
        case = _Case(statement, pairs, tuple((deny, off) for deny, off in taken if off))
        for name in dict.fromkeys(names(statement.principals)):
            if pairs and name.account not in known:
                found.extend(_admissions(case, name, target, foreign))
    return tuple(found)


def _admissions(case: _Case, name: PrincipalName, target: Target, foreign: Names) -> Iterator[Admission]:
    """Ask about one name; of several subjects behind it, later ones are told only for what they add."""
    told = Grant()
    for question in _questions(case.allow, name, target, foreign):
        grant = case.grant(question)
        new_certain = _actions(grant.certain) - _actions(told.certain)
        new_possible = _actions(grant.possible) - _actions(told.possible) - new_certain
        told = combined((told, grant))
        if not new_certain and not new_possible:
            continue
        words = case.conditions(question)
        bound = not case.grant(question, without_network=True).possible
        for actions, certainty in ((new_certain, Certainty.CERTAIN), (new_possible, Certainty.CONDITIONAL)):
            if actions:
                yield Admission(
                    statement=case.allow.label,
                    principal=name.text,
                    kind=question.subject.kind if name.kind is not PrincipalKind.ANYONE else _kind(question),
                    account=question.account,
                    actions=tuple(sorted(actions)),
                    certainty=certainty,
                    conditions=words,
                    network_bound=bound,
                )


def _kind(question: _Question) -> PrincipalKind:
    return PrincipalKind.SERVICE if question.subject.kind is PrincipalKind.SERVICE else PrincipalKind.ANYONE


def _questions(allow: Statement, name: PrincipalName, target: Target, foreign: Names) -> Iterator[_Question]:
    if name.kind is PrincipalKind.SERVICE:
        yield _Question(name, name.text, (service_worlds(target, foreign, name.text),), exists=True)
    elif name.kind is PrincipalKind.ANYONE:
        for account in (foreign.stranger, *foreign.accounts):
            subject = PrincipalName(PrincipalKind.ACCOUNT, account, account)
            worlds = account_worlds(target, foreign, account, subject)
            stranger = account == foreign.stranger
            yield _Question(subject, "*" if stranger else account, worlds, exists=stranger)
        if any(entry.key.lower() in _SERVICE_KEYS for entry in allow.conditions):
            some = PrincipalName(PrincipalKind.SERVICE, "some AWS service")
            yield _Question(some, "*", (service_worlds(target, foreign, None),), exists=True)
    else:
        account, subject = name.account or foreign.stranger, name
        if name.kind is PrincipalKind.ACCOUNT and foreign.is_like_stranger(account):
            account = foreign.stranger
            subject = PrincipalName(PrincipalKind.ACCOUNT, account, account)
        worlds = account_worlds(target, foreign, account, subject)
        yield _Question(subject, name.account or "*", worlds, exists=name.account is None)


def _actions(pairs: Iterable[Pair]) -> frozenset[str]:
    return frozenset(action for action, _ in pairs)


def _off_network(world: Knowledge) -> Knowledge:
    return world.updated(**dict.fromkeys(NETWORK_KEYS, Gap.ABSENT))
