"""The organisation and the control policies above the account: those that are attached somewhere between it and the root, and no others."""

from __future__ import annotations

import asyncio
from typing import Final

from dynasec.collect.reader import RegionReader
from dynasec.model.fact import Gap, Listing
from dynasec.model.organization import (
    RESOURCE_CONTROL,
    SERVICE_CONTROL,
    Level,
    MemberAccount,
    Organization,
    OrganizationDescription,
    OrganizationPolicy,
)
from dynasec.model.shape import JsonObject

_DESCRIBE: Final = "organizations:DescribeOrganization"
_PARENTS: Final = "organizations:ListParents"
_ATTACHED: Final = "organizations:ListPoliciesForTarget"
_POLICY: Final = "organizations:DescribePolicy"
_ACCOUNTS: Final = "organizations:ListAccounts"

_DEEPEST: Final = 10
"""Steps from an account to the root: organisational units nest five levels deep (Organizations quotas); twice that ends a wrong answer."""


async def collect(reader: RegionReader) -> Organization:
    """Read the organisation, or that there is none. What a member account may not ask becomes gaps."""
    if not reader.wants(_DESCRIBE, _PARENTS, _ATTACHED, _POLICY, _ACCOUNTS):
        return Organization()
    answer = await reader.find(_DESCRIBE, absent=("AWSOrganizationsNotInUseException",))
    description = answer.map(_description, _DESCRIBE)
    if description.gap is None and description.known() is None:
        return Organization(description=description, levels=Listing(), policies=Listing(), accounts=Listing())
    (levels, policies), accounts = await asyncio.gather(
        _above(reader), reader.items(_ACCOUNTS, "Accounts", MemberAccount.model_validate)
    )
    members = tuple(sorted(accounts.items, key=lambda account: account.id))
    return Organization(
        description=description, levels=levels, policies=policies, accounts=Listing(members, accounts.gap)
    )


async def _above(reader: RegionReader) -> tuple[Listing[Level], Listing[OrganizationPolicy]]:
    chain = await _chain(reader)
    found = await asyncio.gather(
        *(
            reader.items(_ATTACHED, "Policies", _summary, TargetId=target, Filter=kind)
            for target, _ in chain.items
            for kind in _KINDS
        )
    )
    levels = tuple(
        Level(
            id=target,
            kind=where,
            policies={
                kind: Listing(tuple(sorted(one.id for one in listing.items)), listing.gap)
                for kind, listing in zip(_KINDS, found[position * len(_KINDS) :], strict=False)
            },
        )
        for position, (target, where) in enumerate(chain.items)
    )
    distinct = {one.id: one for listing in found for one in listing.items}
    policies = await asyncio.gather(*(_with_text(reader, one) for _, one in sorted(distinct.items())))
    hidden = chain.gap or next((listing.gap for listing in found if listing.gap is not None), None)
    return Listing(levels, chain.gap), Listing(tuple(policies), hidden)


_KINDS: Final = (SERVICE_CONTROL, RESOURCE_CONTROL)


async def _chain(reader: RegionReader) -> Listing[tuple[str, str]]:
    """Return (id, kind) of the account and of everything above it; the gap says where the way up ended."""
    found = [(reader.account, "ACCOUNT")]
    for _ in range(_DEEPEST):
        parents = await reader.items(_PARENTS, "Parents", _parent, ChildId=found[-1][0])
        if parents.gap is not None:
            return Listing(tuple(found), parents.gap)
        if not parents.items:
            break
        found.append(parents.items[0])
        if found[-1][1] == "ROOT":
            return Listing(tuple(found))
    return Listing(tuple(found), Gap(_PARENTS, "NoRoot", "the way up does not end at a root", reader.region))


async def _with_text(reader: RegionReader, policy: OrganizationPolicy) -> OrganizationPolicy:
    answer = await reader.read(_POLICY, PolicyId=policy.id)
    return policy.model_copy(update={"text": answer.map(_content, _POLICY)})


def _description(response: JsonObject | None) -> OrganizationDescription | None:
    return None if response is None else OrganizationDescription.model_validate(response["Organization"])


def _parent(raw: JsonObject) -> tuple[str, str]:
    return str(raw["Id"]), str(raw["Type"])


def _summary(raw: JsonObject) -> OrganizationPolicy:
    return OrganizationPolicy(
        id=raw["Id"],
        arn=raw["Arn"],
        name=raw["Name"],
        kind=raw["Type"],
        aws_managed=raw["AwsManaged"],
    )


def _content(response: JsonObject) -> str:
    return str(response["Policy"]["Content"])
