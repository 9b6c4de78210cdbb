import pytest

from dynasec.check import Status
from dynasec.model.edge import DoorKind
from dynasec.model.fact import Fact, Listing
from tests.support.accounts import denied, denied_listing, region, snapshot, table, verdict
from tests.support.edge import SHOP, balancer, global_edge, whole_edge

CONTROL = "front-door-shielded"
PROTECTED = Listing((SHOP,))


def found(door=None, *, state="ACTIVE", protections=PROTECTED, partition="aws", **around):
    account = snapshot(
        region(table(), edge=whole_edge(door or balancer())),
        edge=global_edge(state, shield_protections=protections, **around),
    )
    where = account.account.model_copy(update={"partition": partition})
    return verdict(CONTROL, account.model_copy(update={"account": where}))


def test_a_protected_resource_passes():
    assert found().status is Status.PASS


@pytest.mark.parametrize("kind", [DoorKind.APPLICATION_LOAD_BALANCER, DoorKind.CLASSIC_LOAD_BALANCER])
def test_a_subscription_alone_protects_nothing(kind):
    assert found(balancer(kind), protections=Listing(("arn:other",))).status is Status.FAIL


def test_without_a_subscription_there_is_nothing_to_add_it_to():
    assert found(state="INACTIVE").status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    "door",
    [balancer(public=False), balancer(DoorKind.NETWORK_LOAD_BALANCER), balancer(DoorKind.USER_POOL)],
)
def test_what_is_not_public_or_cannot_be_protected(door):
    assert found(door).status is Status.NOT_APPLICABLE


def test_other_partitions_have_no_shield_advanced():
    assert found(partition="aws-cn").status is Status.NOT_APPLICABLE


def test_a_protection_that_was_read_counts_although_others_were_not():
    operation = "shield:ListProtections"
    assert found(protections=denied_listing(operation)).status is Status.UNKNOWN
    assert found(protections=denied_listing(operation, SHOP)).status is Status.PASS


def test_a_state_that_cannot_be_read_is_unknown():
    assert found(shield_state=denied("shield:GetSubscriptionState")).status is Status.UNKNOWN


def test_hosted_zones_and_distributions_are_protectable():
    zone = balancer(
        DoorKind.HOSTED_ZONE, region="", arn="arn:aws:route53:::hostedzone/Z1", web_acl=Fact(None)
    )
    account = snapshot(region(table(), edge=whole_edge()), edge=global_edge(hosted_zones=Listing((zone,))))
    assert verdict(CONTROL, account).status is Status.FAIL
