"""Reads the KMS keys that tables, trails, topics and vaults refer to: each key once, as soon as the first reference to it is seen."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence

from dynasec.arn import Arn
from dynasec.collect.reader import RegionReader
from dynasec.model.fact import Fact
from dynasec.model.key import Grant, Key, KeyMetadata, KeyRotation
from dynasec.model.shape import JsonObject

_DESCRIBE = "kms:DescribeKey"
_ALIASES = "kms:ListAliases"
_TAGS = "tag:GetResources"
_DETAILS = (
    "kms:GetKeyRotationStatus",
    "kms:ListKeyPolicies",
    "kms:GetKeyPolicy",
    "kms:ListGrants",
    _ALIASES,
)
_GONE = "NotFoundException"
"""What KMS answers of a key that does not exist; of a foreign key that may not be seen it answers AccessDeniedException."""

Place = tuple[str, str]
"""A reference to a key, and the Region in which it is meant."""


class KeyRing:
    """Gathers references to keys and reads what they lead to."""

    def __init__(self, reader: RegionReader) -> None:
        self._reader = reader
        self._described: dict[Place, asyncio.Task[Fact[KeyMetadata]]] = {}
        self._aliases: dict[str, asyncio.Task[Fact[Mapping[str, tuple[str, ...]]]]] = {}
        self._tags: dict[str, asyncio.Task[Fact[Mapping[str, Mapping[str, str]]]]] = {}
        self._tables: defaultdict[Place, set[str]] = defaultdict(set)

    def want(self, reference: str | None, region: str, *, table: str = "") -> None:
        """Note that something in `region` uses a key: an ARN, an id or an alias. `table` is the ARN of a table it encrypts."""
        if not reference or not self._reader.wants(_DESCRIBE, *_DETAILS):
            return
        place = (reference, _region_of(reference) or region)
        if table:
            self._tables[place].add(table)
        if place not in self._described:
            self._described[place] = asyncio.create_task(self._describe(*place))

    async def all(self) -> tuple[Key, ...]:
        """Return every key wanted so far, in the order of their ARNs."""
        spelled: defaultdict[str, list[Place]] = defaultdict(list)
        for place, task in sorted(self._described.items(), key=lambda item: item[0]):
            spelled[_arn_of(await task, place, self._reader)].append(place)
        keys = await asyncio.gather(*(self._read(arn, places) for arn, places in sorted(spelled.items())))
        return tuple(keys)

    async def _describe(self, reference: str, region: str) -> Fact[KeyMetadata]:
        answer = await self._reader.at(region).read(_DESCRIBE, KeyId=reference)
        return answer.map(_metadata, _DESCRIBE)

    async def _read(self, arn: str, places: Sequence[Place]) -> Key:
        region = places[0][1]
        reader = self._reader.at(region)
        rotation, policies, grants, aliases, tags = await asyncio.gather(
            reader.read("kms:GetKeyRotationStatus", KeyId=arn),
            _policies(reader, arn),
            reader.items("kms:ListGrants", "Grants", Grant.model_validate, KeyId=arn),
            self._aliases_in(region),
            self._tags_in(region),
        )
        answers = [await self._described[place] for place in places]
        metadata = next((answer for answer in answers if answer.observed), answers[0])
        return Key(
            arn=arn,
            region=region,
            references=tuple(sorted({reference for reference, _ in places})),
            tables=tuple(sorted({table for place in places for table in self._tables[place]})),
            gone=metadata.gap is not None and metadata.gap.code == _GONE,
            aliases=aliases.map(lambda by_id: by_id.get(_id_of(arn), ()), _ALIASES),
            tags=tags.map(lambda by_arn: by_arn.get(arn, {}), _TAGS),
            metadata=metadata,
            rotation=rotation.map(KeyRotation.model_validate, "kms:GetKeyRotationStatus"),
            policies=policies,
            grants=grants,
        )

    async def _aliases_in(self, region: str) -> Fact[Mapping[str, tuple[str, ...]]]:
        """Return the names of the keys of a Region by key id; asked once, however many keys there are."""
        if region not in self._aliases:
            self._aliases[region] = asyncio.create_task(_all_aliases(self._reader.at(region)))
        return await self._aliases[region]

    async def _tags_in(self, region: str) -> Fact[Mapping[str, Mapping[str, str]]]:
        """Return the tags of the account's own keys in a Region by ARN; asked once. A key that was never tagged is not among them."""
        if region not in self._tags:
            self._tags[region] = asyncio.create_task(_all_tags(self._reader.at(region)))
        return await self._tags[region]


async def _all_tags(reader: RegionReader) -> Fact[Mapping[str, Mapping[str, str]]]:
    found = await reader.items(_TAGS, "ResourceTagMappingList", _tags_of, ResourceTypeFilters=["kms:key"])
    return Fact(dict(found.items), found.gap)


async def _all_aliases(reader: RegionReader) -> Fact[Mapping[str, tuple[str, ...]]]:
    found = await reader.items(_ALIASES, "Aliases", _alias)
    by_id: defaultdict[str, list[str]] = defaultdict(list)
    for name, target in found.items:
        by_id[target].append(name)
    return Fact({target: tuple(sorted(names)) for target, names in by_id.items()}, found.gap)


async def _policies(reader: RegionReader, arn: str) -> Fact[Mapping[str, str]]:
    """Read every policy of a key: `default`, and `AWS_RAM` where the key is shared."""
    names = await reader.items("kms:ListKeyPolicies", "PolicyNames", str, KeyId=arn)
    if names.gap is not None:
        return Fact(gap=names.gap)
    answers = await asyncio.gather(
        *(reader.read("kms:GetKeyPolicy", KeyId=arn, PolicyName=name) for name in names.items)
    )
    found: dict[str, str] = {}
    for name, answer in zip(names.items, answers, strict=True):
        text = answer.map(_policy_text, "kms:GetKeyPolicy")
        if text.gap is not None:
            return Fact(gap=text.gap)
        found[name] = text.known()
    return Fact(found)


def _metadata(response: JsonObject) -> KeyMetadata:
    return KeyMetadata.model_validate(response["KeyMetadata"])


def _policy_text(response: JsonObject) -> str:
    return str(response["Policy"])


def _tags_of(mapping: JsonObject) -> tuple[str, Mapping[str, str]]:
    return mapping["ResourceARN"], {tag["Key"]: tag["Value"] for tag in mapping.get("Tags", ())}


def _alias(entry: JsonObject) -> tuple[str, str]:
    """Return name and target; the names that AWS reserves for keys not made yet have none."""
    return entry["AliasName"], entry.get("TargetKeyId", "")


def _region_of(reference: str) -> str:
    try:
        return Arn.parse(reference).region
    except ValueError:
        return ""


def _id_of(arn: str) -> str:
    return arn.rpartition("/")[2]


def _arn_of(metadata: Fact[KeyMetadata], place: Place, reader: RegionReader) -> str:
    if metadata.gap is None:
        return metadata.known().arn
    reference, region = place
    if reference.startswith("arn:"):
        return reference
    return reader.at(region).arn("kms", reference if reference.startswith("alias/") else f"key/{reference}")
