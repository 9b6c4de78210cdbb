"""Request contexts a foreign principal could come with: the probes of the question who from outside gets in.

A *world* is what is known about one such request. What the caller controls or nobody knows stays unknown; what every
caller can do at will (use TLS, a second factor) is taken as done. Keys that the documentation says are missing from
requests of that kind are absent.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dynasec.iam.conditions import Gap, Knowledge, Value
from dynasec.iam.document import Document
from dynasec.iam.matching import ANYTHING, Pattern
from dynasec.iam.principals import ACCOUNT_ID, PrincipalKind, PrincipalName

NETWORK_KEYS = frozenset(
    {
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:sourcevpcarn",
        "aws:vpcsourceip",
        "aws:vpceaccount",
        "aws:vpceorgid",
        "aws:vpceorgpaths",
    }
)
"""Keys (lower case) that only a request through a VPC endpoint carries."""

AT_WILL = frozenset({"aws:securetransport", "aws:multifactorauthpresent", "aws:multifactorauthage"})
"""Keys (lower case) that worlds assume to be as the caller likes them."""

_SERVICE_CALL_KEYS = (
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:principalservicename",
    "aws:principalservicenameslist",
)
_ORGANIZATION_KEYS = ("aws:principalorgid", "aws:principalorgpaths", "aws:principalorgmasteraccount")
_ORGANIZATION_ID = re.compile(r"o-[a-z0-9*?]{1,40}", re.ASCII)
_ACCOUNT_PATTERN = re.compile(r"[0-9*?]{1,24}", re.ASCII)
_ACCOUNT_LENGTH = 12
_PARTS = 6
_ACCOUNT_PART = 4


@dataclass(frozen=True, slots=True)
class Target:
    """The resource that is asked about: its ARN's partition and Region, its account and organisation if known."""

    partition: str
    region: str
    account: str
    organization: str | None


@dataclass(frozen=True, slots=True)
class Names:
    """Everything a document names that is not trusted, and a made-up account and organisation it does not name."""

    accounts: tuple[str, ...]
    organizations: tuple[str, ...]
    arns: tuple[str, ...]
    stranger: str
    strange_organization: str


def foreign_names(document: Document, trusted: frozenset[str], organizations: frozenset[str]) -> Names:
    """Collect the foreign names of a document; wildcards in account or organisation ids are given an example."""
    texts = list(dict.fromkeys(_condition_values(document)))
    principals = [
        text
        for statement in document.statements
        for element in (statement.principals, statement.not_principals)
        if element is not None
        for text in (*element.aws, *element.federated)
    ]
    spelled = {found for text in (*texts, *principals) for found in _accounts_in(text)}
    stranger = next(i for i in _descending_accounts() if i not in spelled | trusted)
    named = {_account_example(text, stranger) for text in spelled}
    orgs = {found.group() for text in texts if (found := _ORGANIZATION_ID.match(text))}
    strange = next(
        f"o-f{i:09}" for i in range(len(orgs) + len(organizations) + 1) if f"o-f{i:09}" not in orgs
    )
    return Names(
        accounts=tuple(
            sorted(account for account in named if account and account not in trusted | {stranger})
        ),
        organizations=tuple(
            sorted({_organization_example(text) for text in orgs} - organizations - {strange})
        ),
        arns=tuple(text for text in texts if text.startswith("arn:") and text.count(":") >= _PARTS - 1),
        stranger=stranger,
        strange_organization=strange,
    )


def account_worlds(
    target: Target, names: Names, account: str, subject: PrincipalName
) -> Iterator[tuple[Knowledge, ...]]:
    """Yield, for each organisation the account might be in (or none), the ways its principals can appear."""
    shapes = list(_principal_arns(target, names, account, subject))
    for organization in (None, names.strange_organization, *names.organizations):
        yield tuple(
            _base(target).updated(
                **{
                    "aws:principalaccount": (account,),
                    "aws:principalarn": (shape,),
                    "aws:principalisawsservice": ("false",),
                    "aws:userid": (ANYTHING,),
                    "aws:principaltype": (ANYTHING,),
                    **_organization(organization),
                    **dict.fromkeys(_SERVICE_CALL_KEYS, Gap.ABSENT),
                }
            )
            for shape in shapes
        )


