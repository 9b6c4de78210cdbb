import pytest

from dynasec.model.fact import Fact, Gap, Listing, Unknown
from dynasec.model.network import PrefixList, RoutedPrefixList
from dynasec.semantics.network_path import path_to_dynamodb, route_table_of
from dynasec.semantics.route_target import PathKind
from tests.support.accounts import denied_listing
from tests.support.network import (
    CIDRS,
    LIST,
    SERVICE,
    TO_ENDPOINT,
    TO_INTERNET,
    TO_NAT,
    endpoint,
    interface_endpoint,
    network,
    own_list,
    prefix_list,
    route,
    routes,
    subnet,
)

NO_CIDRS = PrefixList.model_validate({"PrefixListId": LIST, "PrefixListName": SERVICE})


def _path(*entries, endpoints=(), **kinds):
    kinds.setdefault("route_tables", [routes(*entries)])
    return path_to_dynamodb(network(endpoints=endpoints, **kinds), subnet())


def _code(*entries, **kinds):
    with pytest.raises(Unknown) as caught:
        _path(*entries, **kinds)
    return caught.value.gaps[0].operation


def test_the_route_to_the_prefix_list_leads_to_the_endpoint_although_a_default_route_exists():
    path = _path(TO_ENDPOINT, TO_NAT, endpoints=[endpoint()])
    assert (path.kind, path.endpoint, path.route_table) == (PathKind.GATEWAY_ENDPOINT, "vpce-1", "rtb-1")
    assert path.is_private
    assert path.hops[0].cidrs == CIDRS


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ({"NatGatewayId": "nat-1"}, PathKind.NAT),
        ({"GatewayId": "igw-1"}, PathKind.INTERNET_GATEWAY),
        ({"GatewayId": "eigw-1"}, PathKind.INTERNET_GATEWAY),
        ({"EgressOnlyInternetGatewayId": "eigw-1"}, PathKind.INTERNET_GATEWAY),
        ({"TransitGatewayId": "tgw-1"}, PathKind.TRANSIT_GATEWAY),
        ({"VpcPeeringConnectionId": "pcx-1"}, PathKind.PEERING),
        ({"GatewayId": "vgw-1"}, PathKind.OTHER),
        ({"InstanceId": "i-1", "NetworkInterfaceId": "eni-1"}, PathKind.OTHER),
        ({"CoreNetworkArn": "arn:aws:networkmanager::1:core-network/c"}, PathKind.OTHER),
    ],
)
def test_ways_out(target, kind):
    path = _path(route("0.0.0.0/0", **target), endpoints=[endpoint("vpce-9", "rtb-other")])
    assert (path.kind, path.endpoint) == (kind, None)
    assert not path.is_private
    assert next(iter(target.values())) in path.reason


def test_an_explicit_table_hides_the_main_one():
    tables = [routes(TO_ENDPOINT, name="rtb-main"), routes(TO_NAT, subnet_id="subnet-1", name="rtb-own")]
    path = _path(route_tables=tables, endpoints=[endpoint("vpce-1", "rtb-main")])
    assert (path.kind, path.route_table) == (PathKind.NAT, "rtb-own")


def test_a_subnet_without_association_is_under_the_main_table():
    tables = [routes(TO_ENDPOINT, subnet_id="subnet-2", name="rtb-own"), routes(TO_INTERNET, name="rtb-main")]
    path = _path(route_tables=tables, endpoints=[endpoint("vpce-1", "rtb-own")])
    assert (path.kind, path.route_table) == (PathKind.INTERNET_GATEWAY, "rtb-main")


def test_the_main_table_is_that_of_the_own_vpc():
    tables = [
        routes(TO_ENDPOINT, name="rtb-0", VpcId="vpc-0"),
        routes(TO_NAT, name="rtb-1"),
    ]
    assert _path(route_tables=tables, endpoints=[endpoint("vpce-1", "rtb-0")]).route_table == "rtb-1"


