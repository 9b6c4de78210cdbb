"""To whom a statement of a resource policy is addressed, seen from one caller.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
"""

from dataclasses import dataclass

from dynasec.iam.conditions import Condition, Knowledge, resolve
from dynasec.iam.conditions.canonical import residue
from dynasec.iam.conditions.keys import CALLER
from dynasec.iam.document import Principals, Statement
from dynasec.iam.formula import Formula, Literal, Unsettled, disjunction
from dynasec.iam.principals import PrincipalKind, read_aws
from dynasec.iam.request import Caller, CallerKind

_EQUALS = resolve("StringEquals")


@dataclass(frozen=True, slots=True)
class Address:
    """How a Principal element names the caller; the strongest first.

    `itself`: as the principal that makes the request (user, session, root, service, or anyone). `issuer`: as the role or
    user that its session was made from. `account`: as its account, which delegates to the account's own policies.
    """

    itself: Formula = False
    issuer: Formula = False
    account: Formula = False

    @property
    def at_all(self) -> Formula:
        """In whichever way."""
        return disjunction((self.itself, self.issuer, self.account))


NOBODY = Address()
EVERYBODY = Address(itself=True)


def address(element: Principals, caller: Caller, context: Knowledge) -> Address:
    """Say how a Principal (or NotPrincipal) element names the caller.

    Which session a role's requests come from the context may tell, under `CALLER`.
    """
    if element.anyone:
        return EVERYBODY
    if caller.kind is CallerKind.SERVICE:
        named = caller.name.lower() in {name.lower() for name in element.services}
        return EVERYBODY if named else NOBODY
    if caller.kind is CallerKind.FEDERATED:
        return EVERYBODY if caller.name in element.federated else NOBODY
    itself: list[Formula] = []
    issuer: list[Formula] = []
    account = False
    for text in element.aws:
        name = read_aws(text)
        if name.kind is PrincipalKind.ACCOUNT:
            account = account or (caller.account is not None and name.account == caller.account)
        elif text == caller.name:
            (issuer if caller.kind is CallerKind.ROLE else itself).append(True)
        elif caller.issuer is not None and text == caller.issuer:
            issuer.append(True)
        elif caller.kind is CallerKind.ROLE and _session_of(text, caller):
            itself.append(residue(Condition(_EQUALS, CALLER, (text,), variables=False), context))
    if caller.kind is CallerKind.ROOT and account:
        itself.append(True)
    return Address(disjunction(itself), disjunction(issuer), account)


def addressed_by_deny(statement: Statement, caller: Caller, context: Knowledge, *, bounded: bool) -> Formula:
    """Say whether a Deny of a resource policy is addressed to the caller.

    A Deny with NotPrincipal exempts those of whom everything is named: user and account; session, role and account. When
    only the account is named, its principals are denied; when only some of the rest is, AWS says that it *may* deny.
    It always denies principals with a permissions boundary.
    """
    if statement.not_principals is None:
        return True if statement.principals is None else address(statement.principals, caller, context).at_all
    named = address(statement.not_principals, caller, context)
    if bounded or named.at_all is False:
        return True
    if statement.not_principals.anyone or caller.account is None or caller.kind is CallerKind.ROOT:
        return False
    own = [named.itself] if caller.kind is CallerKind.USER else [named.itself, named.issuer]
    if all(each is False for each in own):
        return True
    if named.account is True and all(each is True for each in own):
        return False
    return Literal(Unsettled(statement.label, "NotPrincipal names the caller only in part"))


def _session_of(text: str, caller: Caller) -> bool:
    role = caller.name.rpartition("/")[2]
    head, _, tail = text.partition(":assumed-role/")
    return (
        head.startswith("arn:")
        and head.endswith(f":sts::{caller.account}")
        and tail.partition("/")[0] == role
    )
