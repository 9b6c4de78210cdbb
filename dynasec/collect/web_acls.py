"""Reads WAFv2's web ACLs: their rules, and what they protect."""

from __future__ import annotations

import asyncio
import json
from typing import Final

from dynasec.collect.reader import RegionReader
from dynasec.model.edge import WebAcl
from dynasec.model.fact import Fact, Listing
from dynasec.model.shape import JsonObject

_LIST: Final = "wafv2:ListWebACLs"
_GET: Final = "wafv2:GetWebACL"
_RESOURCES: Final = "wafv2:ListResourcesForWebACL"
_REGIONAL: Final = "REGIONAL"
_PROTECTED: Final = ("APPLICATION_LOAD_BALANCER", "API_GATEWAY", "APPSYNC", "COGNITO_USER_POOL")
"""The kinds of resources that lead to tables: each is a call of its own."""


async def regional(reader: RegionReader) -> Listing[WebAcl]:
    """Read the web ACLs of one Region, each with the ARNs of what it protects."""

    async def follow(summary: JsonObject) -> WebAcl:
        acl, resources = await asyncio.gather(
            _acl(reader, summary, _REGIONAL), _resources(reader, summary["ARN"])
        )
        return acl.model_copy(update={"resources": resources})

    return _ordered(await reader.each(_LIST, "WebACLs", follow, Scope=_REGIONAL))


async def of_cloudfront(reader: RegionReader) -> Listing[WebAcl]:
    """Read the web ACLs of CloudFront, which live in us-east-1."""

    async def follow(summary: JsonObject) -> WebAcl:
        return await _acl(reader, summary, "CLOUDFRONT")

    return _ordered(await reader.each(_LIST, "WebACLs", follow, Scope="CLOUDFRONT"))


async def _acl(reader: RegionReader, summary: JsonObject, scope: str) -> WebAcl:
    answer = await reader.read(_GET, Name=summary["Name"], Id=summary["Id"], Scope=scope)
    return WebAcl(
        arn=summary["ARN"],
        region=reader.region if scope == _REGIONAL else "",
        name=summary["Name"],
        id=summary["Id"],
        scope=scope,
        rules=answer.map(_rules, _GET),
    )


def _rules(response: JsonObject) -> str:
    return json.dumps(response["WebACL"].get("Rules", []), sort_keys=True, default=_text)


def _text(value: object) -> str:
    """Write the bytes of a search string as text."""
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)


async def _resources(reader: RegionReader, arn: str) -> Listing[str]:
    answers = await asyncio.gather(
        *(reader.read(_RESOURCES, WebACLArn=arn, ResourceType=kind) for kind in _PROTECTED)
    )
    lists: list[Fact[list[str]]] = [answer.map(_arns, _RESOURCES) for answer in answers]
    gaps = [found.gap for found in lists if found.gap is not None]
    arns = {one for found in lists if found.gap is None for one in found.known()}
    return Listing(tuple(sorted(arns)), gaps[0] if gaps else None)


def _arns(response: JsonObject) -> list[str]:
    return [str(arn) for arn in response.get("ResourceArns", [])]


def _ordered(found: Listing[WebAcl]) -> Listing[WebAcl]:
    return Listing(tuple(sorted(found.items, key=lambda acl: acl.arn)), found.gap)