def test_a_more_specific_static_route_takes_its_part_away_from_the_endpoint():
    path = _path(TO_ENDPOINT, route("52.94.1.0/24", NatGatewayId="nat-1"), endpoints=[endpoint()])
    assert path.kind is PathKind.NAT
    assert path.hops[0].cidrs == ("52.94.1.0/24",)
    assert "some of DynamoDB's ranges (52.94.1.0/24) through NAT gateway nat-1" in path.reason


def test_an_equally_specific_static_route_wins_over_the_prefix_list():
    path = _path(TO_ENDPOINT, route("52.94.0.0/22", NatGatewayId="nat-1"), endpoints=[endpoint()])
    assert path.kind is PathKind.NAT


def test_an_equally_specific_propagated_route_loses_to_the_prefix_list():
    propagated = route("52.94.0.0/22", GatewayId="vgw-1", Origin="EnableVgwRoutePropagation")
    assert _path(TO_ENDPOINT, propagated, endpoints=[endpoint()]).kind is PathKind.GATEWAY_ENDPOINT


def test_a_more_specific_propagated_route_wins():
    propagated = route("52.94.1.0/24", GatewayId="vgw-1", Origin="EnableVgwRoutePropagation")
    assert _path(TO_ENDPOINT, propagated, endpoints=[endpoint()]).kind is PathKind.OTHER


def test_a_less_specific_route_does_not_matter():
    path = _path(TO_ENDPOINT, route("52.0.0.0/8", NatGatewayId="nat-1"), TO_INTERNET, endpoints=[endpoint()])
    assert path.kind is PathKind.GATEWAY_ENDPOINT


def test_a_customers_prefix_list_counts_with_its_entries():
    found = _path(
        TO_ENDPOINT,
        route("pl-own", TransitGatewayId="tgw-1"),
        endpoints=[endpoint()],
        routed_prefix_lists=(own_list("pl-own", "3.218.181.0/24"),),
    )
    assert found.kind is PathKind.TRANSIT_GATEWAY


def test_a_customers_prefix_list_elsewhere_does_not_matter():
    found = _path(
        TO_ENDPOINT,
        route("pl-own", TransitGatewayId="tgw-1"),
        endpoints=[endpoint()],
        routed_prefix_lists=(own_list("pl-idle", CIDRS[0]), own_list("pl-own", "10.8.0.0/16")),
    )
    assert found.kind is PathKind.GATEWAY_ENDPOINT


def test_of_two_prefix_lists_with_one_range_the_worse_counts_because_aws_picks_either():
    found = _path(
        TO_ENDPOINT,
        route("pl-own", NatGatewayId="nat-1"),
        endpoints=[endpoint()],
        routed_prefix_lists=(own_list("pl-own", CIDRS[0]),),
    )
    assert found.kind is PathKind.NAT


def test_a_blackhole_drops_and_the_less_specific_route_is_not_taken():
    path = _path(
        route("52.0.0.0/8", "blackhole", NatGatewayId="nat-0"),
        route("3.0.0.0/8", "blackhole", NatGatewayId="nat-0"),
        TO_NAT,
    )
    assert path.kind is PathKind.NONE
    assert "nat-0 is gone" in path.reason


def test_no_route_at_all():
    assert _path().kind is PathKind.NONE
    assert _path().reason == "route table rtb-1 has no route to DynamoDB"


def test_an_interface_endpoint_is_the_path_only_where_no_route_leads_out():
    assert _path(endpoints=[interface_endpoint()]).kind is PathKind.INTERFACE_ENDPOINT
    assert _path(TO_NAT, endpoints=[interface_endpoint()]).kind is PathKind.NAT


@pytest.mark.parametrize(
    "members",
    [{"State": "pending"}, {"VpcId": "vpc-2"}, {"ServiceName": f"{SERVICE}-streams"}],
)
def test_an_interface_endpoint_that_does_not_serve(members):
    assert _path(endpoints=[interface_endpoint(**members)]).kind is PathKind.NONE


