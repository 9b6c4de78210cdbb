"""A request as AWS's authorization sees it: who calls which action on what, and what is known of its context.

    caller = Caller.of("arn:aws:iam::111122223333:role/app", tags={"team": "red"})
    request = Request.of(caller, "dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:111122223333:table/Orders",
                         given=Knowledge({"aws:sourcevpce": ("vpce-1",)}))

`Request.of` fills in the keys that follow from the caller, the resource and its tags; whatever `given` says overrides
them. `Caller.of` reads the kind of caller from its ARN or name.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from dynasec.iam.conditions import Gap, Knowledge, Value
from dynasec.iam.conditions.keys import CALLER, RESOURCE
from dynasec.iam.matching import ANYTHING, Pattern

_FIELDS = 6
_SERVICE_LINKED_PATH = ":role/aws-service-role/"
PRINCIPAL_TAG = "aws:principaltag/"
RESOURCE_TAG = "aws:resourcetag/"


class CallerKind(enum.StrEnum):
    """What kind of principal makes the request."""

    USER = "user"
    ROLE = "role"
    """A session of this role, whichever: its session name is not known."""
    SESSION = "session"
    """An assumed-role session, by its ARN."""
    FEDERATED_USER = "federated-user"
    """A session of GetFederationToken."""
    ROOT = "root"
    SERVICE = "service"
    FEDERATED = "federated"
    """An identity that a web identity or SAML provider vouches for (it can only assume roles)."""
    ANONYMOUS = "anonymous"


@dataclass(frozen=True)
class Caller:
    """Who calls. Build one with `Caller.of`.

    `name`: the ARN of a user, role, session or root; a service's or identity provider's name; empty for anonymous.
    `account`: the account id; None for services, providers and anonymous.
    `issuer`: for a session the ARN of its role, for a federated user that of the user who asked for the token.
    `tags`: the principal tags in force, session tags included; None = not known. Every other tag is absent.
    `service_linked`: a service-linked role. `management_account`: of the organisation's management account.
    `bounded`: has a permissions boundary; read from the layers where they are given.
    """

    kind: CallerKind
    name: str
    account: str | None = None
    issuer: str | None = None
    tags: Mapping[str, str] | None = field(default=None, hash=False)
    service_linked: bool = False
    management_account: bool = False

    @staticmethod
    def of(
        name: str,
        *,
        issuer: str | None = None,
        tags: Mapping[str, str] | None = None,
        service_linked: bool | None = None,
        management_account: bool = False,
    ) -> "Caller":
        """Read the kind of caller from its ARN (or service name, provider name; empty = anonymous).

        A session's role is taken to have no path unless `issuer` names it. Raises ValueError for an ARN of something
        that cannot call.
        """
        kind, account, derived = _read(name)
        role = issuer or derived
        arn = role if kind is CallerKind.SESSION and role else name
        linked = _SERVICE_LINKED_PATH in arn if service_linked is None else service_linked
        return Caller(kind, name, account, role, tags, linked, management_account)

    @property
    def is_session_of_role(self) -> bool:
        """Whether requests come from a role's session, known by name or not."""
        return self.kind in {CallerKind.ROLE, CallerKind.SESSION}

    @property
    def principal_arn(self) -> str | None:
        """What aws:PrincipalArn holds: for sessions of a role, the role's ARN."""
        if self.kind is CallerKind.SESSION:
            return self.issuer
        return None if self.account is None else self.name

    @cached_property
    def implied(self) -> Mapping[str, tuple[Value, ...] | Gap]:
        """Keys (lower case) that follow from who calls."""
        return _implied_by_caller(self)


@dataclass(frozen=True)
class Request:
    """One request. Build it with `Request.of` to have implied keys filled in; or give the whole context yourself.

    `action` as `service:Action` in any case; `resource` an ARN, `*` where the action takes none, or a Pattern for a
    resource of which only the shape is known; `resource_account` decides between same-account and cross-account.
    `resource_in_management_account`: RCPs do not apply.
    """

    caller: Caller
    action: str
    resource: str | Pattern
    resource_account: str | None
    context: Knowledge
    resource_in_management_account: bool = False

    @staticmethod
    def of(  # noqa: PLR0913 - a request has this many independent facts
        caller: Caller,
        action: str,
        resource: str | Pattern,
        *,
        given: Knowledge = Knowledge(),  # noqa: B008 - frozen
        resource_account: str | None = None,
        resource_tags: Mapping[str, str] | None = None,
        resource_in_management_account: bool = False,
    ) -> "Request":
        """Build a request whose context holds what `given` tells and what caller, resource and tags imply.

        `resource_account`: taken from the ARN unless given; else the caller's. `resource_tags`: None = not known.
        """
        account = resource_account or account_of_resource(resource) or caller.account
        implied = {**caller.implied, **_implied_by_resource(resource, account, resource_tags)}
        return Request(
            caller, action, resource, account, overlaid(implied, given), resource_in_management_account
        )

    @property
    def same_account(self) -> bool:
        """Whether caller and resource belong to one account."""
        return self.caller.account is not None and self.caller.account == self.resource_account


def overlaid(implied: Mapping[str, tuple[Value, ...] | Gap], given: Knowledge) -> Knowledge:
    """Lay what is `given` over what is implied."""
    present: dict[str, tuple[Value, ...]] = {}
    absent: set[str] = set(given.absent)
    families: list[str] = list(given.absent_families)
    for key, value in implied.items():
        if given.states(key):
            continue
        if key.endswith("/"):
            families.append(key)
        elif value is Gap.ABSENT:
            absent.add(key)
        elif not isinstance(value, Gap):
            present[key] = value
    present.update(given.present)
    return Knowledge(present, frozenset(absent), given.otherwise, tuple(families))


