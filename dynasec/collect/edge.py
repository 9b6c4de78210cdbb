"""Front doors and shields: what each Region has, and what belongs to none."""

from __future__ import annotations

import asyncio
from typing import Final

from dynasec.collect import front_doors, web_acls
from dynasec.collect.reader import RegionReader
from dynasec.model.edge import Edge, GlobalEdge, ShieldSubscription
from dynasec.model.fact import Fact, Listing
from dynasec.model.shape import JsonObject

_STATE: Final = "shield:GetSubscriptionState"
_SUBSCRIPTION: Final = "shield:DescribeSubscription"
_COMMERCIAL: Final = "aws"


async def collect(reader: RegionReader) -> Edge:
    """Read the front doors and web ACLs of one Region."""
    doors, acls = await asyncio.gather(
        asyncio.gather(
            front_doors.load_balancers(reader),
            front_doors.classic_load_balancers(reader),
            front_doors.rest_apis(reader),
            front_doors.http_apis(reader),
            front_doors.graphql_apis(reader),
            front_doors.user_pools(reader),
        ),
        web_acls.regional(reader),
    )
    balancers, classic, rest, http, graphql, pools = doors
    return Edge(
        load_balancers=balancers,
        classic_load_balancers=classic,
        rest_apis=rest,
        http_apis=http,
        graphql_apis=graphql,
        user_pools=pools,
        web_acls=acls,
    )


async def collect_global(reader: RegionReader) -> GlobalEdge:
    """Read what belongs to no Region, by way of the Region of the partition's global services.

    The other partitions have neither Shield Advanced nor Global Accelerator; nothing is asked there.
    """
    if reader.partition != _COMMERCIAL:
        return GlobalEdge()
    shield, doors, acls = await asyncio.gather(
        asyncio.gather(
            reader.read(_STATE),
            reader.find(_SUBSCRIPTION, absent=("ResourceNotFoundException",)),
            reader.items("shield:ListProtections", "Protections", _protected),
        ),
        asyncio.gather(
            front_doors.distributions(reader),
            front_doors.accelerators(reader),
            front_doors.hosted_zones(reader),
        ),
        web_acls.of_cloudfront(reader),
    )
    state, subscription, protected = shield
    distributions, accelerators, zones = doors
    return GlobalEdge(
        shield_state=state.map(lambda response: str(response["SubscriptionState"]), _STATE),
        shield_subscription=_subscription(subscription),
        shield_protections=Listing(tuple(sorted(protected.items)), protected.gap),
        distributions=distributions,
        accelerators=accelerators,
        hosted_zones=zones,
        web_acls=acls,
    )


def _protected(protection: JsonObject) -> str:
    return str(protection["ResourceArn"])


def _subscription(answer: Fact[JsonObject | None]) -> Fact[ShieldSubscription | None]:
    def parse(response: JsonObject | None) -> ShieldSubscription | None:
        return None if response is None else ShieldSubscription.model_validate(response["Subscription"])

    return answer.map(parse, _SUBSCRIPTION)
