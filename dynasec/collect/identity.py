"""IAM in a handful of calls: `GetAccountAuthorizationDetails`, a thousand things a page, and the credential report.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import unquote

from botocore.exceptions import BotoCoreError
from botocore.handlers import json_decode_policies

from dynasec.collect.credentials import CredentialReport, credential_report
from dynasec.collect.last_access import last_access
from dynasec.collect.reader import RegionReader
from dynasec.model.fact import Fact, Gap, Listing, malformed
from dynasec.model.identity import (
    DETAILS,
    LAST_ACCESS,
    Credentials,
    Group,
    IamPrincipal,
    Identity,
    InlinePolicy,
    ManagedPolicy,
    Role,
    RoleLastUsed,
    User,
)
from dynasec.model.shape import JsonObject

S = TypeVar("S")
R = TypeVar("R", User, Group, Role, ManagedPolicy)
P = TypeVar("P", bound=IamPrincipal)

_LISTS: Final = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")


async def collect(reader: RegionReader) -> Identity:
    """Read IAM. Users' credentials are gaps of their own; a refused page leaves what came before it."""
    if reader.wants(DETAILS):
        await asyncio.to_thread(_keep_documents_as_sent, reader)
    roles, policies, people, report, summary, aliases = await asyncio.gather(
        _details(reader, "Role"),
        _details(reader, "LocalManagedPolicy", "AWSManagedPolicy"),
        _details(reader, "User", "Group"),
        credential_report(reader),
        reader.read("iam:GetAccountSummary"),
        reader.items("iam:ListAccountAliases", "AccountAliases", str),
    )
    users = people.listing("UserDetailList", lambda raw: _user(raw, report))
    groups = people.listing("GroupDetailList", _group)
    known_roles = roles.listing("RoleDetailList", _role)
    in_use = _in_use((*users.items, *groups.items, *known_roles.items))
    managed = policies.listing("Policies", _managed_policy, where=lambda raw: _concerns(raw, in_use))
    users, known_roles = await asyncio.gather(
        _with_last_access(reader, _sorted(users)), _with_last_access(reader, _sorted(known_roles))
    )
    return Identity(
        users=users,
        groups=_sorted(groups),
        roles=known_roles,
        managed_policies=_sorted(managed),
        root=Fact(gap=report.gap) if report.gap is not None else report.known().root,
        summary=summary.map(_summary, "iam:GetAccountSummary"),
        aliases=aliases,
    )


async def _with_last_access(reader: RegionReader, listing: Listing[P]) -> Listing[P]:
    """Add when each last used DynamoDB, where that is to be read; roles of AWS's services are theirs to look after."""
    if not reader.wants(LAST_ACCESS):
        return listing

    async def completed(one: P) -> P:
        if isinstance(one, Role) and one.is_service_linked:
            return one
        return one.model_copy(update={"last_access": await last_access(reader, one.arn)})

    return Listing(tuple(await asyncio.gather(*map(completed, listing.items))), listing.gap)


def _keep_documents_as_sent(reader: RegionReader) -> None:
    """Stop botocore from decoding documents into mappings: a key that is given twice would be lost there, unseen by any parser."""
    try:
        client = reader.reader.clients.get("iam", reader.region)
    except BotoCoreError:
        return  # the calls will meet it too and tell it
    client.meta.events.unregister("after-call.iam", json_decode_policies)


@dataclass(frozen=True, slots=True)
class _Details:
    """What one chain of pages brought: raw entries by the name of their list, and the gap that ended the chain early."""

    entries: Mapping[str, Iterable[Any]]
    gap: Gap | None

    def listing(
        self, name: str, parse: Callable[[Any], S], where: Callable[[Any], bool] | None = None
    ) -> Listing[S]:
        """Parse the entries of a list; one that cannot be read leaves the others and makes the listing incomplete."""
        found: list[S] = []
        gap = self.gap
        for raw in self.entries.get(name, ()):
            try:
                if where is None or where(raw):
                    found.append(parse(raw))
            except (KeyError, TypeError, ValueError, AttributeError) as problem:
                gap = gap or malformed(DETAILS, problem)
        return Listing(tuple(found), gap)


async def _details(reader: RegionReader, *kinds: str) -> _Details:
    entries: defaultdict[str, list[Any]] = defaultdict(list)
    pages = reader.reader.pages(
        DETAILS, reader.region, Filter=list(kinds), PaginationConfig={"PageSize": 1000}
    )
    async for page in pages:
        if isinstance(page, Gap):
            return _Details(entries, page)
        for name in _LISTS:
            entries[name] += page.get(name, ())
    return _Details(entries, None)


def _sorted(listing: Listing[R]) -> Listing[R]:
    return Listing(tuple(sorted(listing.items, key=lambda one: one.arn)), listing.gap)


def _in_use(principals: Iterable[User | Group | Role]) -> frozenset[str]:
    """Return the ARNs of all managed policies that somebody has or is bounded by."""
    found: set[str] = set()
    for one in principals:
        found.update(one.attached.items)
        if not isinstance(one, Group) and one.boundary.value is not None:
            found.add(one.boundary.value)
    return frozenset(found)