def service_worlds(target: Target, names: Names, service: str | None) -> tuple[Knowledge, ...]:
    """Describe calls that an AWS service (None: some service) makes for a customer of another account.

    The service may tell the account it acts for, its resource and its organisation, or tell nothing.
    """
    caller: dict[str, tuple[Value, ...] | Gap] = {
        "aws:principalisawsservice": ("true",),
        "aws:principalservicename": (service or ANYTHING,),
        "aws:principalaccount": Gap.ABSENT,
        "aws:principalarn": Gap.ABSENT,
    }
    base = _base(target).updated(**caller, **dict.fromkeys(_ORGANIZATION_KEYS, Gap.ABSENT))
    silent = base.updated(**dict.fromkeys(_SERVICE_CALL_KEYS[:4], Gap.ABSENT))
    found = [silent]
    for account in (names.stranger, *names.accounts):
        own_arns = [Pattern.of(arn) for arn in _arns_of(names, account)]
        shapes = [Pattern.of(f"arn:{target.partition}:*:*:{part}:*") for part in (account, "")]
        for organization in (None, names.strange_organization, *names.organizations):
            told: dict[str, tuple[Value, ...] | Gap] = {
                "aws:sourceaccount": (account,),
                "aws:sourceorgid": (organization,) if organization else Gap.ABSENT,
                "aws:sourceorgpaths": (Pattern.of(f"{organization}/*"),) if organization else Gap.ABSENT,
            }
            found.extend(
                base.updated(**told, **{"aws:sourcearn": (shape,)}) for shape in (*shapes, *own_arns)
            )
    return tuple(found)


def _base(target: Target) -> Knowledge:
    organization = target.organization
    return Knowledge(
        {
            "aws:resourceaccount": (target.account,),
            "aws:requestedregion": (target.region,),
            "aws:securetransport": ("true",),
            "aws:multifactorauthpresent": ("true",),
            "aws:multifactorauthage": ("1",),
            "aws:currenttime": (ANYTHING,),
            "aws:epochtime": (ANYTHING,),
            **({"aws:resourceorgid": (organization,)} if organization else {}),
        }
    )


def _organization(organization: str | None) -> dict[str, tuple[Value, ...] | Gap]:
    if organization is None:
        return dict.fromkeys(_ORGANIZATION_KEYS, Gap.ABSENT)
    return {
        "aws:principalorgid": (organization,),
        "aws:principalorgpaths": (Pattern.of(f"{organization}/*"),),
        "aws:principalorgmasteraccount": (ANYTHING,),
    }


def _principal_arns(target: Target, names: Names, account: str, subject: PrincipalName) -> Iterator[Value]:
    """Yield what aws:PrincipalArn may hold. A session's is its role's ARN, whose path the session does not tell."""
    if subject.kind is PrincipalKind.ENTITY:
        yield Pattern.of(subject.text)
        return
    if subject.kind is PrincipalKind.SESSION:
        kind, _, rest = subject.text.split(":", _PARTS - 1)[-1].partition("/")
        role = rest.partition("/")[0]
        yield (
            subject.text
            if kind != "assumed-role"
            else Pattern.of(f"arn:{target.partition}:iam::{account}:role/*{role}")
        )
        return
    yield Pattern.of(f"arn:{target.partition}:iam::{account}:*")
    yield Pattern.of(f"arn:{target.partition}:sts::{account}:federated-user/*")
    for arn in _arns_of(names, account):
        if arn.split(":", 3)[2] in {"iam", "sts"}:
            yield Pattern.of(arn)


def _arns_of(names: Names, account: str) -> Iterator[str]:
    """Yield the ARNs in the document's conditions that could be in the account, with its id filled in."""
    for arn in names.arns:
        parts = arn.split(":", _PARTS - 1)
        if _ACCOUNT_PATTERN.fullmatch(parts[_ACCOUNT_PART]) and Pattern.of(parts[_ACCOUNT_PART]).matches(
            account
        ):
            parts[_ACCOUNT_PART] = account
            yield ":".join(parts)


def _condition_values(document: Document) -> Iterable[str]:
    return (
        value for each in document.statements for condition in each.conditions for value in condition.values
    )


def _accounts_in(text: str) -> Iterator[str]:
    """Yield the account ids, or patterns of ids, in a condition value or principal."""
    parts = text.split(":", _PARTS - 1)
    candidate = parts[_ACCOUNT_PART] if len(parts) == _PARTS else text
    if _ACCOUNT_PATTERN.fullmatch(candidate):
        yield candidate


def _account_example(pattern: str, stranger: str) -> str | None:
    """Return an account id that the pattern matches, the made-up one if possible; None when there is none."""
    if Pattern.of(pattern).matches(stranger):
        return stranger
    if ACCOUNT_ID.fullmatch(pattern):
        return pattern
    head, star, tail = pattern.partition("*")
    tail = tail.replace("*", "")
    missing = _ACCOUNT_LENGTH - len(head) - len(tail)
    if missing < 0 or (missing and not star):
        return None
    return (head + "9" * missing + tail).replace("?", "9")


def _organization_example(pattern: str) -> str:
    return pattern.replace("*", "f000000000").replace("?", "0")


def _descending_accounts() -> Iterator[str]:
    return (f"{number:012}" for number in range(999_999_999_999, 0, -1))
