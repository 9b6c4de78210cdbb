"""Request contexts a foreign principal could come with: the probes of the question who from outside gets in.

A *world* is what is known about one such request. What the caller controls or nobody knows stays unknown; what every
caller can do at will (use TLS, a second factor) is taken as done. Keys that the documentation says are missing from
requests of that kind are absent.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from dynasec.iam.conditions import Gap, Knowledge, Value
from dynasec.iam.document import Document
from dynasec.iam.matching import ANYTHING, Pattern, overlaps
from dynasec.iam.principals import ACCOUNT_ID, PrincipalKind, PrincipalName, account_in

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
_ORGANIZATION_SUFFIXES = ("orgid", "orgpaths")
_ACCOUNT_PATTERN = re.compile(r"[0-9*?]{1,24}", re.ASCII)
_ACCOUNT_LENGTH = 12
_MOST_WORLDS = 400
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
    mentioned: frozenset[str] | None
    """Accounts that conditions or Denies treat apart from any other; None where wildcards might."""

    def is_like_stranger(self, account: str) -> bool:
        """Whether no condition and no Deny tells this account from the made-up one."""
        return self.mentioned is not None and account not in self.mentioned


def foreign_names(
    document: Document,
    trusted: frozenset[str],
    organizations: frozenset[str],
    further_organizations: frozenset[str] = frozenset(),
) -> Names:
    """Collect the foreign names of a document; wildcards in account or organisation ids are given an example.

    `trusted` and `organizations` are the trusted ids, `further_organizations` exist though the document names none.
    """
    entries = [entry for statement in document.statements for entry in statement.conditions]
    texts = list(dict.fromkeys(value for entry in entries for value in entry.values))
    principals = [
        text
        for statement in document.statements
        for element in (statement.principals, statement.not_principals)
        if element is not None
        for text in (*element.aws, *element.federated)
    ]
    spelled = {account for text in (*texts, *principals) if (account := _account_spelled(text))}
    wild = [Pattern.of(text, variables=True) for text in texts if _tells_accounts_apart(text)]
    stranger = _stranger(spelled | trusted, wild)
    examples = {account for pattern in wild if (account := _account_example(pattern, stranger, trusted))}
    orgs = {
        _organization_example(value)
        for entry in entries
        if entry.key.lower().endswith(_ORGANIZATION_SUFFIXES)
        for value in entry.values
        if "${" not in value
    }
    strange = next(
        name for i in range(len(orgs) + 2 + len(organizations)) if (name := f"o-f{i:09}") not in orgs
    )
    return Names(
        accounts=tuple(sorted((spelled | examples) - trusted - {stranger})),
        organizations=tuple(sorted((orgs | further_organizations) - organizations)),
        arns=tuple(text for text in texts if text.startswith("arn:") and text.count(":") >= _PARTS - 1),
        stranger=stranger,
        strange_organization=strange,
        mentioned=frozenset(_mentioned(document)) if not examples else None,
    )


@lru_cache(maxsize=8)
def account_worlds(
    target: Target, names: Names, account: str, subject: PrincipalName
) -> tuple[tuple[Knowledge, ...], ...]:
    """Describe, for each organisation the account might be in (or none), the ways its principals can appear.

    Where a document names so many accounts and organisations that this would take long, the organisation is left
    unknown: a coarser answer, and still a safe one.
    """
    common: dict[str, tuple[Value, ...] | Gap] = {
        "aws:principalaccount": (account,),
        "aws:principalisawsservice": ("false",),
        "aws:userid": (ANYTHING,),
        "aws:principaltype": (ANYTHING,),
        **dict.fromkeys(_SERVICE_CALL_KEYS, Gap.ABSENT),
    }
    base = _base(target).updated(**common)
    memberships = [_organization(name) for name in (None, names.strange_organization, *names.organizations)]
    if len(memberships) * len(names.accounts) > _MOST_WORLDS:
        memberships = [dict.fromkeys(_ORGANIZATION_KEYS, Gap.UNKNOWN)]
    shapes = list(_principal_arns(target, names, account, subject))
    return tuple(
        tuple(base.updated(**membership, **{"aws:principalarn": (shape,)}) for shape in shapes)
        for membership in memberships
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


def _account_spelled(text: str) -> str | None:
    """Return the account id that a condition value or principal is, or holds as an ARN's account."""
    return text if ACCOUNT_ID.fullmatch(text) else account_in(text)


