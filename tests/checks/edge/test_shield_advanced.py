from datetime import UTC, datetime

import pytest

from dynasec.check import Status
from dynasec.model.edge import DoorKind, ShieldSubscription
from dynasec.model.fact import Fact, Listing
from tests.support.accounts import denied, denied_listing, region, snapshot, table, verdict
from tests.support.edge import door, edge, global_edge

CONTROL = "shield-advanced"


def _found(around=None, *balancers, **members):
    local = edge(*balancers or (door(),), **members)
    return verdict(CONTROL, snapshot(region(table(), edge=local), edge=around or global_edge()))


def test_an_active_subscription_that_renews_itself_passes():
    assert _found().status is Status.PASS


def test_no_subscription_fails_and_names_a_front_door():
    found = _found(global_edge("INACTIVE", shield_subscription=Fact(None)))
    assert (found.status, "application load balancer shop" in found.reason) == (Status.FAIL, True)


def test_a_subscription_that_runs_out_fails():
    ending = ShieldSubscription(auto_renew="DISABLED", end_time=datetime(2026, 6, 30, tzinfo=UTC))
    found = _found(global_edge(shield_subscription=Fact(ending)))
    assert (found.status, "2026-06-30" in found.reason) == (Status.FAIL, True)


@pytest.mark.parametrize(
    ("listing", "kind"),
    [
        ("distributions", DoorKind.DISTRIBUTION),
        ("accelerators", DoorKind.ACCELERATOR),
        ("hosted_zones", DoorKind.HOSTED_ZONE),
    ],
)
def test_front_doors_of_no_region_count(listing, kind):
    around = global_edge("INACTIVE", **{listing: Listing((door(kind),))})
    assert _found(around, door(public=False)).status is Status.FAIL
    hidden = global_edge("INACTIVE", **{listing: Listing((door(kind, public=False),))})
    assert _found(hidden, door(public=False)).status is Status.NOT_APPLICABLE


def test_classic_load_balancers_count():
    classic = Listing((door(DoorKind.CLASSIC_LOAD_BALANCER),))
    found = _found(global_edge("INACTIVE"), door(public=False), classic_load_balancers=classic)
    assert found.status is Status.FAIL


@pytest.mark.parametrize("partition", ["aws-us-gov", "aws-cn"])
def test_other_partitions_have_none(partition):
    account = snapshot(region(table(), edge=edge(door())))
    elsewhere = account.account.model_copy(update={"partition": partition})
    found = verdict(CONTROL, account.model_copy(update={"account": elsewhere}))
    assert found.status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    "around",
    [
        global_edge(shield_state=denied("shield:GetSubscriptionState")),
        global_edge(shield_subscription=denied("shield:DescribeSubscription")),
        global_edge(shield_subscription=Fact(None)),
        global_edge(renew=None),
    ],
    ids=["state", "subscription", "contradiction", "renewal"],
)
def test_what_cannot_be_told_is_unknown(around):
    assert _found(around).status is Status.UNKNOWN


def test_a_listing_that_broke_off_may_hide_the_only_front_door():
    hidden = global_edge(hosted_zones=denied_listing("route53:ListHostedZones"))
    assert _found(hidden, door(public=False)).status is Status.UNKNOWN
    assert _found(hidden).status is Status.PASS
