"""Builds front doors and shields by hand."""

from __future__ import annotations

from typing import Any

from dynasec.model.edge import DoorKind, Edge, FrontDoor, GlobalEdge, ShieldSubscription
from dynasec.model.fact import Fact, Listing


def door(
    kind: DoorKind = DoorKind.APPLICATION_LOAD_BALANCER, *, public: bool = True, name: str = "shop"
) -> FrontDoor:
    return FrontDoor(arn=f"arn:aws:test:::{kind}/{name}", kind=kind, name=name, public=public)


def edge(*balancers: FrontDoor, **members: Any) -> Edge:
    """A Region with these load balancers and no classic ones."""
    fields = {"load_balancers": Listing(balancers), "classic_load_balancers": Listing(), **members}
    return Edge(**fields)


def global_edge(state: str = "ACTIVE", renew: str | None = "ENABLED", **members: Any) -> GlobalEdge:
    """An account without global front doors, subscribed to Shield Advanced unless told otherwise."""
    fields = {
        "distributions": Listing(),
        "accelerators": Listing(),
        "hosted_zones": Listing(),
        "shield_state": Fact(state),
        "shield_subscription": Fact(ShieldSubscription(auto_renew=renew)),
        **members,
    }
    return GlobalEdge(**fields)
