import pytest

from dynasec.model.fact import Fact, Gap, Listing, Unknown
from dynasec.model.organization import (
    RESOURCE_CONTROL,
    SERVICE_CONTROL,
    Level,
    Organization,
    OrganizationDescription,
    OrganizationPolicy,
)

REFUSED = Gap("organizations:DescribePolicy", "AccessDeniedException")
ABOVE = OrganizationDescription(
    id="o-abcdefghij", arn="arn:aws:organizations::1:organization/o", master_account_id="1", feature_set="ALL"
)
NOTHING = Listing()


def policy(one):
    return OrganizationPolicy(
        id=one,
        arn=f"arn:aws:organizations::1:policy/{one}",
        name=one,
        kind=SERVICE_CONTROL,
        aws_managed=False,
    )


def organization(*attached, policies=NOTHING):
    level = Level(id="r-1", kind="ROOT", policies={SERVICE_CONTROL: Listing(attached)})
    return Organization(description=Fact(ABOVE), levels=Listing((level,)), policies=policies)


def test_policies_of_a_level_are_found_by_id():
    found = organization("p-1", policies=Listing((policy("p-1"), policy("p-2"))))
    assert found.controls(SERVICE_CONTROL) == ((policy("p-1"),),)


@pytest.mark.parametrize("gap", [None, REFUSED])
def test_a_policy_that_is_attached_but_was_not_read_is_unknown(gap):
    found = organization("p-1", policies=Listing(gap=gap))
    assert found.policy("p-1").gap.code == ("Malformed" if gap is None else gap.code)
    with pytest.raises(Unknown):
        found.controls(SERVICE_CONTROL)


def test_a_type_that_was_not_asked_for_is_not_taken_for_none():
    with pytest.raises(Unknown):
        organization().controls(RESOURCE_CONTROL)


def test_a_policy_without_text_says_so():
    assert policy("p-1").text.gap.code == "NotCollected"
