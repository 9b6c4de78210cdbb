"""What the policy of an endpoint may allow at most: by its tier and lane, and by whom the configuration trusts."""

from __future__ import annotations

from collections.abc import Collection

from dynasec.check import Context
from dynasec.drafting.endpoint_policy import Bounds, Owners
from dynasec.model.network import Endpoint, Network
from dynasec.semantics.lane_of_endpoint import lane_of_endpoint

RESTRICTED = "endpoint-policy-restricted"
WORKABLE = "endpoint-policy-workable"
OWN_TABLES = "endpoint-policy-own-tables"
OWN_PRINCIPALS = "endpoint-policy-own-principals"
PLANES = "endpoint-planes-separated"
LANE = "lane-endpoint-policy"
CONTROLS = (RESTRICTED, WORKABLE, OWN_TABLES, OWN_PRINCIPALS, PLANES, LANE)


def bounds_of(
    endpoint: Endpoint, context: Context, controls: Collection[str], network: Network | None = None
) -> Bounds:
    """Return the bounds that these controls ask for; `network` stands for the Region's own, where the endpoint is planned only.

    Raises:
        Unknown: the endpoint's lane, or the tables of it, could not be read.

    """
    trust = context.settings.trust
    account = context.snapshot.account
    owners = Owners((account.id, *(one for one in trust.accounts if one != account.id)), trust.organizations)
    tier = context.placement.tier(endpoint) if PLANES in controls else None
    return Bounds(
        partition=account.partition,
        region=endpoint.region,
        gateway=endpoint.is_gateway,
        streams=endpoint.service_name.endswith(".dynamodb-streams"),
        principals=owners if {RESTRICTED, OWN_PRINCIPALS} & set(controls) else None,
        tables=owners if {RESTRICTED, OWN_TABLES} & set(controls) else None,
        lane=_lane(endpoint, context, network) if LANE in controls else None,
        tier=tier,
        administrators=trust.administrators if PLANES in controls and tier is None else (),
        repair=WORKABLE in controls,
    )


def _lane(endpoint: Endpoint, context: Context, network: Network | None) -> tuple[str, ...] | None:
    """Return the ARNs of the tables of the endpoint's lane; None where it is in none."""
    region = context.region(endpoint)
    lane = lane_of_endpoint(network or region.network, endpoint, context.placement)
    if lane is None:
        return None
    return tuple(
        table.arn
        for table in region.tables.complete()
        if (context.placement.lane(table) or "").casefold() == lane
    )
