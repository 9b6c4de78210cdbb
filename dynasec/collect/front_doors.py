"""Lists what requests come in by: load balancers, APIs, user pools, distributions, accelerators, DNS zones."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from dynasec.collect.reader import RegionReader
from dynasec.model.edge import DoorKind, FrontDoor
from dynasec.model.fact import Fact, Listing
from dynasec.model.shape import JsonObject

_INTERNET: Final = "internet-facing"
_ACCELERATOR_REGION: Final = "us-west-2"
"""Where Global Accelerator's API is, https://docs.aws.amazon.com/general/latest/gr/global_accelerator.html."""

_BALANCER_TAGS: Final = "elasticloadbalancing:DescribeTags"
_AT_ONCE: Final = 20
"""How many load balancers `DescribeTags` takes."""
_POOL_TAGS: Final = "cognito-idp:ListTagsForResource"

_BALANCERS: Final = {
    "application": DoorKind.APPLICATION_LOAD_BALANCER,
    "network": DoorKind.NETWORK_LOAD_BALANCER,
    "gateway": DoorKind.GATEWAY_LOAD_BALANCER,
}


async def load_balancers(reader: RegionReader) -> Listing[FrontDoor]:
    """List application, network and gateway load balancers. The last have no scheme: nothing reaches them but endpoints."""

    def door(balancer: JsonObject) -> FrontDoor:
        kind = _BALANCERS[balancer["Type"]]
        public = kind is not DoorKind.GATEWAY_LOAD_BALANCER and balancer["Scheme"] == _INTERNET
        return FrontDoor(
            arn=balancer["LoadBalancerArn"],
            region=reader.region,
            kind=kind,
            name=balancer["LoadBalancerName"],
            public=public,
        )

    operation = "elasticloadbalancing:DescribeLoadBalancers"
    found = _ordered(await reader.items(operation, "LoadBalancers", door))
    arns = [one.arn for one in found.items]
    chunks = [arns[start : start + _AT_ONCE] for start in range(0, len(arns), _AT_ONCE)]
    read = await asyncio.gather(
        *(reader.value(_BALANCER_TAGS, _balancer_tags, ResourceArns=one) for one in chunks)
    )
    tags = {arn: answer for chunk, answer in zip(chunks, read, strict=True) for arn in chunk}
    doors = (one.model_copy(update={"tags": _of(one.arn, tags[one.arn])}) for one in found.items)
    return Listing(tuple(doors), found.gap)


def _balancer_tags(response: JsonObject) -> dict[str, dict[str, str]]:
    """Return tags by ARN; a tag may have no value."""
    return {
        one["ResourceArn"]: {tag["Key"]: tag.get("Value", "") for tag in one["Tags"]}
        for one in response["TagDescriptions"]
    }


def _of(arn: str, tags: Fact[dict[str, dict[str, str]]]) -> Fact[Mapping[str, str]]:
    return tags.map(lambda by_arn: by_arn[arn], _BALANCER_TAGS)


async def classic_load_balancers(reader: RegionReader) -> Listing[FrontDoor]:
    """List classic load balancers; WAF knows none of them."""

    def door(balancer: JsonObject) -> FrontDoor:
        name = balancer["LoadBalancerName"]
        return FrontDoor(
            arn=reader.arn("elasticloadbalancing", f"loadbalancer/{name}"),
            region=reader.region,
            kind=DoorKind.CLASSIC_LOAD_BALANCER,
            name=name,
            public=balancer["Scheme"] == _INTERNET,
            web_acl=Fact(None),
        )

    return _ordered(await reader.items("elb:DescribeLoadBalancers", "LoadBalancerDescriptions", door))


async def rest_apis(reader: RegionReader) -> Listing[FrontDoor]:
    """List the stages of REST APIs; an API without a stage answers nobody."""

    async def stages(api: JsonObject) -> Listing[FrontDoor]:
        identifier, public = api["id"], "PRIVATE" not in api["endpointConfiguration"]["types"]

        def door(stage: JsonObject) -> FrontDoor:
            name = stage["stageName"]
            return FrontDoor(
                arn=_api_arn(reader, f"restapis/{identifier}/stages/{name}"),
                region=reader.region,
                kind=DoorKind.REST_API_STAGE,
                name=f"{api['name']}/{name}",
                public=public,
                web_acl=Fact(stage.get("webAclArn") or None),
                tags=Fact(stage.get("tags") or {}),
            )

        return await reader.items("apigateway:GetStages", "item", door, restApiId=identifier)

    return _joined(await reader.each("apigateway:GetRestApis", "items", stages))


