"""Reads the KMS keys that tables, trails, topics and vaults refer to: each key once, as soon as the first reference to it is seen."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping

from dynasec.arn import Arn
from dynasec.collect.reader import RegionReader
from dynasec.model.fact import Fact
from dynasec.model.key import Grant, Key, KeyMetadata, KeyRotation
from dynasec.model.shape import JsonObject

_DETAILS = ("kms:GetKeyRotationStatus", "kms:ListKeyPolicies", "kms:GetKeyPolicy", "kms:ListGrants")


class KeyRing:
    """Gathers references to keys and reads what they lead to."""

    def __init__(self, reader: RegionReader) -> None:
        self._reader = reader
        self._described: dict[tuple[str, str], asyncio.Task[Fact[KeyMetadata]]] = {}
        self._details: dict[str, asyncio.Task[Key]] = {}
        self._tables: defaultdict[tuple[str, str], set[str]] = defaultdict(set)

    def want(self, reference: str | None, region: str, *, table: str = "") -> None:
        """Note that something in `region` uses a key: an ARN, an id or an alias. `table` is the ARN of a table it encrypts."""
        if not reference or not self._reader.wants("kms:DescribeKey", *_DETAILS):
            return
        place = (reference, _region_of(reference) or region)
        if table:
            self._tables[place].add(table)
        if place not in self._described:
            self._described[place] = asyncio.create_task(self._describe(*place))

    async def all(self) -> tuple[Key, ...]:
        """Return every key wanted so far, in the order of their ARNs."""
        spelled: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for place, task in list(self._described.items()):
            metadata = await task
            spelled[_arn_of(metadata, place, self._reader)].append(place)
        keys = await asyncio.gather(*(self._read(arn, places) for arn, places in sorted(spelled.items())))
        return tuple(keys)

    async def _describe(self, reference: str, region: str) -> Fact[KeyMetadata]:
        answer = await self._reader.at(region).read("kms:DescribeKey", KeyId=reference)
        return answer.map(
            lambda response: KeyMetadata.model_validate(response["KeyMetadata"]), "kms:DescribeKey"
        )

    async def _read(self, arn: str, places: list[tuple[str, str]]) -> Key:
        region = places[0][1]
        reader = self._reader.at(region)
        rotation, policies, grants = await asyncio.gather(
            reader.read("kms:GetKeyRotationStatus", KeyId=arn),
            _policies(reader, arn),
            reader.items("kms:ListGrants", "Grants", Grant.model_validate, KeyId=arn),
        )
        return Key(
            arn=arn,
            region=region,
            references=tuple(sorted({reference for reference, _ in places})),
            tables=tuple(sorted({table for place in places for table in self._tables[place]})),
            metadata=await self._described[places[0]],
            rotation=rotation.map(KeyRotation.model_validate, "kms:GetKeyRotationStatus"),
            policies=policies,
            grants=grants,
        )


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


def _policy_text(response: JsonObject) -> str:
    return str(response["Policy"])


def _region_of(reference: str) -> str:
    return Arn.parse(reference).region if reference.startswith("arn:") else ""


def _arn_of(metadata: Fact[KeyMetadata], place: tuple[str, str], reader: RegionReader) -> str:
    if metadata.gap is None:
        return metadata.known().arn
    reference, region = place
    if reference.startswith("arn:"):
        return reference
    return reader.at(region).arn("kms", reference if reference.startswith("alias/") else f"key/{reference}")