def _concerns(raw: JsonObject, in_use: frozenset[str]) -> bool:
    """Whether a managed policy is kept. With the attached ones of AWS's come more than a thousand that nobody here has."""
    counts = (raw.get("AttachmentCount", 0), raw.get("PermissionsBoundaryUsageCount", 0))
    return raw["Arn"].split(":")[4] != "aws" or raw["Arn"] in in_use or any(counts)


def _user(raw: JsonObject, report: Fact[CredentialReport]) -> User:
    arn = str(raw["Arn"])
    credentials: Fact[Credentials] = (
        Fact(gap=report.gap) if report.gap is not None else report.known().of(arn)
    )
    return User(
        arn=arn,
        name=raw["UserName"],
        path=raw["Path"],
        groups=_listing(raw, "GroupList", str),
        # IAM leaves this one list out where it is empty, and no other
        inline=_listing({"UserPolicyList": (), **raw}, "UserPolicyList", _inline),
        attached=_listing(raw, "AttachedManagedPolicies", _attached),
        boundary=_boundary(raw),
        tags=_tags(raw),
        credentials=credentials,
        created=_created(raw),
    )


def _group(raw: JsonObject) -> Group:
    return Group(
        arn=raw["Arn"],
        name=raw["GroupName"],
        path=raw["Path"],
        inline=_listing(raw, "GroupPolicyList", _inline),
        attached=_listing(raw, "AttachedManagedPolicies", _attached),
        created=_created(raw),
    )


def _role(raw: JsonObject) -> Role:
    profiles: Iterable[JsonObject] = raw.get("InstanceProfileList", ())
    return Role(
        arn=raw["Arn"],
        name=raw["RoleName"],
        path=raw["Path"],
        trust=Fact(raw).map(lambda one: _text(one["AssumeRolePolicyDocument"]), DETAILS),
        inline=_listing(raw, "RolePolicyList", _inline),
        attached=_listing(raw, "AttachedManagedPolicies", _attached),
        boundary=_boundary(raw),
        tags=_tags(raw),
        last_used=Fact(raw).map(lambda one: RoleLastUsed.model_validate(one["RoleLastUsed"]), DETAILS),
        created=_created(raw),
        instance_profiles=tuple(sorted(str(profile["Arn"]) for profile in profiles)),
    )


def _managed_policy(raw: JsonObject) -> ManagedPolicy:
    return ManagedPolicy(
        arn=raw["Arn"],
        path=raw["Path"],
        text=Fact(raw).map(_default_version, DETAILS),
        version_id=raw["DefaultVersionId"],
        versions=len(raw.get("PolicyVersionList", ())) or None,
        attachments=raw.get("AttachmentCount"),
        created=_created(raw),
    )


def _default_version(raw: JsonObject) -> str:
    """Return the document in force. Among all versions that are sent, the default one is that of `DefaultVersionId`."""
    for version in raw["PolicyVersionList"]:
        if version["VersionId"] == raw["DefaultVersionId"]:
            return _text(version["Document"])
    msg = f"version {raw['DefaultVersionId']} of {raw['Arn']} is missing"
    raise ValueError(msg)


def _inline(raw: JsonObject) -> InlinePolicy:
    return InlinePolicy(
        name=raw["PolicyName"], text=Fact(raw).map(lambda one: _text(one["PolicyDocument"]), DETAILS)
    )


def _attached(raw: JsonObject) -> str:
    return str(raw["PolicyArn"])


def _boundary(raw: JsonObject) -> Fact[str | None]:
    if "PermissionsBoundary" not in raw:
        return Fact(None)
    return Fact(raw["PermissionsBoundary"]).map(lambda one: str(one["PermissionsBoundaryArn"]), DETAILS)


def _created(raw: JsonObject) -> Fact[datetime]:
    return Fact(raw).map(lambda one: _moment(one["CreateDate"]), DETAILS)


def _moment(value: object) -> datetime:
    if not isinstance(value, datetime):
        msg = f"a date is no {type(value).__name__}"
        raise TypeError(msg)
    return value


def _tags(raw: JsonObject) -> Mapping[str, str]:
    return {tag["Key"]: tag["Value"] for tag in raw.get("Tags", ())}


def _listing(raw: JsonObject, key: str, parse: Callable[[Any], S]) -> Listing[S]:
    """Parse a list inside an entry: what is wrong there is a gap of this list alone."""
    if key not in raw:
        return Listing(gap=malformed(DETAILS, f"{raw['Arn']} came without {key}"))
    return _Details({key: raw[key]}, None).listing(key, parse)


def _text(document: object) -> str:
    """Return a policy document as JSON text: IAM sends it URL-encoded, botocore may have made a mapping of it, emulators send it plain."""
    if isinstance(document, Mapping):
        return json.dumps(document)
    if not isinstance(document, str):
        msg = f"a policy document is text, not {type(document).__name__}"
        raise TypeError(msg)
    return document if document.lstrip().startswith("{") else unquote(document)


def _summary(response: JsonObject) -> Mapping[str, int]:
    return {str(name): int(count) for name, count in sorted(response["SummaryMap"].items())}