async def http_apis(reader: RegionReader) -> Listing[FrontDoor]:
    """List the stages of HTTP and WebSocket APIs: always public, and out of WAF's reach."""

    async def stages(api: JsonObject) -> Listing[FrontDoor]:
        identifier = api["ApiId"]

        def door(stage: JsonObject) -> FrontDoor:
            name = stage["StageName"]
            return FrontDoor(
                arn=_api_arn(reader, f"apis/{identifier}/stages/{name}"),
                region=reader.region,
                kind=DoorKind.HTTP_API_STAGE,
                name=f"{api['Name']}/{name}",
                public=True,
                web_acl=Fact(None),
            )

        return await reader.items("apigatewayv2:GetStages", "Items", door, ApiId=identifier)

    return _joined(await reader.each("apigatewayv2:GetApis", "Items", stages))


async def graphql_apis(reader: RegionReader) -> Listing[FrontDoor]:
    """List AppSync's GraphQL APIs; visibility cannot be changed, and GLOBAL is the default."""

    def door(api: JsonObject) -> FrontDoor:
        return FrontDoor(
            arn=api["arn"],
            region=reader.region,
            kind=DoorKind.GRAPHQL_API,
            name=api["name"],
            public=api.get("visibility", "GLOBAL") != "PRIVATE",
            web_acl=Fact(api.get("wafWebAclArn") or None),
            tags=Fact(api.get("tags") or {}),
        )

    return _ordered(await reader.items("appsync:ListGraphqlApis", "graphqlApis", door))


async def user_pools(reader: RegionReader) -> Listing[FrontDoor]:
    """List Cognito's user pools: whoever knows a client's id can talk to them."""

    async def door(pool: JsonObject) -> FrontDoor:
        arn = reader.arn("cognito-idp", f"userpool/{pool['Id']}")
        return FrontDoor(
            arn=arn,
            region=reader.region,
            kind=DoorKind.USER_POOL,
            name=pool["Name"],
            public=True,
            tags=await reader.value(_POOL_TAGS, _pool_tags, ResourceArn=arn),
        )

    return _ordered(await reader.each("cognito-idp:ListUserPools", "UserPools", door, MaxResults=60))


def _pool_tags(response: JsonObject) -> Mapping[str, str]:
    return dict(response.get("Tags") or {})


async def distributions(reader: RegionReader) -> Listing[FrontDoor]:
    """List CloudFront's distributions; one that is disabled serves nobody."""

    def door(distribution: JsonObject) -> FrontDoor:
        return FrontDoor(
            arn=distribution["ARN"],
            kind=DoorKind.DISTRIBUTION,
            name=distribution["DomainName"],
            public=distribution["Enabled"],
            web_acl=Fact(distribution["WebACLId"] or None),
        )

    return _ordered(await reader.items("cloudfront:ListDistributions", "DistributionList.Items", door))


async def accelerators(reader: RegionReader) -> Listing[FrontDoor]:
    """List Global Accelerator's standard accelerators."""

    def door(accelerator: JsonObject) -> FrontDoor:
        return FrontDoor(
            arn=accelerator["AcceleratorArn"],
            kind=DoorKind.ACCELERATOR,
            name=accelerator["Name"],
            public=accelerator["Enabled"],
            web_acl=Fact(None),
        )

    there = reader.at(_ACCELERATOR_REGION)
    return _ordered(await there.items("globalaccelerator:ListAccelerators", "Accelerators", door))


async def hosted_zones(reader: RegionReader) -> Listing[FrontDoor]:
    """List Route 53's hosted zones; private ones answer to networks of the account only."""

    def door(zone: JsonObject) -> FrontDoor:
        return FrontDoor(
            arn=f"arn:{reader.partition}:route53:::{zone['Id'].removeprefix('/')}",
            kind=DoorKind.HOSTED_ZONE,
            name=zone["Name"],
            public=not zone["Config"]["PrivateZone"],
            web_acl=Fact(None),
        )

    return _ordered(await reader.items("route53:ListHostedZones", "HostedZones", door))


def _api_arn(reader: RegionReader, path: str) -> str:
    """Return an ARN of API Gateway's, which names no account."""
    return f"arn:{reader.partition}:apigateway:{reader.region}::/{path}"


def _ordered(found: Listing[FrontDoor]) -> Listing[FrontDoor]:
    return Listing(tuple(sorted(found.items, key=_arn)), found.gap)


def _joined(found: Listing[Listing[FrontDoor]]) -> Listing[FrontDoor]:
    """Join the stages of all APIs; stages of one that cannot be listed leave the whole incomplete."""
    doors = sorted((door for stages in found.items for door in stages.items), key=_arn)
    gaps = [gap for gap in (found.gap, *(stages.gap for stages in found.items)) if gap is not None]
    return Listing(tuple(doors), gaps[0] if gaps else None)


def _arn(door: FrontDoor) -> str:
    return door.arn
