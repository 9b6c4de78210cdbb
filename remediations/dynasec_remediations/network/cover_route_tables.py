"""Leads the workload subnets of a VPC through the DynamoDB gateway endpoint that it has.

## What it does
`ModifyVpcEndpoint` puts the gateway endpoint into the route tables in force for the subnets whose packets go another way: one change for
each endpoint, however many subnets. Where a VPC has several, the one of the subnet's lane and tier is taken. A VPC without a gateway
endpoint is for `create-gateway-endpoint`; routes more specific than DynamoDB's ranges are for a person to judge.

## Safety
Connections to DynamoDB that are open drop once and are made anew. Requests then come from private addresses, so that conditions on
`aws:SourceIp` hold no more, and they meet the endpoint's policy: the impact analysis names whom that denies. Every subnet of a route table
is affected; those shared between tiers or lanes are named.

## Undo
Limited: the endpoint leaves the route tables again; open connections drop once more.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from dynasec.check import Context
from dynasec.drafting.endpoint_routes import Rerouted, leads_to, prefix_list, sharing, tables_of
from dynasec.drafting.endpoints import in_tables, no_routes_to, routes_call, same_endpoint
from dynasec.model.fact import Unknown
from dynasec.model.network import Endpoint, Network, Subnet
from dynasec.remediation import Advice, Draft, Failure, Proposal, Remediation, Risk, UndoClass
from dynasec.semantics.lane_of_endpoint import lane_of_endpoint
from dynasec.semantics.network_path import path_to_dynamodb, route_table_of
from dynasec.semantics.shared_paths import place_of
from dynasec.semantics.wording import counted

remediation = Remediation(
    subject=Subnet,
    title="Lead subnets through the gateway endpoint",
    controls=("subnet-path-private",),
    risk=Risk.ACCESS,
    undo=UndoClass.LIMITED,
    reads=("ec2:DescribeVpcs",),
)


@remediation.planner
def plan(failures: Sequence[Failure[Subnet]], context: Context) -> Iterable[Proposal]:
    """Draft one change for each endpoint, of the subnets that it can serve."""
    served: dict[str, list[Subnet]] = defaultdict(list)
    endpoints: dict[str, Endpoint] = {}
    for failure in failures:
        subnet = failure.subject
        try:
            found = _endpoint(subnet, context)
        except Unknown as missing:
            yield _unread(subnet, missing)
            continue
        if isinstance(found, Advice):
            yield found
        elif found is not None:
            endpoints[found.arn] = found
            served[found.arn].append(subnet)
    for arn, subnets in served.items():
        try:
            yield _draft(endpoints[arn], subnets, context)
        except Unknown as missing:
            for subnet in subnets:
                yield _unread(subnet, missing)


def _unread(subnet: Subnet, missing: Unknown) -> Advice:
    return Advice(subnet.arn, f"cannot be planned: {missing}", "let dynasec read it, then plan again")


def _endpoint(subnet: Subnet, context: Context) -> Endpoint | Advice | None:
    """Return the endpoint that a subnet shall use; None where the VPC has none, so that another remediation makes one."""
    network = context.region(subnet).network
    found = [
        one
        for one in network.endpoints.complete()
        if one.vpc_id == subnet.vpc_id and one.reaches_tables and one.available
    ]
    gateways = [one for one in found if one.is_gateway]
    if not gateways:
        why = "clients that do not call the interface endpoint's name leave the VPC, and it has no gateway endpoint"
        how = "create a gateway endpoint for the route table (it costs nothing), or remove its way out"
        return Advice(subnet.arn, why, how) if found else None
    table = route_table_of(network, subnet)
    list_id = prefix_list(network, subnet.region)
    if leads_to(table, list_id) or any(table.route_table_id in one.route_table_ids for one in gateways):
        return Advice(
            subnet.arn, _overridden(network, subnet), "remove or narrow the route that the finding names"
        )
    if table.owner_id not in {"", context.snapshot.account.id}:
        return Advice(subnet.arn, f"{table.route_table_id} is account {table.owner_id}'s", "ask its owner")
    chosen = gateways if len(gateways) == 1 else list(_fitting(gateways, subnet, context))
    if len(chosen) != 1:
        why = f"the VPC has gateway endpoints {', '.join(one.vpc_endpoint_id for one in gateways)}"
        return Advice(subnet.arn, why, "tag them and the subnet `lane` or `tier`, and plan again")
    if not _after(network, chosen[0], [subnet]).is_private(subnet):
        return Advice(subnet.arn, _overridden(network, subnet), "remove or narrow that route first")
    return chosen[0]


def _overridden(network: Network, subnet: Subnet) -> str:
    reason = path_to_dynamodb(network, subnet).reason
    return f"more specific routes win over the endpoint's: {reason}"


def _fitting(gateways: Sequence[Endpoint], subnet: Subnet, context: Context) -> Iterator[Endpoint]:
    network, placement = context.region(subnet).network, context.placement
    wanted = place_of(placement.lane, network, subnet), placement.tier(subnet)
    for one in gateways:
        if wanted == (lane_of_endpoint(network, one, placement), placement.tier(one)):
            yield one


def _after(network: Network, endpoint: Endpoint, subnets: Sequence[Subnet]) -> Rerouted:
    tables = tables_of(network, subnets)
    joined = (*endpoint.route_table_ids, *(one.route_table_id for one in tables))
    planned = endpoint.model_copy(update={"route_table_ids": joined})
    return Rerouted(network, endpoint, planned, tables, prefix_list(network, endpoint.region))


def _draft(endpoint: Endpoint, subnets: Sequence[Subnet], context: Context) -> Draft:
    network = context.region(endpoint).network
    rerouted = _after(network, endpoint, subnets)
    names = tuple(table.route_table_id for table in rerouted.tables)
    return Draft(
        resource=endpoint.arn,
        region=endpoint.region,
        summary=f"lead {counted(len(subnets), 'subnet')} through {endpoint.label}: {', '.join(names)}",
        before={"RouteTableIds": sorted(endpoint.route_table_ids)},
        after={"RouteTableIds": sorted(rerouted.endpoint.route_table_ids)},
        expect=(
            same_endpoint(endpoint),
            in_tables(endpoint, endpoint.route_table_ids),
            no_routes_to(rerouted.list_id, names),
        ),
        calls=(routes_call(endpoint, names),),
        verify=(in_tables(endpoint, rerouted.endpoint.route_table_ids),),
        replaces=rerouted.replaces,
        closes=tuple(subnet.arn for subnet in subnets),
        reasons=(
            "open connections to DynamoDB drop once, and requests come from private addresses",
            *sharing(network, rerouted.tables, context.placement),
        ),
        loses="open connections drop once more",
    )
