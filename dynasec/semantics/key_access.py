"""Who from outside a KMS key's policies let in, and whose a grantee is.

The policies (`default`, and `AWS_RAM` where the key is shared) are evaluated together for every foreign account they name and for one that
they do not. As everywhere, a condition that the policies leave open does not keep a foreigner out: whether it can be met is up to him.

https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html and
https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from dynasec.iam.conditions import Gap as Known
from dynasec.iam.conditions import Knowledge, describe, judge_all
from dynasec.iam.document import Document, Statement
from dynasec.iam.grants import allow_holds, deny_holds
from dynasec.iam.principals import PrincipalKind, PrincipalName, denies_subject, names, read_aws
from dynasec.iam.ternary import Ternary, all_of
from dynasec.iam.worlds import Names, Target, account_worlds, foreign_names

NAMELESS: Final = frozenset({PrincipalKind.OPAQUE, PrincipalKind.CANONICAL_USER})
"""Names that tell no account, such as the id that a deleted role leaves behind."""

_CALLER = "kms:calleraccount"
_SERVICES = (".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".aws.internal", ".api.aws")


@dataclass(frozen=True, slots=True)
class Outsider:
    """A principal that a statement lets in. `account` is "*" where any account will do; None where the name tells none."""

    policy: str
    statement: str
    principal: str
    account: str | None
    conditions: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What to say of it."""
        who = self.principal
        if who == "*":
            who = "anyone in any account" if self.account == "*" else f"anyone in account {self.account}"
        condition = f" if {' and '.join(self.conditions)}" if self.conditions else ""
        where = "" if self.policy == "default" else f" of policy {self.policy}"
        return f"{self.statement}{where} admits {who}{condition}"


def outsiders(
    policies: Mapping[str, Document], target: Target, trusted: frozenset[str], organizations: frozenset[str]
) -> Iterator[Outsider]:
    """Yield the foreign principals that a key's policies let in, in their order. AWS services are not counted."""
    whole = Document("", None, tuple(one for text in policies.values() for one in text.statements))
    known = trusted | {target.account}
    own = frozenset({target.organization} if target.organization else ())
    foreign = foreign_names(whole, known, organizations, own)
    denies = [one for one in whole.statements if not one.allows]
    for policy, text in policies.items():
        for statement in text.statements:
            if not statement.allows or statement.principals is None:
                continue
            for name in dict.fromkeys(names(statement.principals)):
                if name.kind is not PrincipalKind.SERVICE and name.account not in known:
                    yield from _admitted(policy, statement, name, denies, (target, foreign))


def _admitted(
    policy: str, allow: Statement, name: PrincipalName, denies: list[Statement], where: tuple[Target, Names]
) -> Iterator[Outsider]:
    if name.account is None and name.kind is not PrincipalKind.ANYONE:
        yield Outsider(policy, allow.label, name.text, None)
        return
    target, foreign = where
    anyone = name.kind is PrincipalKind.ANYONE
    for account in (foreign.stranger, *foreign.accounts) if anyone else (str(name.account),):
        subject = PrincipalName(PrincipalKind.ACCOUNT, account, account) if anyone else name
        worlds = [
            world.updated(**{_CALLER: (account,)})
            for case in account_worlds(target, foreign, account, subject)
            for world in case
        ]
        answers = [_answer(allow, subject, denies, world) for world in worlds]
        if all(answer is Ternary.FALSE for answer in answers):
            continue
        words = () if all(answer is Ternary.TRUE for answer in answers) else _open(allow, worlds)
        told = "*" if anyone and account == foreign.stranger else account
        yield Outsider(policy, allow.label, name.text, told, words)
        if told == "*":
            return


def _answer(allow: Statement, subject: PrincipalName, denies: list[Statement], world: Knowledge) -> Ternary:
    applies = allow_holds(allow, world)
    denied = (
        _denies_all(deny) and all_of((denies_subject(deny, subject), deny_holds(deny, world))) is Ternary.TRUE
        for deny in denies
    )
    return Ternary.FALSE if any(denied) else applies


def _denies_all(deny: Statement) -> bool:
    """Whether a Deny takes every use of the key away; one that takes some leaves the rest."""
    return any(one in {"*", "kms:*"} for one in deny.actions or ()) and "*" in (deny.resources or ("*",))


def _open(allow: Statement, worlds: list[Knowledge]) -> tuple[str, ...]:
    return tuple(
        describe(entry)
        for entry in allow.conditions
        if any(judge_all((entry,), world) is not Ternary.TRUE for world in worlds)
    )


def account_of_grantee(grantee: str) -> str | None:
    """Return the account of whoever a grant is for; empty for an AWS service, None for a name that tells no account."""
    if ":" not in grantee and "/" not in grantee and grantee.endswith(_SERVICES):
        return ""
    return read_aws(grantee).account


def closed_to(allow: Statement, **keys: tuple[str, ...] | Known) -> bool:
    """Whether an Allow cannot apply to requests with these context keys (lower case), all others unknown."""
    return judge_all(allow.conditions, Knowledge().updated(**keys)) is Ternary.FALSE
