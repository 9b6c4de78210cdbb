"""Reads WAFv2's web ACLs: their rules, where they log to, and what they protect."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

from dynasec.collect.reader import RegionReader
from dynasec.model.edge import AclLogging, AclSpecification, WebAcl
from dynasec.model.fact import Fact, Listing
from dynasec.model.shape import JsonObject

_LIST: Final = "wafv2:ListWebACLs"
_GET: Final = "wafv2:GetWebACL"
_RESOURCES: Final = "wafv2:ListResourcesForWebACL"
_LOGGING: Final = "wafv2:ListLoggingConfigurations"
_TAGS: Final = "wafv2:ListTagsForResource"
_REGIONAL: Final = "REGIONAL"
_PARTS: Final = ("PreProcessFirewallManagerRuleGroups", "Rules", "PostProcessFirewallManagerRuleGroups")
"""What a web ACL tries on a request, in this order."""

_PROTECTED: Final = ("APPLICATION_LOAD_BALANCER", "API_GATEWAY", "APPSYNC", "COGNITO_USER_POOL")
"""The kinds of resources that lead to tables: each is a call of its own."""


async def regional(reader: RegionReader) -> Listing[WebAcl]:
    """Read the web ACLs of one Region, each with the ARNs of what it protects."""

    async def follow(summary: JsonObject) -> WebAcl:
        acl, resources = await asyncio.gather(
            _acl(reader, summary, _REGIONAL), _resources(reader, summary["ARN"])
        )
        return acl.model_copy(update={"resources": resources})

    return await _listed(reader, _REGIONAL, follow)


async def of_cloudfront(reader: RegionReader) -> Listing[WebAcl]:
    """Read the web ACLs of CloudFront, which live in us-east-1."""

    async def follow(summary: JsonObject) -> WebAcl:
        return await _acl(reader, summary, "CLOUDFRONT")

    return await _listed(reader, "CLOUDFRONT", follow)


async def _listed(
    reader: RegionReader, scope: str, follow: Callable[[Any], Awaitable[WebAcl]]
) -> Listing[WebAcl]:
    """List the web ACLs of a scope, and lay over them where they log to: one listing tells it of all."""
    found, configured = await asyncio.gather(
        reader.each(_LIST, "WebACLs", follow, Scope=scope),
        reader.items(_LOGGING, "LoggingConfigurations", _logging, Scope=scope),
    )
    by_acl = dict(configured.items)
    acls = (
        acl.model_copy(
            update={"logging": Fact(by_acl[acl.arn]) if acl.arn in by_acl else Fact(gap=configured.gap)}
        )
        for acl in found.items
    )
    return Listing(tuple(sorted(acls, key=lambda acl: acl.arn)), found.gap)


def _logging(raw: JsonObject) -> tuple[str, AclLogging]:
    """Return a web ACL's ARN and its logging. A filter leaves out what none of its conditions keeps."""
    return raw["ResourceArn"], AclLogging(
        destinations=tuple(raw["LogDestinationConfigs"]), filtered="LoggingFilter" in raw
    )


async def _acl(reader: RegionReader, summary: JsonObject, scope: str) -> WebAcl:
    answer, tags = await asyncio.gather(
        reader.read(_GET, Name=summary["Name"], Id=summary["Id"], Scope=scope),
        reader.read(_TAGS, ResourceARN=summary["ARN"]),
    )
    return WebAcl(
        arn=summary["ARN"],
        region=reader.region if scope == _REGIONAL else "",
        name=summary["Name"],
        id=summary["Id"],
        scope=scope,
        rules=answer.map(_rules, _GET),
        specification=answer.map(_specification, _GET),
        tags=tags.map(_tags, _TAGS),
    )


def _specification(response: JsonObject) -> AclSpecification:
    """Return the web ACL as it must be written back."""
    document = json.dumps(response["WebACL"], sort_keys=True, default=_exactly)
    return AclSpecification(document=document, lock_token=response["LockToken"])


def _exactly(value: object) -> str:
    """Write the bytes of a search string as text that becomes the same bytes again.

    Raises:
        ValueError: they are no UTF-8, or the value is of a kind that no web ACL has.

    """
    if isinstance(value, bytes):
        return value.decode()
    msg = f"a value of type {type(value).__name__}"
    raise ValueError(msg)


def _tags(response: JsonObject) -> dict[str, str]:
    return {one["Key"]: one["Value"] for one in response["TagInfoForResource"].get("TagList", [])}


def _rules(response: JsonObject) -> str:
    acl = response["WebACL"]
    rules = [rule for part in _PARTS for rule in sorted(acl.get(part) or (), key=_priority)]
    return json.dumps(rules, sort_keys=True, default=_text)


def _priority(rule: JsonObject) -> int:
    return int(rule["Priority"])


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
