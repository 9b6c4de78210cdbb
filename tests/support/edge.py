"""Builds front doors and shields by hand."""

from __future__ import annotations

from typing import Any

from dynasec.model.edge import DoorKind, Edge, FrontDoor, GlobalEdge, ShieldSubscription, WebAcl
from dynasec.model.fact import Fact, Listing


def door(
    kind: DoorKind = DoorKind.APPLICATION_LOAD_BALANCER, *, public: bool = True, name: str = "shop"
) -> FrontDoor:
    return FrontDoor(arn=f"arn:aws:test:::{kind}/{name}", kind=kind, name=name, public=public)


SHOP = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/shop/1"


def balancer(kind: DoorKind = DoorKind.APPLICATION_LOAD_BALANCER, **members: Any) -> FrontDoor:
    """A public load balancer of us-east-1, whose web ACL its own listing does not tell."""
    fields = {"arn": SHOP, "region": "us-east-1", "name": "shop", "public": True, **members}
    return FrontDoor(kind=kind, **fields)


def acl(*resources: str, scope: str = "REGIONAL", name: str = "shield", **members: Any) -> WebAcl:
    """A web ACL before these resources."""
    kind = "regional" if scope == "REGIONAL" else "global"
    fields = {
        "arn": f"arn:aws:wafv2:us-east-1:123456789012:{kind}/webacl/{name}/1",
        "region": "us-east-1" if scope == "REGIONAL" else "",
        "resources": Listing(resources),
        **members,
    }
    return WebAcl(name=name, id="1", scope=scope, **fields)


def whole_edge(*doors: FrontDoor, acls: Any = (), **members: Any) -> Edge:
    """A Region with these doors (as load balancers), nothing else, and these web ACLs."""
    kinds = ("classic_load_balancers", "rest_apis", "http_apis", "graphql_apis", "user_pools")
    found = acls if isinstance(acls, Listing) else Listing(tuple(acls))
    fields = {
        **{kind: Listing() for kind in kinds},
        "load_balancers": Listing(doors),
        "web_acls": found,
        **members,
    }
    return Edge(**fields)


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
        "web_acls": Listing(),
        "shield_protections": Listing(),
        "shield_state": Fact(state),
        "shield_subscription": Fact(ShieldSubscription(auto_renew=renew)),
        **members,
    }
    return GlobalEdge(**fields)
