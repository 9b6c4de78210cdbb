from ipaddress import ip_network

import pytest

from dynasec.semantics.longest_prefix import Entry, Rank, slices


def _slices(destination, *entries):
    made = [Entry(ip_network(cidr), rank, name) for cidr, rank, name in entries]
    return [([str(cidr) for cidr in one.cidrs], one.routes) for one in slices(ip_network(destination), made)]


def test_without_routes_the_destination_is_one_slice_that_nothing_carries():
    assert _slices("10.0.0.0/24") == [(["10.0.0.0/24"], ())]


def test_a_route_inside_cuts_the_destination():
    assert _slices(
        "10.0.0.0/24", ("10.0.0.0/8", Rank.STATIC, "a"), ("10.0.0.64/26", Rank.PROPAGATED, "b")
    ) == [
        (["10.0.0.0/26"], ("a",)),
        (["10.0.0.64/26"], ("b",)),
        (["10.0.0.128/25"], ("a",)),
    ]


@pytest.mark.parametrize(
    ("ranks", "winners"),
    [
        ((Rank.STATIC, Rank.PREFIX_LIST), ("a",)),
        ((Rank.PREFIX_LIST, Rank.PROPAGATED), ("a",)),
        ((Rank.PROPAGATED, Rank.STATIC), ("b",)),
        ((Rank.PREFIX_LIST, Rank.PREFIX_LIST), ("a", "b")),
    ],
)
def test_equally_specific_routes(ranks, winners):
    found = _slices("10.0.0.0/24", ("10.0.0.0/16", ranks[0], "a"), ("10.0.0.0/16", ranks[1], "b"))
    assert found == [(["10.0.0.0/24"], winners)]


def test_address_families_do_not_mix():
    assert _slices("2600::/32", ("0.0.0.0/0", Rank.STATIC, "a")) == [(["2600::/32"], ())]
    assert _slices("2600::/32", ("::/0", Rank.STATIC, "a")) == [(["2600::/32"], ("a",))]


def test_routes_that_cover_all_of_it_together_leave_nothing_for_a_wider_one():
    found = _slices(
        "10.0.0.0/24",
        ("10.0.0.0/24", Rank.STATIC, "wide"),
        ("10.0.0.0/25", Rank.PROPAGATED, "a"),
        ("10.0.0.128/25", Rank.PROPAGATED, "b"),
    )
    assert [routes for _, routes in found] == [("a",), ("b",)]