@pytest.mark.parametrize("state", ["deleting", "failed", "pending"])
def test_an_endpoint_that_is_not_available_is_no_private_path(state):
    assert _path(TO_ENDPOINT, endpoints=[endpoint(State=state)]).kind is PathKind.OTHER


def test_a_route_to_an_appliance_behind_an_endpoint_is_not_dynamodb():
    appliance = endpoint(
        "vpce-3", VpcEndpointType="GatewayLoadBalancer", ServiceName="com.amazonaws.vpce.us-east-1.vpce-svc-1"
    )
    path = _path(route("0.0.0.0/0", GatewayId="vpce-3"), endpoints=[appliance])
    assert path.kind is PathKind.OTHER


def test_an_association_stands_for_its_route():
    assert _path(TO_NAT, endpoints=[endpoint()]).kind is PathKind.GATEWAY_ENDPOINT


def test_an_association_does_not_beat_a_more_specific_route():
    path = _path(route("3.218.180.0/24", NatGatewayId="nat-1"), endpoints=[endpoint()])
    assert path.kind is PathKind.NAT


def test_an_association_with_an_endpoint_that_is_not_available_stands_for_nothing():
    assert _path(TO_NAT, endpoints=[endpoint(State="failed")]).kind is PathKind.NAT


def test_an_endpoint_of_streams_or_of_s3_is_not_one_of_tables():
    others = [
        endpoint("vpce-3", service="com.amazonaws.us-east-1.s3"),
        endpoint("vpce-4", service=f"{SERVICE}-streams"),
    ]
    assert _path(TO_NAT, endpoints=others).kind is PathKind.NAT


def test_a_route_that_its_endpoint_denies_is_unknown():
    assert _code(TO_ENDPOINT, endpoints=[endpoint("vpce-1", "rtb-7")]) == "ec2:DescribeVpcEndpoints"


def test_a_route_to_an_endpoint_that_is_not_shown_is_unknown():
    assert _code(TO_ENDPOINT) == "ec2:DescribeVpcEndpoints"


def test_ipv6_is_judged_by_ipv6_routes():
    lists = [prefix_list(*CIDRS, "2600:1f00::/40")]
    path = _path(TO_ENDPOINT, TO_NAT, endpoints=[endpoint()], prefix_lists=lists)
    assert path.kind is PathKind.GATEWAY_ENDPOINT
    out = route("2600:1f00::/48", EgressOnlyInternetGatewayId="eigw-1")
    assert (
        _path(TO_ENDPOINT, out, endpoints=[endpoint()], prefix_lists=lists).kind is PathKind.INTERNET_GATEWAY
    )


def test_unread_things_are_unknown():
    assert _code(TO_NAT, prefix_lists=denied_listing("ec2:DescribePrefixLists")) == "ec2:DescribePrefixLists"
    assert _code(TO_NAT, prefix_lists=[]) == "ec2:DescribePrefixLists"
    assert _code(route_tables=denied_listing("ec2:DescribeRouteTables")) == "ec2:DescribeRouteTables"
    assert _code(route_tables=[]) == "ec2:DescribeRouteTables"
    assert _code(endpoints=denied_listing("ec2:DescribeVpcEndpoints")) == "ec2:DescribeVpcEndpoints"
    assert (
        _code(TO_ENDPOINT, endpoints=denied_listing("ec2:DescribeVpcEndpoints")) == "ec2:DescribeVpcEndpoints"
    )
    assert _code(TO_NAT, route("pl-own", GatewayId="igw-1")) == "ec2:GetManagedPrefixListEntries"
    hidden = RoutedPrefixList(
        prefix_list_id="pl-own", cidrs=Fact(gap=Gap("ec2:GetManagedPrefixListEntries", "Denied"))
    )
    assert (
        _code(TO_NAT, route("pl-own", GatewayId="igw-1"), routed_prefix_lists=(hidden,))
        == "ec2:GetManagedPrefixListEntries"
    )


