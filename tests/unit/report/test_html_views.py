"""The map of zones and the matrix of access, before they become HTML."""

from __future__ import annotations

from typing import Any

import pytest

from dynasec.access import READS
from dynasec.audit.report import Report
from dynasec.iam.actions import Capability
from dynasec.model.fact import Gap, Listing
from dynasec.model.network import Network
from dynasec.model.snapshot import Snapshot
from dynasec.report.html.access_view import MOST_NAMES, access_view
from dynasec.report.html.drawing import MOST, drawing
from dynasec.report.html.zone_map import RegionMap, regions
from dynasec.report.interface import by_name
from dynasec.settings import Rule, Settings
from tests.support.access import EVERYTHING, PEOPLE, account, orders
from tests.support.accounts import denied, denied_listing, description, region, snapshot, table
from tests.support.findings import report
from tests.support.identity import allow, role
from tests.support.network import (
    TO_ENDPOINT,
    TO_INTERNET,
    TO_NAT,
    endpoint,
    interface_endpoint,
    network,
    routes,
    subnet,
    vpc,
)


def mapped(net: Network, *tables: Any, settings: Settings | None = None) -> RegionMap:
    account_ = snapshot(region(*(tables or (table(),)), network=net))
    (found,) = regions(report(snapshot=account_, settings=settings or Settings()))
    return found


def tagged(name: str, **tags: str) -> Any:
    return subnet(name, Tags=[{"Key": key, "Value": value} for key, value in tags.items()])


def ways(found: RegionMap) -> list[tuple[str, str, str]]:
    return [
        (group.way.manner, group.way.words, group.way.target) for one in found.vpcs for group in one.groups
    ]


@pytest.mark.parametrize(
    ("net", "way"),
    [
        (
            network(route_tables=(routes(TO_ENDPOINT),), endpoints=(endpoint(),)),
            ("private", "gateway endpoint", "vpce-1"),
        ),
        (
            network(route_tables=(routes(),), endpoints=(interface_endpoint(),)),
            ("private", "interface endpoint", "vpce-2"),
        ),
        (network(route_tables=(routes(TO_NAT),)), ("outside", "NAT gateway", "nat-1")),
        (network(route_tables=(routes(),)), ("none", "no way", "")),
        (
            network(route_tables=denied_listing("ec2:DescribeRouteTables")),
            ("unknown", "not known", ""),
        ),
        (
            network(route_tables=(routes(),), endpoints=denied_listing("ec2:DescribeVpcEndpoints")),
            ("unknown", "not known", ""),
        ),
    ],
)
def test_each_way_is_told_and_what_was_not_read_is_not_guessed(net, way):
    assert ways(mapped(net)) == [way]


def test_what_was_not_read_is_said():
    found = mapped(network(route_tables=denied_listing("ec2:DescribeRouteTables")))
    assert found.gaps == ("ec2:DescribeRouteTables: AccessDeniedException",)
    assert "The map may be incomplete: ec2:DescribeRouteTables" in by_name("html").render(
        report(
            snapshot=snapshot(
                region(table(), network=network(subnets=denied_listing("ec2:DescribeRouteTables")))
            )
        )
    )


def test_without_configuration_subnets_stand_together_by_route_table():
    net = network(
        subnets=[subnet(f"subnet-{number}") for number in range(3)],
        route_tables=(routes(TO_NAT), routes(name="rtb-2", subnet_id="subnet-2")),
    )
    (one,) = mapped(net).vpcs
    assert [(group.route_table, group.count, group.zone) for group in one.groups] == [
        ("rtb-1", 2, None),
        ("rtb-2", 1, None),
    ]
    assert [(routes_.route_table_id, subnets) for routes_, subnets in one.route_tables] == [
        ("rtb-1", 2),
        ("rtb-2", 1),
    ]


def test_zones_and_lanes_come_from_tags_and_rules():
    net = network(
        subnets=[tagged("subnet-1", zone="app", lane="shop"), tagged("subnet-2", zone="data")],
        route_tables=(routes(),),
    )
    settings = Settings(rules=(Rule(match="subnet-2", lane="finance"),))
    (one,) = mapped(net, settings=settings).vpcs
    assert [(group.zone, group.lane) for group in one.groups] == [("app", "shop"), ("data", "finance")]


def test_tables_stand_together_by_class_and_key_the_most_sensitive_first():
    classes = {"a": "public", "b": "restricted", "c": "restricted"}
    tables = [
        table(name, tags={"data-class": value}, description=description(name))
        for name, value in classes.items()
    ]
    tables += [table("d", tags=denied("tag:GetResources"), description=denied("dynamodb:DescribeTable"))]
    found = mapped(network(), *tables).tables
    assert [(group.data_class, group.key, group.names, group.sensitive) for group in found] == [
        ("class not known", "key not known", ("d",), True),
        ("restricted", "AWS owned key", ("b", "c"), True),
        ("public", "AWS owned key", ("a",), False),
    ]


