"""Makes a DynamoDB gateway endpoint for the workload subnets of a VPC, with its final policy.

## What it does
`CreateVpcEndpoint` of type Gateway for the route tables in force for the subnets in which something runs that may use DynamoDB. Its policy
allows from the start only what `restrict-endpoint-policy` would leave: principals and tables of the account and of those under `trust`;
for a VPC of a tier (by a rule) or with administrators configured one plane for each, for subnets of one lane its tables. A gateway endpoint
costs nothing. What fails for the subnets (`subnet-path-private`) passes too, unless more specific routes win.

## Safety
Connections to DynamoDB that are open drop once and are made anew. Requests then come from private addresses, so that conditions on
`aws:SourceIp` hold no more, and they meet the endpoint's policy: the impact analysis names whom that denies. Every subnet of a route table
is affected; those shared between tiers or lanes are named. Nothing is made where DNS support is off, where a route table leads to the
prefix list of DynamoDB already, or where the VPC has an endpoint that only needs mending.

## Undo
Limited: the endpoint is deleted with its routes; open connections drop once more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from dynasec.check import Context
from dynasec.drafting.endpoint_bounds import CONTROLS, bounds_of
from dynasec.drafting.endpoint_policy import FULL_ACCESS, Bounds, bounded
from dynasec.drafting.endpoint_routes import Rerouted, leads_to, prefix_list, sharing, tables_of
from dynasec.drafting.endpoints import created_endpoint, creation, no_endpoint_of, no_routes_to
from dynasec.drafting.policies import Kind, too_long
from dynasec.drafting.vpcs import same_vpc
from dynasec.model.network import Endpoint, RouteTable, Vpc
from dynasec.remediation import Advice, Draft, Proposal, Remediation, Risk, UndoClass
from dynasec.semantics.endpoint_request import is_gone
from dynasec.semantics.workload import workload_subnets

remediation = Remediation(
    subject=Vpc,
    title="Create a DynamoDB gateway endpoint",
    controls=("dynamodb-endpoint-present",),
    risk=Risk.ACCESS,
    undo=UndoClass.LIMITED,
    reads=(
        "ec2:DescribeVpcAttribute",
        "ec2:DescribeRouteTables",
        "ec2:DescribePrefixLists",
        "tag:GetResources",
    ),
)


@remediation.each
def plan(vpc: Vpc, context: Context) -> Iterator[Proposal]:
    """Draft the endpoint."""
    network = context.region(vpc).network
    there = [
        one
        for one in network.endpoints.complete()
        if one.vpc_id == vpc.vpc_id and one.reaches_tables and not is_gone(one)
    ]
    subnets = workload_subnets(network, context.settings, vpc.vpc_id).complete()
    tables = tables_of(network, subnets)
    list_id = prefix_list(network, vpc.region)
    obstacle = _obstacle(vpc, there, tables, list_id)
    if obstacle is not None:
        yield obstacle
        return
    planned = _planned(vpc, context, tables)
    rerouted = Rerouted(network, None, planned, tables, list_id)
    bounds = bounds_of(planned, context, CONTROLS, rerouted.after)
    if bounds.lane == ():
        yield Advice(
            vpc.arn, "no table of this Region is in the VPC's lane", "tag the tables `lane`, and plan again"
        )
        return
    policy = bounded(FULL_ACCESS, bounds)
    made = planned.model_copy(update={"policy_document": policy})
    names = [table.route_table_id for table in tables]
    covered = [subnet.arn for subnet in subnets if rerouted.makes_private(subnet)]
    yield Draft(
        resource=vpc.arn,
        region=vpc.region,
        summary=f"create a DynamoDB gateway endpoint in {vpc.label} for {', '.join(names)}",
        before={"VpcEndpoint": None},
        after={"VpcEndpoint": {"RouteTableIds": names, "PolicyDocument": json.loads(policy)}},
        expect=(same_vpc(vpc), no_endpoint_of(vpc), no_routes_to(list_id, names)),
        calls=(creation(vpc, names, policy),),
        verify=(created_endpoint(names),),
        replaces=Rerouted(network, None, made, tables, list_id).replaces,
        closes=(vpc.arn, *covered),
        controls=("dynamodb-endpoint-present", "subnet-path-private"),
        reasons=(
            "open connections to DynamoDB drop once, and requests come from private addresses",
            "what the endpoint's policy does not allow is denied",
            *_open_planes(bounds),
            *sharing(network, tables, context.placement),
        ),
        loses="open connections drop once more",
        blocked=too_long(Kind.ENDPOINT, policy) or "",
    )


def _obstacle(vpc: Vpc, there: list[Endpoint], tables: tuple[RouteTable, ...], list_id: str) -> Advice | None:
    """Return what a person has to do first."""
    if there:
        told = ", ".join(f"{one.vpc_endpoint_id} ({one.vpc_endpoint_type}, {one.state})" for one in there)
        how = f"add route tables to it: {', '.join(table.route_table_id for table in tables)}, or delete it"
        return Advice(vpc.arn, f"the VPC has {told}, which serves nothing", how)
    if not vpc.dns_support.known():
        how = "aws ec2 modify-vpc-attribute --enable-dns-support, then plan again"
        return Advice(vpc.arn, "DNS support is off: clients would not find the endpoint's addresses", how)
    taken = [table.route_table_id for table in tables if leads_to(table, list_id)]
    if taken:
        why = f"{', '.join(taken)} has a route to DynamoDB's prefix list already"
        return Advice(vpc.arn, why, "remove that route, then plan again")
    return None


def _planned(vpc: Vpc, context: Context, tables: tuple[RouteTable, ...]) -> Endpoint:
    account = context.snapshot.account
    return Endpoint(
        arn=f"arn:{account.partition}:ec2:{vpc.region}:{account.id}:vpc-endpoint/vpce-planned",
        region=vpc.region,
        vpc_endpoint_id="vpce-planned",
        vpc_id=vpc.vpc_id,
        service_name=f"com.amazonaws.{vpc.region}.dynamodb",
        state="available",
        policy_document=FULL_ACCESS,
        route_table_ids=tuple(table.route_table_id for table in tables),
        owner_id=account.id,
        tags={},
    )


def _open_planes(bounds: Bounds) -> Iterator[str]:
    if bounds.tier is None and not bounds.administrators:
        yield "both planes pass it: no rule gives it a tier, and trust.administrators names nobody"