def test_an_unread_endpoint_may_be_associated_with_the_table():
    hidden = denied_listing("ec2:DescribeVpcEndpoints")
    assert _code(TO_NAT, endpoints=hidden) == "ec2:DescribeVpcEndpoints"
    some = denied_listing("ec2:DescribeVpcEndpoints", endpoint())
    assert _path(TO_ENDPOINT, TO_NAT, endpoints=some).kind is PathKind.GATEWAY_ENDPOINT


def test_a_vpc_whose_own_range_holds_dynamodbs_addresses_keeps_the_packets():
    path = _path(*(route(cidr, GatewayId="local") for cidr in CIDRS))
    assert path.kind is PathKind.NONE
    assert "keeps packets to DynamoDB in the VPC" in path.reason


def test_an_unread_table_may_be_the_subnets_own():
    some = Listing((routes(TO_ENDPOINT),), Gap("ec2:DescribeRouteTables", "Throttled"))
    assert _code(route_tables=some, endpoints=[endpoint()]) == "ec2:DescribeRouteTables"
    own = Listing((routes(TO_NAT, subnet_id="subnet-1"),), Gap("ec2:DescribeRouteTables", "Throttled"))
    assert _path(route_tables=own).kind is PathKind.NAT


@pytest.mark.parametrize("state", ["associating", "disassociating"])
def test_an_association_in_flux_is_unknown(state):
    one = {"Main": False, "SubnetId": "subnet-1", "AssociationState": {"State": state}}
    assert _code(route_tables=[routes(Associations=[one])]) == "ec2:DescribeRouteTables"


def test_a_failed_association_is_none():
    failed = {"Main": False, "SubnetId": "subnet-1", "AssociationState": {"State": "failed"}}
    tables = [routes(name="rtb-2", Associations=[failed]), routes(TO_NAT, name="rtb-main")]
    assert route_table_of(network(route_tables=tables), subnet()).route_table_id == "rtb-main"


def test_a_route_of_a_state_or_target_that_nobody_knows_is_unknown():
    assert _code(route("0.0.0.0/0", "filtered", NatGatewayId="nat-1")) == "ec2:DescribeRouteTables"
    assert _code(route("0.0.0.0/0")) == "ec2:DescribeRouteTables"


class TestWithoutRanges:
    """An emulator lists DynamoDB's prefix list without its ranges: only what holds for every public address may be said."""

    def test_endpoint(self):
        path = _path(TO_ENDPOINT, TO_NAT, endpoints=[endpoint()], prefix_lists=[NO_CIDRS])
        assert (path.kind, path.hops[0].cidrs) == (PathKind.GATEWAY_ENDPOINT, ())

    def test_association(self):
        path = _path(TO_NAT, endpoints=[endpoint()], prefix_lists=[NO_CIDRS])
        assert path.kind is PathKind.GATEWAY_ENDPOINT

    def test_default_route(self):
        assert _path(TO_NAT, prefix_lists=[NO_CIDRS]).kind is PathKind.NAT

    def test_private_ranges_do_not_matter(self):
        path = _path(route("10.8.0.0/16", TransitGatewayId="tgw-1"), prefix_lists=[NO_CIDRS])
        assert path.kind is PathKind.NONE

    @pytest.mark.parametrize("cidr", ["52.94.0.0/22", "0.0.0.0/1"])
    def test_a_public_range_may_be_dynamodbs(self, cidr):
        overriding = route(cidr, NatGatewayId="nat-1")
        assert (
            _code(TO_ENDPOINT, overriding, endpoints=[endpoint()], prefix_lists=[NO_CIDRS])
            == "ec2:DescribePrefixLists"
        )