def _tells_accounts_apart(text: str) -> bool:
    """Whether a condition value holds wildcards by which it could mean some accounts and not others."""
    if text == "*" or ("*" not in text and "?" not in text):
        return False
    *front, account, _ = text.split(":", _PARTS - 1) if text.count(":") >= _PARTS - 1 else ("?", "?", "")
    return not (account == "*" or _is_plain(account)) or not all(map(_is_plain, front))


def _is_plain(text: str) -> bool:
    return "*" not in text and "?" not in text


def _mentioned(document: Document) -> Iterator[str]:
    for statement in document.statements:
        for entry in statement.conditions:
            yield from filter(None, map(_account_spelled, entry.values))
        for element in (statement.principals, statement.not_principals):
            if element is not None and not statement.allows:
                yield from filter(None, map(_account_spelled, (*element.aws, *element.federated)))


def _stranger(taken: frozenset[str] | set[str], wild: list[Pattern]) -> str:
    """Make up an account id that nothing names, and that no wildcard means in particular, if there is one."""
    free = (account for account in _descending_accounts() if account not in taken)
    fallback = next(free)
    round_ones = (digit * _ACCOUNT_LENGTH for digit in "9876543210")
    candidates = [fallback, *(account for account in round_ones if account not in taken)]
    ordinary = (each for each in candidates if not any(_could_mean(pattern, each) for pattern in wild))
    return next(ordinary, fallback)


def _could_mean(pattern: Pattern, account: str) -> bool:
    return any(overlaps(pattern, Pattern.of(f"{head}{account}{tail}")) for head, tail in _frames(pattern))


def _frames(pattern: Pattern) -> Iterator[tuple[str, str]]:
    """Yield what may stand around an account id: nothing, or the rest of a principal's or another ARN."""
    yield "", ""
    for partition in ("aws", "aws-cn", "aws-us-gov"):
        yield f"arn:{partition}:iam::", ":*"
        yield f"arn:{partition}:sts::", ":*"
    parts = pattern.split(":", _PARTS)
    if len(parts) >= _PARTS - 1 and all(part.literal is not None for part in parts[:_ACCOUNT_PART]):
        yield "".join(f"{part.literal}:" for part in parts[:_ACCOUNT_PART]), ":*"


def _account_example(pattern: Pattern, stranger: str, trusted: frozenset[str]) -> str | None:
    """Find an untrusted account that a wildcard in a condition value could mean; None if the made-up one will do.

    The value may be an account id or an ARN, and its wildcards may cross the parts of the ARN.
    """
    if _could_mean(pattern, stranger):
        return None
    found = (_search_account(pattern, head, tail, "", trusted) for head, tail in _frames(pattern))
    return next(filter(None, found), None)


def _search_account(
    pattern: Pattern, head: str, tail: str, digits: str, trusted: frozenset[str]
) -> str | None:
    """Extend the digits to an untrusted account that fits; each dead end is a trusted account, so there are few."""
    missing = _ACCOUNT_LENGTH - len(digits)
    if not overlaps(pattern, Pattern.of(f"{head}{digits}{'?' * missing}{tail}")):
        return None
    if not missing:
        return None if digits in trusted else digits
    for digit in "9876543210":
        found = _search_account(pattern, head, tail, digits + digit, trusted)
        if found:
            return found
    return None


def _organization_example(value: str) -> str:
    """Return the organisation that an organisation id or path means, wildcards replaced by something unlikely."""
    return value.partition("/")[0].replace("*", "f000000000").replace("?", "0")


def _descending_accounts() -> Iterator[str]:
    return (f"{number:012}" for number in range(999_999_999_999, 0, -1))