def test_the_drawing_has_a_box_a_group_and_a_line_to_dynamodb_unless_there_is_no_way():
    net = network(
        subnets=[subnet(f"subnet-{number}") for number in range(3)],
        route_tables=(
            routes(TO_ENDPOINT),
            routes(TO_INTERNET, name="rtb-2", subnet_id="subnet-1"),
            routes(name="rtb-3", subnet_id="subnet-2"),
        ),
        endpoints=(endpoint(),),
    )
    drawn = drawing(mapped(net))
    assert drawn is not None
    assert sorted(box.kind for box in drawn.boxes) == ["none", "outside", "private"]
    assert [line.kind for line in drawn.lines].count("none") == 1
    assert [line.kind for line in drawn.lines].count("outside") == 2
    assert drawn.left_out == 0
    assert all(
        box.y + box.height <= drawn.height for box in (*drawn.boxes, *drawn.ways, *drawn.tables, drawn.base)
    )


def test_a_drawing_of_very_many_groups_says_what_it_leaves_out():
    net = network(
        subnets=[subnet(f"subnet-{number:03}") for number in range(MOST + 5)],
        route_tables=[
            routes(name=f"rtb-{number:03}", subnet_id=f"subnet-{number:03}") for number in range(MOST + 5)
        ],
    )
    drawn = drawing(mapped(net))
    assert drawn is not None
    assert (len(drawn.boxes), drawn.left_out) == (MOST, 5)


def test_a_region_without_subnets_has_no_drawing():
    assert drawing(mapped(network(subnets=(), vpcs=(vpc(),)))) is None


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        (Listing((table(),)), ""),
        (Listing(()), "no tables"),
        (denied_listing("dynamodb:ListTables"), "its tables are not known"),
    ],
)
def test_dynamodb_without_tables_says_why_it_is_empty(tables, said):
    found = region(network=network()).model_copy(update={"tables": tables})
    (one,) = regions(report(snapshot=snapshot(found)))
    drawn = drawing(one)
    assert drawn is not None
    assert drawn.base.subtitle == said


def viewed(found: Snapshot) -> Report:
    return report(snapshot=found.model_copy(update={"reads": tuple(sorted(READS))}))


def test_the_matrix_names_the_reads_that_are_missing():
    view = access_view(report(snapshot=account(role())))
    assert set(view.missing) == READS
    assert view.lines == ()


def test_the_matrix_shows_who_can_do_what_and_under_which_conditions():
    conditional = allow(
        "dynamodb:GetItem", Condition={"StringEquals": {"aws:SourceVpce": "vpce-0a1b2c3d4e5f67890"}}
    )
    found = account(
        role("reader", trust=PEOPLE, inline={"own": [conditional]}),
        role("admin", trust=PEOPLE, inline={"own": EVERYTHING}),
    )
    view = access_view(viewed(found))
    by_name_ = {name: line for line in view.lines for name in line.principals.shown}
    read = list(Capability).index(Capability.READ)
    write = list(Capability).index(Capability.WRITE)
    assert by_name_["role admin"].cells[write].kind == "allowed"
    assert by_name_["role reader"].cells[read].kind == "conditional"
    assert by_name_["role reader"].cells[write].kind == "denied"
    (condition,) = by_name_["role reader"].conditions
    assert condition.capabilities == ("read",)
    assert condition.alternatives == (("only from vpce-0a1b2c3d4e5f67890",),)
    assert "only from vpce-0a1b2c3d4e5f67890" in by_name("html").render(viewed(found))


def test_tables_that_are_not_sensitive_are_not_in_it_those_of_unknown_class_are():
    public = account(role(inline={"own": EVERYTHING}), of=orders(tags={"data-class": "public"}))
    assert access_view(viewed(public)).tables == 0
    hidden = account(role(inline={"own": EVERYTHING}), of=orders(tags=denied("tag:GetResources")))
    assert access_view(viewed(hidden)).tables == 1


def test_of_many_principals_some_are_named_and_the_rest_counted():
    many = [
        role(f"r{number:03}", trust=PEOPLE, inline={"own": EVERYTHING}) for number in range(MOST_NAMES + 2)
    ]
    (line,) = access_view(viewed(account(*many))).lines[:1]
    assert line.principals.count == len(line.principals.shown) + line.principals.rest
    assert line.principals.rest >= 2
    assert line.tables.rest == 0


def test_only_the_accounts_own_principals_are_shortened():
    foreign = "arn:aws:iam::999988887777:role/partner"
    policy = [{**allow("dynamodb:*"), "Principal": {"AWS": foreign}}]
    view = access_view(viewed(account(role("own", inline={"own": EVERYTHING}), of=orders(policy=policy))))
    names = {name for line in view.lines for name in line.principals.shown}
    assert {"root", "role own", foreign} <= names


def test_tables_of_several_regions_say_which():
    found = account(role("own", inline={"own": EVERYTHING}))
    there = region(table("orders", region="eu-west-1", policy=None, stream_policy=None), name="eu-west-1")
    view = access_view(viewed(found.model_copy(update={"regions": (*found.regions, there)})))
    assert {name for line in view.lines for name in line.tables.shown} == {
        "us-east-1: orders",
        "eu-west-1: orders",
    }


def test_caveats_are_shown():
    refused = Gap("iam:GetAccountAuthorizationDetails", "AccessDenied")
    found = account(role(), gaps={"users": refused})
    assert access_view(viewed(found)).caveats
