"""What can go wrong in the network: zones and lanes, endpoints and their policies, ways out, front doors."""

from __future__ import annotations

import json
from ipaddress import IPv4Network
from typing import Any

from dynasec.model.fact import Fact, Listing
from dynasec.model.network import CidrAssociation, Route, Subnet
from dynasec.model.packet_filter import NetworkAclAssociation, NetworkAclEntry
from dynasec.model.snapshot import Snapshot
from tests.account.mutation import (
    Mutation,
    changed,
    endpoint_of,
    here,
    replaced,
    the,
    with_endpoint_statement,
    with_policy,
    with_tags,
    without_statement,
)
from tests.account.network import OWN, own
from tests.account.tables import arn
from tests.account.watch import SECOND_DOOR, managed_groups
from tests.support.accounts import ACCOUNT
from tests.support.identity import allow
from tests.support.network import route
from tests.support.zones import entry

OTHERS_TABLE = arn("orders").replace(ACCOUNT, "999988887777")


def _network(account: Snapshot) -> Any:
    return here(account).network


def _subnet(account: Snapshot, name: str, **members: Any) -> Snapshot:
    one: Subnet = the(_network(account).subnets.items, subnet_id=name)
    return changed(account, one, **members)


def _vpc(account: Snapshot, name: str, **members: Any) -> Snapshot:
    return changed(account, the(_network(account).vpcs.items, vpc_id=name), **members)


def _acl(account: Snapshot, name: str) -> Any:
    return the(_network(account).network_acls.items, network_acl_id=name)


def _second_range(account: Snapshot) -> Snapshot:
    vpc = the(_network(account).vpcs.items, vpc_id="vpc-2")
    more = vpc.cidr_block_association_set[0].model_copy(update={"cidr_block": IPv4Network("172.16.0.0/16")})
    assert isinstance(more, CidrAssociation)
    return changed(account, vpc, cidr_block_association_set=(*vpc.cidr_block_association_set, more))


def _one_acl_for_both(account: Snapshot) -> Snapshot:
    moved = changed(account, _acl(account, "acl-vault"), associations=())
    taken = _acl(moved, "acl-app")
    more = NetworkAclAssociation(subnet_id="subnet-vault")
    return changed(moved, taken, associations=(*taken.associations, more))


def _remote_login(account: Snapshot) -> Snapshot:
    acl = _acl(account, "acl-admin")
    open_ = NetworkAclEntry.model_validate(entry(50, "0.0.0.0/0", ports=(22, 22)))
    return changed(account, acl, entries=(open_, *acl.entries))


def _way_out(account: Snapshot) -> Snapshot:
    table = the(_network(account).route_tables.items, route_table_id="rtb-vault")
    out = Route.model_validate(route("3.218.180.0/24", NatGatewayId="nat-1"))
    return changed(account, table, routes=(*table.routes, out))


def _open_endpoint(account: Snapshot) -> Snapshot:
    group = the(_network(account).security_groups.items, group_id="sg-endpoint")
    (rule,) = group.ip_permissions
    wide = rule.ip_ranges[0].model_copy(update={"cidr_ip": "0.0.0.0/0"})
    return changed(account, rule, ip_ranges=(*rule.ip_ranges, wide))


def _silent_log(account: Snapshot) -> Snapshot:
    log = the(_network(account).flow_logs.items, resource_id="vpc-2")
    return changed(account, log, deliver_logs_status="FAILED", deliver_logs_error_message="Access error")


def _statement(endpoint_id: str, *actions: str, **more: Any) -> Any:
    statement = {"Principal": "*", **allow(*actions, **more)}
    return lambda account: with_endpoint_statement(account, endpoint_id, statement)


def _wall(account: Snapshot) -> Any:
    return here(account).edge.web_acls.items[0]


def _without_door(account: Snapshot, listing: Listing[str]) -> Snapshot:
    kept = tuple(one for one in listing.items if one != SECOND_DOOR)
    return replaced(account, listing, Listing(kept))


OF_OTHERS = {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}
TO_OWN = {"StringEquals": {"aws:ResourceAccount": ACCOUNT}}
FULL = "full access leads everybody everywhere"

MUTATIONS = (
    # the class tag of `invoices`: without one, its data counts as confidential, as before
    Mutation(
        "data-class-tagged",
        lambda account: with_tags(
            account, "invoices", lambda tags: {key: tags[key] for key in tags if key != "data-class"}
        ),
    ),
    Mutation(
        "lane-assigned",
        lambda account: with_tags(
            account, "catalog", lambda tags: {key: tags[key] for key in tags if key != "lane"}
        ),
    ),
    Mutation("network-ranges-disjoint", _second_range),
    Mutation(
        "subnet-growth-room",
        lambda account: _subnet(account, "subnet-app", available_ip_address_count=3),
    ),
    Mutation("zone-network-acl", _remote_login),
    Mutation("zones-separated", _one_acl_for_both),
    Mutation(
        "dynamodb-endpoint-present",
        lambda account: changed(account, endpoint_of(account, "vpce-admin"), state="pending"),
        silent={"subnet-path-private": "no packet from this VPC can reach DynamoDB"},
    ),
    Mutation("subnet-path-private", _way_out),
    Mutation(
        "endpoint-dns-support",
        lambda account: _vpc(account, "vpc-1", dns_support=Fact(False)),  # noqa: FBT003 - the fact is the value
    ),
    Mutation(
        "endpoint-policy-restricted",
        _statement("vpce-vault", "*"),
        also={
            "endpoint-policy-own-tables": FULL,
            "endpoint-policy-own-principals": FULL,
            "endpoint-planes-separated": FULL,
            "lane-endpoint-policy": FULL,
        },
    ),
    Mutation(
        "endpoint-policy-workable",
        _statement("vpce-app", "dynamodb:GetItem", resource=arn("orders").replace("table/", " table/")),
    ),
    Mutation(
        "endpoint-policy-own-tables",
        _statement("vpce-app", "dynamodb:PutItem", resource=OTHERS_TABLE, Condition=OF_OTHERS),
    ),
    Mutation(
        "endpoint-policy-own-principals",
        _statement("vpce-app", "dynamodb:GetItem", resource=arn("orders"), Condition=TO_OWN),
    ),
    Mutation(
        "endpoint-planes-separated",
        _statement("vpce-app", "dynamodb:UpdateTable", resource=arn("orders"), Condition=OWN),
    ),
    Mutation(
        "lane-endpoint-exclusive",
        lambda account: _subnet(account, "subnet-batch", tags={"zone": "app", "lane": "billing"}),
    ),
    Mutation(
        "lane-endpoint-policy",
        lambda account: with_endpoint_statement(
            account, "vpce-app", own("dynamodb:GetItem", tables=("tokens",))
        ),
    ),
    Mutation("interface-endpoint-guarded", _open_endpoint),
    Mutation(
        "table-only-through-endpoint",
        lambda account: with_policy(account, "invoices", lambda text: without_statement(text, "Outside")),
    ),
    Mutation("flow-logs", _silent_log),
    Mutation(
        "shield-advanced",
        lambda account: changed(account, account.edge.shield_subscription.known(), auto_renew="DISABLED"),
    ),
    Mutation("front-door-shielded", lambda account: _without_door(account, account.edge.shield_protections)),
    Mutation("front-door-web-acl", lambda account: _without_door(account, _wall(account).resources)),
    Mutation(
        "web-acl-owasp-rules",
        lambda account: changed(account, _wall(account), rules=Fact(json.dumps(managed_groups()[1:]))),
    ),
    Mutation("web-acl-logging", lambda account: changed(account, _wall(account), logging=Fact(None))),
)
