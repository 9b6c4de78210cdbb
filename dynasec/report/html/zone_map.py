"""The map: per Region its VPCs, their subnets by zone and lane, the way each takes to DynamoDB, and the tables by class and key.

It needs no configuration: where nobody declared zones and lanes, subnets stand together by route table and way.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

from dynasec.audit.report import Report
from dynasec.check import Context
from dynasec.model.fact import Gap, Unknown
from dynasec.model.network import Endpoint, Network, RouteTable, Subnet, Vpc
from dynasec.model.region import Region
from dynasec.model.table import Table
from dynasec.semantics.network_path import path_to_dynamodb, route_table_of
from dynasec.semantics.route_target import PathKind
from dynasec.semantics.table_encryption import key_arn, key_class

T = TypeVar("T")

READS: Final = frozenset(
    {
        "dynamodb:ListTables",
        "dynamodb:DescribeTable",
        "tag:GetResources",
        "kms:DescribeKey",
        "kms:ListAliases",
        "ec2:DescribeVpcs",
        "ec2:DescribeSubnets",
        "ec2:DescribeRouteTables",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribePrefixLists",
        "ec2:GetManagedPrefixListEntries",
    }
)
"""The operations that the map rests on."""

UNKNOWN: Final = "unknown"
_WAYS: Final = {
    PathKind.NONE: "no way",
    PathKind.GATEWAY_ENDPOINT: "gateway endpoint",
    PathKind.INTERFACE_ENDPOINT: "interface endpoint",
    PathKind.PEERING: "peering",
    PathKind.TRANSIT_GATEWAY: "transit gateway",
    PathKind.OTHER: "another way",
    PathKind.NAT: "NAT gateway",
    PathKind.INTERNET_GATEWAY: "internet gateway",
}
_MANNERS: Final = {
    PathKind.NONE: "none",
    PathKind.GATEWAY_ENDPOINT: "private",
    PathKind.INTERFACE_ENDPOINT: "private",
}


@dataclass(frozen=True, slots=True, order=True)
class Way:
    """How packets reach DynamoDB. `manner` is private, none, outside or unknown; `target` the id of what they pass, if it has one."""

    manner: str
    words: str
    target: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SubnetGroup:
    """Subnets of one zone and lane that take one way."""

    zone: str | None
    lane: str | None
    route_table: str
    way: Way
    subnets: tuple[Subnet, ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.subnets)


@dataclass(frozen=True, slots=True)
class EndpointPlace:
    """An endpoint that leads to DynamoDB."""

    endpoint: Endpoint
    lane: str | None
    tier: str | None


@dataclass(frozen=True, slots=True)
class VpcMap:
    """One VPC. `route_tables` are its own, each with the number of its subnets here; `others`: endpoints that lead elsewhere."""

    vpc: Vpc
    lane: str | None
    groups: tuple[SubnetGroup, ...]
    endpoints: tuple[EndpointPlace, ...]
    route_tables: tuple[tuple[RouteTable, int], ...]
    others: int


@dataclass(frozen=True, slots=True)
class TableGroup:
    """Tables of one class, key and lane; `sensitive` as configured."""

    data_class: str
    sensitive: bool
    key: str
    lane: str | None
    vault: bool
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegionMap:
    """One Region; `gaps` say what may be missing from the map, `listed` whether there can be no other tables."""

    name: str
    vpcs: tuple[VpcMap, ...]
    tables: tuple[TableGroup, ...]
    gaps: tuple[str, ...]
    listed: bool


def regions(report: Report) -> Iterator[RegionMap]:
    """Yield the map of each Region that has tables or VPCs, or of which that is not known."""
    context = Context(report.snapshot, report.settings)
    for region in report.snapshot.regions:
        network = region.network
        gaps = tuple(
            str(gap)
            for gap in (
                region.tables.gap,
                network.vpcs.gap,
                network.subnets.gap,
                network.route_tables.gap,
                network.endpoints.gap,
            )
            if gap is not None
        )
        vpcs = tuple(_vpc(context, region, vpc) for vpc in network.vpcs.items)
        if vpcs or region.tables.items or gaps:
            tables = tuple(_tables(context, region))
            yield RegionMap(region.region, vpcs, tables, gaps, region.tables.gap is None)


def _vpc(context: Context, region: Region, vpc: Vpc) -> VpcMap:
    network, placement = region.network, context.placement
    found: defaultdict[tuple[str, str, str, Way], list[Subnet]] = defaultdict(list)
    for subnet in network.subnets.items:
        if subnet.vpc_id == vpc.vpc_id:
            zone, lane = placement.zone(subnet) or "", placement.lane(subnet) or ""
            found[zone, lane, _route_table(network, subnet), _way(network, subnet)].append(subnet)
    groups = [
        SubnetGroup(zone or None, lane or None, route_table, way, tuple(subnets))
        for (zone, lane, route_table, way), subnets in sorted(found.items(), key=lambda item: item[0])
    ]
    used = Counter[str]()
    for group in groups:
        used[group.route_table] += len(group.subnets)
    here = [one for one in network.endpoints.items if one.vpc_id == vpc.vpc_id]
    return VpcMap(
        vpc,
        placement.lane(vpc),
        tuple(groups),
        tuple(_endpoint(context, one) for one in here if one.is_dynamodb),
        tuple(
            (one, used[one.route_table_id]) for one in network.route_tables.items if one.vpc_id == vpc.vpc_id
        ),
        sum(not one.is_dynamodb for one in here),
    )


def _endpoint(context: Context, endpoint: Endpoint) -> EndpointPlace:
    return EndpointPlace(endpoint, context.placement.lane(endpoint), context.placement.tier(endpoint))


def _route_table(network: Network, subnet: Subnet) -> str:
    return _told(lambda: route_table_of(network, subnet).route_table_id, lambda _: "")


def _way(network: Network, subnet: Subnet) -> Way:
    def known() -> Way:
        path = path_to_dynamodb(network, subnet)
        target = path.endpoint or path.hops[0].target.id
        return Way(_MANNERS.get(path.kind, "outside"), _WAYS[path.kind], target, path.reason)

    return _told(known, lambda gap: Way(UNKNOWN, "not known", "", str(gap)))


def _tables(context: Context, region: Region) -> Iterator[TableGroup]:
    """Yield the tables, the most sensitive first; those without class or of unknown class before all."""
    found: defaultdict[tuple[int, str, bool, str, str, bool], list[str]] = defaultdict(list)
    for table in region.tables.items:
        found[_look(context, table)].append(table.name)
    for (_, data_class, sensitive, key, lane, vault), names in sorted(found.items()):
        yield TableGroup(data_class, sensitive, key, lane or None, vault, tuple(names))


def _look(context: Context, table: Table) -> tuple[int, str, bool, str, str, bool]:
    """Return what tables stand together by, in the order in which they are shown."""
    ladder = context.settings.classes.ladder
    data_class = _told(
        lambda: context.classifier.data_class(table) or "unclassified", lambda _: "class not known"
    )
    rank = ladder.index(data_class) if data_class in ladder else len(ladder)
    return (
        -rank,
        data_class,
        _told(lambda: context.is_sensitive(table), lambda _: True),
        _key(context, table),
        _told(lambda: context.placement.lane(table) or "", lambda _: ""),
        _told(lambda: context.placement.is_token_vault(table), lambda _: False),
    )


def _key(context: Context, table: Table) -> str:
    def known() -> str:
        owner = key_class(table, context.snapshot)
        arn = key_arn(table)
        key = None if arn is None else context.snapshot.key(arn)
        return f"{owner} key" if key is None else f"{owner} key {key.label}"

    return _told(known, lambda _: "key not known")


def _told(answer: Callable[[], T], otherwise: Callable[[Gap], T]) -> T:
    try:
        return answer()
    except Unknown as missing:
        return otherwise(missing.gaps[0])
