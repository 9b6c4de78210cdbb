import pytest

from dynasec.check import Status
from dynasec.model.fact import Fact
from dynasec.model.organization import Organization, OrganizationDescription
from dynasec.settings import Settings, Trust
from tests.support.accounts import ACCOUNT, denied, snapshot, verdict
from tests.support.identity import allow, deny, document
from tests.support.network import FULL_ACCESS, endpoint, interface_endpoint, network, networked

CONTROL = "endpoint-policy-own-principals"
OTHER = "210987654321"
ORG = "o-ownown12345"
TABLES = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/*"
OURS = OrganizationDescription(
    id=ORG, arn="arn:aws:organizations::1:o", master_account_id="1", feature_set="ALL"
)


def finding(*statements, settings=None, org=Fact(OURS), make=endpoint, text=None, **members):  # noqa: B008 - frozen
    one = make(PolicyDocument=text or document(*statements), **members)
    account = snapshot(networked(network(endpoints=[one])), organization=Organization(description=org))
    return verdict(CONTROL, account, settings)


def to(principal="*", **more):
    return allow("dynamodb:GetItem", "dynamodb:PutItem", Principal=principal, **more)


def when(**keys):
    return {"StringEquals": {f"aws:{key}": value for key, value in keys.items()}}


@pytest.mark.parametrize(
    "statements",
    [
        [to(Condition=when(PrincipalAccount=ACCOUNT))],
        [to(Condition=when(PrincipalOrgID=ORG))],
        [to(Condition={"StringLike": {"aws:PrincipalOrgPaths": f"{ORG}/*"}})],
        [to(Condition={"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/app-*"}})],
        [to(), deny("*", Principal="*", Condition={"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}})],
        [allow("dynamodb:DescribeEndpoints", Principal="*")],
    ],
)
def test_only_own_principals(statements):
    assert finding(*statements).status is Status.PASS


@pytest.mark.parametrize(
    "statement",
    [
        to(),
        to(resource=TABLES),
        to(Condition={"StringEqualsIfExists": {"aws:PrincipalOrgID": ORG}}),
        to(Condition={"ForAllValues:StringEquals": {"aws:PrincipalOrgPaths": f"{ORG}/*"}}),
        to(Condition=when(ResourceAccount=ACCOUNT)),
        to(Condition=when(PrincipalAccount="${aws:PrincipalAccount}")),
        to(Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}}),
    ],
)
def test_principals_of_any_account(statement):
    found = finding(statement)
    assert found.status is Status.FAIL
    assert "principals of any account use dynamodb:GetItem, dynamodb:PutItem" in found.reason


def test_full_access_serves_anybody():
    assert finding(text=FULL_ACCESS).status is Status.FAIL


def test_a_foreign_account_named_as_principal_means_its_root_user_on_a_gateway():
    found = finding(to({"AWS": f"arn:aws:iam::{OTHER}:root"}))
    assert (found.status, f"account {OTHER}" in found.reason) == (Status.FAIL, True)


def test_on_an_interface_endpoint_principals_are_named():
    own = to({"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"})
    assert finding(own, make=interface_endpoint).status is Status.PASS
    foreign = to({"AWS": f"arn:aws:iam::{OTHER}:role/app"})
    found = finding(foreign, make=interface_endpoint)
    assert (found.status, f"account {OTHER}" in found.reason) == (Status.FAIL, True)


def test_a_name_that_tells_no_account_is_unknown():
    deleted = to({"AWS": "AROAEXAMPLEEXAMPLE12"})
    assert finding(deleted, make=interface_endpoint).status is Status.UNKNOWN
    assert finding(deleted, to(), make=interface_endpoint).status is Status.FAIL


def test_trusted_accounts_and_organisations_are_own():
    trust = Settings(trust=Trust(accounts=(OTHER,), organizations=("o-partner1234",)))
    assert finding(to(Condition=when(PrincipalAccount=OTHER)), settings=trust).status is Status.PASS
    assert finding(to(Condition=when(PrincipalOrgID="o-partner1234")), settings=trust).status is Status.PASS
    assert finding(to(Condition=when(PrincipalOrgID="o-partner1234"))).status is Status.FAIL


def test_an_organisation_that_may_be_the_own_one_is_unknown():
    hidden = denied("organizations:DescribeOrganization")
    assert finding(to(Condition=when(PrincipalOrgID=ORG)), org=hidden).status is Status.UNKNOWN


def test_a_malformed_policy_is_unknown():
    assert finding(text="{").status is Status.UNKNOWN


def test_an_endpoint_that_is_gone_is_not_judged():
    assert finding(text=FULL_ACCESS, State="deleting").status is Status.NOT_APPLICABLE
