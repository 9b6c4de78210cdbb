import pytest

from dynasec.check import Severity, Status
from dynasec.model.fact import Fact
from dynasec.model.organization import Organization, OrganizationDescription
from dynasec.settings import Settings, Trust
from tests.support.accounts import ACCOUNT, denied, denied_listing, judge, snapshot, verdict
from tests.support.identity import allow, deny, document
from tests.support.network import FULL_ACCESS, SERVICE, endpoint, interface_endpoint, network, networked

CONTROL = "endpoint-policy-own-tables"
OTHER = "210987654321"
ORG = "o-ownown12345"
TABLES = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/*"


def organization(org_id=ORG):
    if org_id is None:
        return Organization(description=Fact(None))
    described = OrganizationDescription(
        id=org_id, arn="arn:aws:organizations::1:o", master_account_id="1", feature_set="ALL"
    )
    return Organization(description=Fact(described))


def finding(*statements, settings=None, org=None, make=endpoint, text=None, **members):
    one = make(PolicyDocument=text or document(*statements), **members)
    account = snapshot(networked(network(endpoints=[one])), organization=org or organization(None))
    return verdict(CONTROL, account, settings)


def to_all(*actions, **more):
    return allow(*(actions or ("dynamodb:*",)), Principal="*", **more)


def when(**keys):
    return {"StringEquals": {f"aws:{key}": value for key, value in keys.items()}}


def test_full_access_leads_to_any_account():
    found = finding(text=FULL_ACCESS)
    assert (found.status, found.severity) == (Status.FAIL, Severity.HIGH)
    assert found.reason.startswith("statement 1 lets dynamodb:")
    assert found.reason.endswith("reach tables of any account")
    assert "dynamodb:PutItem" in found.evidence["holes"][0]["actions"]


@pytest.mark.parametrize(
    "statements",
    [
        [to_all(resource=TABLES)],
        [to_all(resource=f"arn:aws:dynamodb:*:{ACCOUNT}:*")],
        [to_all(Condition=when(ResourceAccount=ACCOUNT))],
        [to_all(), deny("*", Principal="*", Condition={"StringNotEquals": {"aws:ResourceAccount": ACCOUNT}})],
        [to_all(), {**deny("*", Principal="*"), "Resource": None, "NotResource": [TABLES]}],
        [to_all("dynamodb:ListTables", "dynamodb:DescribeEndpoints")],
        [deny("dynamodb:*", Principal="*")],
    ],
)
def test_policies_that_lead_to_own_tables_only(statements):
    plain = [
        {name: value for name, value in statement.items() if value is not None} for statement in statements
    ]
    assert finding(*plain).status is Status.PASS


@pytest.mark.parametrize(
    "statement",
    [
        to_all(resource="arn:aws:dynamodb:us-east-1:*:table/*"),
        to_all("dynamodb:PutItem", resource="arn:aws:dynamodb:*:*:table/orders"),
        to_all("dynamodb:Put*", resource="*orders"),
        to_all(resource="arn:aws:dynamodb:us-east-1:*:table/*/index/*"),
        to_all(Condition=when(PrincipalAccount=ACCOUNT)),
        to_all(Condition=when(ResourceAccount="${aws:PrincipalAccount}")),
        to_all(Condition=when(ResourceOrgID="${aws:PrincipalOrgID}")),
        to_all(resource="arn:aws:dynamodb:us-east-1:${aws:PrincipalAccount}:table/*"),
        to_all(Condition={"StringEqualsIfExists": {"aws:ResourceOrgID": ORG}}),
        to_all(Condition=when(SourceVpce="vpce-1")),
        to_all("dynamodb:DeleteTable"),
        {"Effect": "Allow", "Principal": "*", "Action": "*", "NotResource": [TABLES]},
        {"Effect": "Allow", "Principal": "*", "NotAction": "dynamodb:Describe*", "Resource": "*"},
    ],
)
def test_ways_to_any_account(statement):
    found = finding(statement, org=organization())
    assert found.status is Status.FAIL
    assert "tables of any account" in found.reason


def test_a_foreign_account_is_named():
    found = finding(to_all(resource=f"arn:aws:dynamodb:us-east-1:{OTHER}:table/copies", Sid="Partner"))
    assert found.status is Status.FAIL
    assert found.reason.startswith("Partner lets ")
    assert found.reason.endswith(f"tables of account {OTHER}")


def test_what_the_policy_does_not_decide_passes_and_is_named():
    found = finding(to_all(Condition={"StringEquals": {"aws:PrincipalTag/team": "data"}}))
    assert found.status is Status.FAIL
    assert "team" in found.reason


def test_trusted_accounts_are_own():
    statement = to_all(resource=f"arn:aws:dynamodb:us-east-1:{OTHER}:table/copies")
    assert finding(statement, settings=Settings(trust=Trust(accounts=(OTHER,)))).status is Status.PASS


@pytest.mark.parametrize(
    ("settings", "org"),
    [
        (None, organization()),
        (Settings(trust=Trust(organizations=(ORG,))), organization(None)),
        (
            Settings(trust=Trust(organizations=(ORG,))),
            Organization(description=denied("organizations:DescribeOrganization")),
        ),
    ],
)
def test_the_own_and_trusted_organisations_are_own(settings, org):
    found = finding(to_all(Condition=when(ResourceOrgID=ORG)), settings=settings, org=org)
    assert found.status is Status.PASS


def test_a_foreign_organisation_is_not():
    found = finding(to_all(Condition=when(ResourceOrgID="o-foreign1234")), org=organization())
    assert found.status is Status.FAIL
    assert "organisation o-foreign1234" in found.reason


def test_an_organisation_that_may_be_the_own_one_is_unknown():
    hidden = Organization(description=denied("organizations:DescribeOrganization"))
    found = finding(to_all(Condition=when(ResourceOrgID=ORG)), org=hidden)
    assert found.status is Status.UNKNOWN
    assert [gap.operation for gap in found.gaps] == ["organizations:DescribeOrganization"]
    assert finding(text=FULL_ACCESS, org=hidden).status is Status.FAIL
    assert finding(to_all(resource=TABLES), org=hidden).status is Status.PASS


def test_interface_endpoints_and_those_of_streams_are_judged_too():
    assert finding(text=FULL_ACCESS, make=interface_endpoint).status is Status.FAIL
    streams = finding(text=FULL_ACCESS, make=interface_endpoint, ServiceName=f"{SERVICE}-streams")
    assert "dynamodb:GetRecords" in streams.evidence["holes"][0]["actions"]
    assert "dynamodb:PutItem" not in streams.evidence["holes"][0]["actions"]


@pytest.mark.parametrize("text", ["{", '{"Statement":[{"Effect":"allow"}]}'])
def test_a_malformed_policy_is_unknown(text):
    assert finding(text=text).status is Status.UNKNOWN


def test_no_policy_shown_is_unknown():
    one = endpoint(PolicyDocument=None)
    assert verdict(CONTROL, snapshot(networked(network(endpoints=[one])))).status is Status.UNKNOWN


def test_an_endpoint_that_is_gone_is_not_judged():
    assert finding(text=FULL_ACCESS, State="deleted").status is Status.NOT_APPLICABLE


def test_endpoints_that_cannot_be_listed_are_unknown():
    hidden = network(endpoints=denied_listing("ec2:DescribeVpcEndpoints"))
    assert [one.status for one in judge(CONTROL, snapshot(networked(hidden)))] == [Status.UNKNOWN]
