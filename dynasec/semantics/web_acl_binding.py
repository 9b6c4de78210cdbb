"""Which WAFv2 web ACL stands before which front door.

Some front doors name their web ACL themselves, of the others the web ACLs of their Region know:
https://docs.aws.amazon.com/waf/latest/APIReference/API_ListResourcesForWebACL.html. What a door names may be a web ACL of WAF Classic,
https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DistributionConfig.html: that one is named by an id, or by another ARN.
"""

from __future__ import annotations

from typing import Final

from dynasec.model.edge import DoorKind, FrontDoor, WebAcl
from dynasec.model.fact import NOT_COLLECTED, Gaps
from dynasec.model.snapshot import Snapshot

GUARDABLE: Final = frozenset(
    {
        DoorKind.APPLICATION_LOAD_BALANCER,
        DoorKind.DISTRIBUTION,
        DoorKind.GRAPHQL_API,
        DoorKind.REST_API_STAGE,
        DoorKind.USER_POOL,
    }
)
"""What a web ACL can stand before, and what may lead to a table."""


def acl_of(door: FrontDoor, snapshot: Snapshot) -> str | None:
    """Return what names the web ACL before a front door: an ARN, or an id of WAF Classic; None where there is none.

    Raises:
        Unknown: none was found, but not everything could be read.

    """
    told = door.web_acl
    if told.gap is None or told.gap.code != NOT_COLLECTED:
        return told.known()
    gaps = Gaps()
    for acl in gaps.items(snapshot.region(door.region).edge.web_acls):
        if door.arn in gaps.items(acl.resources):
            return acl.arn
    gaps.settle()
    return None


def is_classic(name: str) -> bool:
    """Tell whether the name of a web ACL is one of WAF Classic."""
    return ":wafv2:" not in name


def guarded(acl: WebAcl, snapshot: Snapshot) -> tuple[str, ...]:
    """Return the ARNs of what a web ACL stands before, as far as it can lead to tables.

    Raises:
        Unknown: nothing was found, but not everything could be read.

    """
    gaps = Gaps()
    if acl.scope == "CLOUDFRONT":
        doors = gaps.items(snapshot.edge.distributions)
        found = tuple(door.arn for door in doors if gaps.of(door.web_acl) == acl.arn)
    else:
        found = gaps.items(acl.resources)
    if not found:
        gaps.settle()
    return found
