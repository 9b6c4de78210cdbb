import pytest

from dynasec.check import Status
from dynasec.model.fact import Fact, Listing
from dynasec.model.organization import (
    RESOURCE_CONTROL,
    SERVICE_CONTROL,
    Level,
    Organization,
    OrganizationDescription,
    OrganizationPolicy,
)
from dynasec.model.table import GlobalIndex, ResourcePolicy
from tests.support.accounts import (
    ACCOUNT,
    denied,
    denied_listing,
    description,
    region,
    snapshot,
    table,
    verdict,
)
from tests.support.identity import document

CONTROL = "tls-enforced"
ARN = table().arn
BOTH = [ARN, f"{ARN}/index/*"]
ALONE = Organization(description=Fact(None))
UNREADABLE = Organization(description=denied("organizations:DescribeOrganization"))
PLAIN = {"Bool": {"aws:SecureTransport": "false"}}


def deny(resource=BOTH, condition=PLAIN, action="dynamodb:*", **more):
    named = more.pop("named", {"Principal": "*"})
    return {"Effect": "Deny", **named, "Action": action, "Resource": resource, "Condition": condition, **more}


def judged(*statements, organization=ALONE, indexed=True, **facts):
    indexes = (GlobalIndex(index_name="by-day"),) if indexed else ()
    one = table(
        description=description(global_secondary_indexes=indexes),
        **{"policy": ResourcePolicy(text=document(*statements)) if statements else None, **facts},
    )
    return verdict(CONTROL, snapshot(region(one), organization=organization))


def organization(kind, *statements, account="999988887777", level=None):
    policy = OrganizationPolicy(
        id="p-1", arn="arn", name="tls", kind=kind, aws_managed=False, text=Fact(document(*statements))
    )
    attached = {one: Listing(("p-1",) if one == kind else ()) for one in (SERVICE_CONTROL, RESOURCE_CONTROL)}
    about = OrganizationDescription(
        id="o-aaaaaaaaaa", arn="arn", master_account_id=account, feature_set="ALL"
    )
    return Organization(
        description=Fact(about),
        levels=level or Listing((Level(id="r-1", kind="ROOT", policies=attached),)),
        policies=Listing((policy,)),
    )


@pytest.mark.parametrize(
    ("statements", "status"),
    [
        ((deny(),), Status.PASS),
        ((deny("*"),), Status.PASS),
        ((deny(f"{ARN}*"),), Status.PASS),
        ((deny(action="*"),), Status.PASS),
        ((deny(named={"Principal": {"AWS": "*"}}),), Status.PASS),
        ((deny(ARN), deny(f"{ARN}/index/*")), Status.PASS),
        ((deny(condition={"BoolIfExists": {"aws:SecureTransport": "false"}}),), Status.PASS),
        ((deny(condition={**PLAIN, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}),), Status.PASS),
        ((), Status.FAIL),
        ((deny(ARN),), Status.FAIL),
        ((deny(f"{ARN}-archive*"),), Status.FAIL),
        ((deny(action="dynamodb:GetItem"),), Status.FAIL),
        ((deny(condition={"Bool": {"aws:SecureTransport": "true"}}),), Status.FAIL),
        ((deny(condition={**PLAIN, "StringNotEquals": {"aws:PrincipalTag/team": "ops"}}),), Status.FAIL),
        ((deny(named={"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}),), Status.FAIL),
        ((deny(named={"NotPrincipal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/x"}}),), Status.FAIL),
        ((deny(Effect="Allow"),), Status.FAIL),
    ],
)
def test_the_tables_own_policy(statements, status):
    assert judged(*statements).status is status


def test_a_table_without_indexes_needs_nothing_said_of_them():
    assert judged(deny(ARN), indexed=False).status is Status.PASS


def test_what_is_left_open_is_named():
    finding = judged(deny(ARN))
    assert "dynamodb:Query on the index" in finding.evidence["open"]
    assert "dynamodb:Query on the table" not in finding.evidence["open"]


def test_every_way_to_read_and_write_counts():
    """Wrong answer 3."""
    open_ = judged().evidence["open"]
    for action in ("PartiQLSelect", "SearchVectors", "BatchWriteItem", "ConditionCheckItem"):
        assert f"dynamodb:{action} on the table" in open_


def test_resource_control_policies_deny_for_the_table():
    assert judged(organization=organization(RESOURCE_CONTROL, deny("*"))).status is Status.PASS
    own = organization(RESOURCE_CONTROL, deny("*"), account=ACCOUNT)
    assert judged(organization=own).status is Status.FAIL


def test_service_control_policies_count_where_no_policy_lets_others_in():
    above = organization(SERVICE_CONTROL, deny("*", named={}))
    assert judged(organization=above).status is Status.PASS
    other = {"Effect": "Allow", "Principal": "*", "Action": "dynamodb:GetItem", "Resource": ARN}
    assert judged(other, organization=above).status is Status.FAIL


@pytest.mark.parametrize(
    "above",
    [
        UNREADABLE,
        organization(RESOURCE_CONTROL, deny("*"), level=denied_listing("organizations:ListParents")),
    ],
)
def test_what_stands_above_and_cannot_be_read_is_unknown(above):
    assert judged(organization=above).status is Status.UNKNOWN
    assert judged(deny(), organization=above).status is Status.PASS


@pytest.mark.parametrize(
    "facts",
    [
        {"policy": denied("dynamodb:GetResourcePolicy")},
        {"policy": ResourcePolicy(text="{")},
        {"description": denied("dynamodb:DescribeTable")},
    ],
)
def test_what_was_not_read_is_unknown(facts):
    one = table(**{"description": description(), "policy": None, **facts})
    assert verdict(CONTROL, snapshot(region(one), organization=ALONE)).status is Status.UNKNOWN