def account_of_resource(resource: str | Pattern) -> str | None:
    """Return the account id in an ARN, or in a pattern that spells it out; None where there is none."""
    text = resource if isinstance(resource, str) else None
    if text is None and isinstance(resource, Pattern):
        parts = resource.split(":", _FIELDS)
        return (parts[4].literal or None) if len(parts) == _FIELDS else None
    pieces = (text or "").split(":", _FIELDS - 1)
    return (pieces[4] or None) if len(pieces) == _FIELDS and pieces[0] == "arn" else None


_PROVIDERS = frozenset(
    {"accounts.google.com", "graph.facebook.com", "cognito-identity.amazonaws.com", "www.amazon.com"}
)
_SERVICE_SUFFIXES = (".amazonaws.com", ".amazonaws.com.cn", ".amazon.com", ".aws.internal", ".api.aws")
_IAM_KINDS = {
    "user": CallerKind.USER,
    "role": CallerKind.ROLE,
    "saml-provider": CallerKind.FEDERATED,
    "oidc-provider": CallerKind.FEDERATED,
}


def _read(name: str) -> tuple[CallerKind, str | None, str | None]:
    """Return the kind, the account and, for a session, its role."""
    parts = name.split(":", _FIELDS - 1)
    if len(parts) < _FIELDS or parts[0] != "arn":
        if not name:
            return CallerKind.ANONYMOUS, None, None
        service = name.endswith(_SERVICE_SUFFIXES) and "/" not in name and name not in _PROVIDERS
        return (CallerKind.SERVICE if service else CallerKind.FEDERATED), None, None
    _, partition, service_part, _, account, resource = parts
    segment, _, rest = resource.partition("/")
    kind, role = None, None
    if service_part == "iam":
        kind = CallerKind.ROOT if resource == "root" else (_IAM_KINDS.get(segment) if rest else None)
    elif service_part == "sts" and segment == "assumed-role" and rest.count("/") == 1:
        kind, role = CallerKind.SESSION, f"arn:{partition}:iam::{account}:role/{rest.partition('/')[0]}"
    elif service_part == "sts" and segment == "federated-user" and rest:
        kind = CallerKind.FEDERATED_USER
    if kind is None:
        message = f"{name[:200]!r} is no principal that makes requests"
        raise ValueError(message)
    return kind, (None if kind is CallerKind.FEDERATED else account), role


_PRINCIPAL_TYPES = {
    CallerKind.USER: "User",
    CallerKind.ROLE: "AssumedRole",
    CallerKind.SESSION: "AssumedRole",
    CallerKind.FEDERATED_USER: "FederatedUser",
    CallerKind.ROOT: "Account",
}
_OF_SERVICE_CALLS = ("aws:principalservicename", "aws:principalservicenameslist")
_OF_PRINCIPALS = (
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalorgmasteraccount",
    "aws:username",
)


def _implied_by_caller(caller: Caller) -> Mapping[str, tuple[Value, ...] | Gap]:
    kind = caller.kind
    implied: dict[str, tuple[Value, ...] | Gap] = {}
    if kind is not CallerKind.ROLE:
        implied[CALLER] = (caller.name,)
    else:
        role = caller.name.rpartition("/")[2]
        sts = caller.name.split(":", _FIELDS - 1)
        implied[CALLER] = (Pattern.of(f"arn:{sts[1]}:sts::{caller.account}:assumed-role/{role}/*"),)
    implied["aws:principalisawsservice"] = ("true" if kind is CallerKind.SERVICE else "false",)
    if kind is CallerKind.SERVICE:
        implied["aws:principalservicename"] = (caller.name,)
    else:
        implied.update(dict.fromkeys(_OF_SERVICE_CALLS, Gap.ABSENT))
    if caller.account is None:
        implied.update(dict.fromkeys(_OF_PRINCIPALS, Gap.ABSENT))
        if kind is not CallerKind.FEDERATED:
            implied[PRINCIPAL_TAG] = Gap.ABSENT
        if kind is CallerKind.ANONYMOUS:
            implied["aws:principaltype"] = ("Anonymous",)
            implied["aws:userid"] = ("anonymous",)
        return implied
    implied["aws:principalaccount"] = (caller.account,)
    implied["aws:principaltype"] = (_PRINCIPAL_TYPES[kind],)
    if caller.principal_arn is not None:
        implied["aws:principalarn"] = (caller.principal_arn,)
    implied["aws:username"] = (caller.name.rpartition("/")[2],) if kind is CallerKind.USER else Gap.ABSENT
    implied["aws:userid"] = (caller.account,) if kind is CallerKind.ROOT else (ANYTHING,)
    if caller.tags is not None:
        implied[PRINCIPAL_TAG] = Gap.ABSENT
        implied.update({PRINCIPAL_TAG + key.lower(): (value,) for key, value in caller.tags.items()})
    return implied


def _implied_by_resource(
    resource: str | Pattern, account: str | None, tags: Mapping[str, str] | None
) -> Mapping[str, tuple[Value, ...] | Gap]:
    implied: dict[str, tuple[Value, ...] | Gap] = {RESOURCE: (resource,)}
    if account is not None:
        implied["aws:resourceaccount"] = (account,)
    if isinstance(resource, str):
        parts = resource.split(":", _FIELDS - 1)
        if len(parts) == _FIELDS and parts[3]:
            implied["aws:requestedregion"] = (parts[3],)
    if tags is not None:
        implied[RESOURCE_TAG] = Gap.ABSENT
        implied.update({RESOURCE_TAG + key.lower(): (value,) for key, value in tags.items()})
    return implied
