"""Collects dynasec.model.trail: lists trails in every audited Region, then asks each one's home Region about it, once."""

from __future__ import annotations

import asyncio
from typing import Final

from dynasec.arn import account_of
from dynasec.collect.keys import KeyRing
from dynasec.collect.reader import RegionReader
from dynasec.model.fact import Listing
from dynasec.model.shape import JsonObject
from dynasec.model.trail import (
    EncryptionRule,
    EventDataStore,
    EventDataStoreDescription,
    EventSelectors,
    LogBucket,
    PolicyStatus,
    PublicAccessBlock,
    Trail,
    TrailDescription,
    Trails,
    TrailStatus,
    Versioning,
)

_SELECTORS: Final = "cloudtrail:GetEventSelectors"
_LIST_STORES: Final = "cloudtrail:ListEventDataStores"
_BLOCK: Final = "s3:GetPublicAccessBlock"
_ACCOUNT_BLOCK: Final = "s3control:GetPublicAccessBlock"
_NO_BLOCK: Final = ("NoSuchPublicAccessBlockConfiguration",)
_NO_POLICY: Final = ("NoSuchBucketPolicy",)


async def collect(readers: tuple[RegionReader, ...], keys: KeyRing) -> Trails:
    """Read trails and event data stores of the audited Regions, and the posture of the buckets that trails write to."""
    listings, stores, block = await asyncio.gather(
        asyncio.gather(*(_describe(reader) for reader in readers)),
        asyncio.gather(*(_stores(reader, keys) for reader in readers)),
        readers[0].home().find(_ACCOUNT_BLOCK, absent=_NO_BLOCK, AccountId=readers[0].account),
    )
    # One trail is shown in many Regions: where it is shown first does not matter, its members are the same.
    found = {one.trail_arn: one for listing in listings for one in listing.items}
    homes = {one.s3_bucket_name: one.home_region for one in found.values()}
    trails, buckets = await asyncio.gather(
        asyncio.gather(
            *(_trail(readers[0].at(found[arn].home_region), found[arn], keys) for arn in sorted(found))
        ),
        asyncio.gather(*(_bucket(readers[0].at(homes[name]), name) for name in sorted(homes))),
    )
    return Trails(
        trails=tuple(trails),
        visible={
            reader.region: Listing(tuple(sorted(one.trail_arn for one in listing.items)), listing.gap)
            for reader, listing in zip(readers, listings, strict=True)
        },
        stores={reader.region: listing for reader, listing in zip(readers, stores, strict=True)},
        buckets=tuple(buckets),
        account_public_access_block=block.map(_public_access_block, _ACCOUNT_BLOCK),
    )


async def _describe(reader: RegionReader) -> Listing[TrailDescription]:
    return await reader.items(
        "cloudtrail:DescribeTrails", "trailList", TrailDescription.model_validate, includeShadowTrails=True
    )


async def _trail(reader: RegionReader, description: TrailDescription, keys: KeyRing) -> Trail:
    arn = description.trail_arn
    keys.want(description.kms_key_id, reader.region)
    status, selectors = await asyncio.gather(
        reader.read("cloudtrail:GetTrailStatus", Name=arn), reader.read(_SELECTORS, TrailName=arn)
    )
    return Trail(
        arn=arn,
        region=description.home_region,
        account=account_of(arn),
        description=description,
        status=status.map(TrailStatus.model_validate, "cloudtrail:GetTrailStatus"),
        selectors=selectors.map(_selectors, _SELECTORS),
    )


def _selectors(response: JsonObject) -> EventSelectors:
    if not response.keys() & {"EventSelectors", "AdvancedEventSelectors"}:
        msg = "neither EventSelectors nor AdvancedEventSelectors"
        raise ValueError(msg)
    return EventSelectors(
        basic=tuple(response.get("EventSelectors") or ()),
        advanced=tuple(response.get("AdvancedEventSelectors") or ()),
    )


async def _stores(reader: RegionReader, keys: KeyRing) -> Listing[EventDataStore]:
    """Read all pages by their tokens: botocore has no paginator for this operation."""
    found: list[tuple[str, str]] = []
    start: dict[str, str] = {}
    while True:
        page = await reader.read(_LIST_STORES, **start)
        names = page.map(_names, _LIST_STORES)
        if names.gap is not None:
            break
        found += names.known()
        token = page.known().get("NextToken")
        if not token:
            break
        start = {"NextToken": token}
    stores = await asyncio.gather(*(_store(reader, arn, name, keys) for arn, name in sorted(found)))
    return Listing(tuple(stores), names.gap)


def _names(page: JsonObject) -> list[tuple[str, str]]:
    return [(store["EventDataStoreArn"], store["Name"]) for store in page.get("EventDataStores") or ()]


async def _store(reader: RegionReader, arn: str, name: str, keys: KeyRing) -> EventDataStore:
    answer = await reader.read("cloudtrail:GetEventDataStore", EventDataStore=arn)
    description = answer.map(EventDataStoreDescription.model_validate, "cloudtrail:GetEventDataStore")
    if description.gap is None:
        keys.want(description.known().kms_key_id, reader.region)
    return EventDataStore(arn=arn, region=reader.region, name=name, description=description)


async def _bucket(reader: RegionReader, name: str) -> LogBucket:
    policy, status, block, encryption, versioning = await asyncio.gather(
        reader.find("s3:GetBucketPolicy", absent=_NO_POLICY, Bucket=name),
        reader.find("s3:GetBucketPolicyStatus", absent=_NO_POLICY, Bucket=name),
        reader.find(_BLOCK, absent=_NO_BLOCK, Bucket=name),
        reader.find(
            "s3:GetBucketEncryption",
            absent=("ServerSideEncryptionConfigurationNotFoundError",),
            Bucket=name,
        ),
        reader.read("s3:GetBucketVersioning", Bucket=name),
    )
    return LogBucket(
        arn=f"arn:{reader.partition}:s3:::{name}",
        name=name,
        policy=policy.map(_policy, "s3:GetBucketPolicy"),
        policy_is_public=status.map(_is_public, "s3:GetBucketPolicyStatus"),
        public_access_block=block.map(_public_access_block, _BLOCK),
        encryption=encryption.map(_encryption, "s3:GetBucketEncryption"),
        versioning=versioning.map(Versioning.model_validate, "s3:GetBucketVersioning"),
    )


def _policy(response: JsonObject | None) -> str | None:
    return None if response is None else str(response["Policy"])


def _is_public(response: JsonObject | None) -> bool:
    """Tell whether the policy is public; a bucket without policy has none that could be."""
    return response is not None and PolicyStatus.model_validate(response["PolicyStatus"]).is_public


def _public_access_block(response: JsonObject | None) -> PublicAccessBlock | None:
    if response is None:
        return None
    return PublicAccessBlock.model_validate(response["PublicAccessBlockConfiguration"])


def _encryption(response: JsonObject | None) -> tuple[EncryptionRule, ...]:
    if response is None:
        return ()
    rules = response["ServerSideEncryptionConfiguration"]["Rules"]
    return tuple(EncryptionRule.model_validate(rule) for rule in rules)
