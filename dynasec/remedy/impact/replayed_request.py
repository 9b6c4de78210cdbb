"""From a recorded request to what the policy engine needs: who it was, its context, and the resource with its policies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address
from typing import Final

from dynasec.access.policies import all_allowed
from dynasec.access.principals import Who
from dynasec.access.questions import Part
from dynasec.access.row import PrincipalType
from dynasec.access.tables import Piece, Side
from dynasec.iam.conditions import Value
from dynasec.iam.document import parse
from dynasec.iam.layers import Layer, Policy
from dynasec.iam.matching import ANYTHING, Pattern
from dynasec.iam.principals import account_in
from dynasec.iam.request import Caller, CallerKind
from dynasec.model.table import Table
from dynasec.remedy.impact.access_comparison import network_of
from dynasec.remedy.impact.access_state import AccountState
from dynasec.remedy.observed.cloudtrail_record import ObservedRequest

_ADMIT_ALL: Final = Layer(
    (
        Policy(
            "(policy of a foreign table, not readable)",
            "assumed",
            parse('{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}'),
        ),
    )
)
_NO_POLICY: Final = Layer()
_NOBODY: Final = Table(arn="*", region="", name="", account="")


def table_of(resource: str) -> str:
    """Return the ARN of the table to which a resource belongs; other resources as they are."""
    return "/".join(resource.split("/")[:2])


def context_of(request: ObservedRequest) -> dict[str, tuple[Value, ...]]:
    """Return what a record tells of the context; keys without values are known to be absent, others are not known.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    address = address_of(request.source_ip)
    given: dict[str, tuple[Value, ...]] = {}
    if request.endpoint:
        given["aws:sourcevpce"] = (request.endpoint,)
        given["aws:sourceip"] = ()
        if address:
            given["aws:vpcsourceip"] = (address,)
    else:
        given.update(network_of(None))
        if address and not request.via:
            given["aws:sourceip"] = (address,)
    given["aws:viaawsservice"] = ("true" if request.via else "false",)
    if request.via:
        given["aws:calledvialast"] = (request.via,)
    else:
        given.update(dict.fromkeys(("aws:calledvia", "aws:calledviafirst", "aws:calledvialast"), ()))
    if request.tls is not None:
        given["aws:securetransport"] = ("true" if request.tls else "false",)
    if request.mfa is not None:
        given["aws:multifactorauthpresent"] = ("true" if request.mfa else "false",)
    if request.user_agent:
        given["aws:useragent"] = (request.user_agent,)
    if request.enclosing:
        given["dynamodb:enclosingoperation"] = (request.enclosing,)
    return given


def name_of(request: ObservedRequest, state: AccountState) -> str:
    """Return the name by which a principal is known: a session's role, a federated user's user."""
    if request.issuer:
        return request.issuer
    role = request.principal.partition(":assumed-role/")[2].partition("/")[0]
    if not role or account_in(request.principal) != state.snapshot.account.id:
        return request.principal
    own = (name for name, who in state.people.items() if who.role is not None and who.role.name == role)
    return next(own, request.principal)


def whos_of(request: ObservedRequest, state: AccountState) -> list[Who]:
    """Return whom a request may have come from; nobody where it was a principal of the account that is not there any more.

    What narrows a single session is not known; it is taken to have all that its role or user has.
    """
    known = state.people.get(name_of(request, state))
    if known is not None:
        return [known]
    caller = Caller.of(request.principal)
    if caller.kind is CallerKind.SERVICE:
        return [Who(request.principal, PrincipalType.SERVICE, caller)]
    if caller.account in {None, state.snapshot.account.id}:
        return []
    return [*_of_account(caller.account or "", state), _some_principal(request.principal, caller)]


def side_of_request(request: ObservedRequest, state: AccountState) -> Side | None:
    """Return the very resource with its policies; None where the account has no such table any more."""
    resource = request.resource
    account = state.snapshot.account.id
    if resource == "*":
        table = _NOBODY.model_copy(update={"account": account, "region": request.region})
        return Side(table, {Part.ACCOUNT: (Piece(Part.ACCOUNT, "*", _NO_POLICY, {}),)}, None)
    part = _part_of(resource)
    side = state.sides.get(table_of(resource))
    if side is not None:
        found = [piece for piece in side.pieces[part] if piece.resource == resource]
        if not found:  # an index or stream that is not there any more, or a backup
            alike = side.pieces[part] or side.pieces[Part.TABLE]
            found = [replace(alike[0], part=part, resource=resource)]
        return replace(side, pieces={part: (found[0],)})
    _, _, _, region, owner, _ = resource.split(":", 5)
    audited = {one.region for one in state.snapshot.regions}
    if owner == account and region in audited:
        return None
    table = Table(arn=table_of(resource), region=region, name=resource.split("/")[1], account=owner)
    # in a Region that was not read, what the principals' own policies say is all that is known
    policy = _NO_POLICY if owner == account else _ADMIT_ALL
    return Side(table, {part: (Piece(part, resource, policy, None),)}, None)


def _part_of(resource: str) -> Part:
    kind = resource.split("/")[2:3]
    return Part(kind[0]) if kind and kind[0] in {Part.INDEX, Part.STREAM, Part.BACKUP} else Part.TABLE


def _of_account(account: str, state: AccountState) -> Iterator[Who]:
    for who in state.people.values():
        if who.external and who.caller.account == account:
            yield who


def _some_principal(name: str, caller: Caller) -> Who:
    """Return a foreigner as its record tells of it; of an account alone, any of its principals."""
    account = caller.account or ""
    given: dict[str, tuple[Value, ...]] = {}
    if caller.kind is CallerKind.ROOT:
        given = {"aws:principalarn": (Pattern.of(f"arn:*:*::{account}:*"),), "aws:principaltype": (ANYTHING,)}
    allowed = all_allowed(f"(policies of account {account}, not readable)")
    return Who(f"{name} (observed)", PrincipalType.ACCOUNT, caller, allowed, given=given)


def address_of(text: str) -> str:
    """Return an IP address; nothing of a service's name, which stands there where a service called."""
    try:
        return str(ip_address(text))
    except ValueError:
        return ""
