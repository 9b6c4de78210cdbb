"""What can be the subject of a check: where its instances are in a snapshot, and what it takes to list them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from dynasec.model.account import Account
from dynasec.model.backup import BackupVault
from dynasec.model.companion import DaxCluster
from dynasec.model.edge import FrontDoor, WebAcl
from dynasec.model.fact import Listing
from dynasec.model.identity import DETAILS, IamPrincipal, Policy, Role, User
from dynasec.model.key import Key
from dynasec.model.network import Endpoint, Subnet, Vpc
from dynasec.model.region import Region
from dynasec.model.shape import Resource
from dynasec.model.snapshot import Snapshot
from dynasec.model.table import Table
from dynasec.model.trail import Trail

R = TypeVar("R", bound=Resource)

Places = Iterable[tuple[str, Listing[Any]]]


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of thing: `find` yields, per Region ("" for none), the listing of its instances."""

    reads: tuple[str, ...]
    find: Callable[[Snapshot], Places]


def _in_regions(pick: Callable[[Region], Listing[Any]]) -> Callable[[Snapshot], Places]:
    return lambda snapshot: ((region.region, pick(region)) for region in snapshot.regions)


def _trails(snapshot: Snapshot) -> Places:
    """Yield the trails, each once though many Regions show it, then the Regions that could not show theirs."""
    yield "", Listing(snapshot.trails.trails)
    yield from ((region, Listing((), gap)) for region, gap in snapshot.trails.trail_gaps())


def _front_doors(snapshot: Snapshot) -> Places:
    yield from (("", doors) for doors in snapshot.edge.shieldable())
    for region in snapshot.regions:
        yield from ((region.region, doors) for doors in region.edge.front_doors())


def _web_acls(snapshot: Snapshot) -> Places:
    yield "", snapshot.edge.web_acls
    yield from ((region.region, region.edge.web_acls) for region in snapshot.regions)


SUBJECTS: dict[type[Resource], Subject] = {
    Account: Subject((), lambda snapshot: [("", Listing((snapshot.account,)))]),
    Region: Subject((), _in_regions(lambda region: Listing((region,)))),
    Table: Subject(("dynamodb:ListTables",), _in_regions(lambda region: region.tables)),
    Key: Subject(
        ("dynamodb:ListTables", "dynamodb:DescribeTable", "kms:DescribeKey"),
        lambda snapshot: ((region.region, snapshot.table_keys(region)) for region in snapshot.regions),
    ),
    DaxCluster: Subject(
        ("dax:DescribeClusters",), _in_regions(lambda region: region.companions.dax_clusters)
    ),
    BackupVault: Subject(("backup:ListBackupVaults",), _in_regions(lambda region: region.backup.vaults)),
    Vpc: Subject(("ec2:DescribeVpcs",), _in_regions(lambda region: region.network.vpcs)),
    Subnet: Subject(("ec2:DescribeSubnets",), _in_regions(lambda region: region.network.subnets)),
    Endpoint: Subject(
        ("ec2:DescribeVpcEndpoints",), _in_regions(lambda region: region.network.dynamodb_endpoints)
    ),
    Trail: Subject(("cloudtrail:DescribeTrails",), _trails),
    FrontDoor: Subject(
        (
            "elasticloadbalancing:DescribeLoadBalancers",
            "elb:DescribeLoadBalancers",
            "apigateway:GetRestApis",
            "apigateway:GetStages",
            "apigatewayv2:GetApis",
            "apigatewayv2:GetStages",
            "appsync:ListGraphqlApis",
            "cognito-idp:ListUserPools",
            "cloudfront:ListDistributions",
            "globalaccelerator:ListAccelerators",
            "route53:ListHostedZones",
        ),
        _front_doors,
    ),
    WebAcl: Subject(("wafv2:ListWebACLs",), _web_acls),
    User: Subject((DETAILS,), lambda snapshot: [("", snapshot.identity.users)]),
    Role: Subject((DETAILS,), lambda snapshot: [("", snapshot.identity.roles)]),
    IamPrincipal: Subject(
        (DETAILS,), lambda snapshot: [("", snapshot.identity.users), ("", snapshot.identity.roles)]
    ),
    Policy: Subject((DETAILS,), lambda snapshot: [("", snapshot.identity.policies)]),
}


def reads_to_list(kind: type[Resource]) -> tuple[str, ...]:
    """Return the operations that list the instances of a kind.

    Raises:
        KeyError: nothing of this kind is collected.

    """
    return SUBJECTS[kind].reads


def listings(snapshot: Snapshot, kind: type[R]) -> Iterator[tuple[str, Listing[R]]]:
    """Yield the Region and the listing of every place where instances of a kind may be."""
    yield from SUBJECTS[kind].find(snapshot)
