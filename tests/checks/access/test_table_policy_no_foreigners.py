import json

import pytest

from dynasec.check import Severity, Status
from dynasec.model.fact import Fact
from dynasec.model.organization import Organization, OrganizationDescription
from dynasec.model.table import ResourcePolicy
from dynasec.settings import Settings, Trust
from tests.support.accounts import ACCOUNT, denied, region, snapshot, table, verdict
from tests.support.identity import allow, deny, document

CONTROL = "table-policy-no-foreigners"
OTHER = "999999999999"
TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"
OWN_ORG, OTHER_ORG = "o-ownown1234", "o-other12345"
OUR_ORG_ONLY = {"StringEquals": {"aws:PrincipalOrgID": OWN_ORG}}


def judged(policy, trust=None, organization=None):
    described = (
        None
        if organization is None
        else OrganizationDescription(
            id=organization,
            arn="arn:aws:organizations::1:organization/o",
            master_account_id="1",
            feature_set="ALL",
        )
    )
    account = snapshot(region(table(policy=policy)), organization=Organization(description=Fact(described)))
    return verdict(CONTROL, account, Settings(trust=trust or Trust()))


def policy(*statements):
    return ResourcePolicy(text=document(*statements), revision_id="r1")


def to(principal, *actions, **more):
    return allow(*(actions or ("dynamodb:GetItem",)), resource=TABLE, Principal=principal, **more)


def account(number):
    return {"AWS": f"arn:aws:iam::{number}:root"}


def test_no_policy_admits_nobody():
    finding = judged(None)
    assert (finding.status, finding.reason) == (Status.PASS, "has no resource policy")


@pytest.mark.parametrize(
    "statements",
    [
        [to(account(ACCOUNT))],
        [to({"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"})],
        [to("*", Condition={"StringEquals": {"aws:PrincipalAccount": ACCOUNT}})],
        [to(account(OTHER)), deny("dynamodb:*", resource=TABLE, Principal="*")],
        [deny("dynamodb:*", resource=TABLE, Principal=account(OTHER))],
        [to({"Service": "glue.amazonaws.com"}, Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}})],
    ],
    ids=json.dumps,
)
def test_policies_that_admit_nobody_from_outside(statements):
    assert judged(policy(*statements)).status is Status.PASS


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (to(account(OTHER), Sid="Share"), f"Share admits arn:aws:iam::{OTHER}:root to dynamodb:GetItem"),
        (to({"AWS": OTHER}), f"statement 1 admits {OTHER} to dynamodb:GetItem"),
        (to("*"), "statement 1 admits anyone in any account to dynamodb:GetItem"),
        (to({"AWS": "*"}), "statement 1 admits anyone in any account to dynamodb:GetItem"),
        (
            to({"Service": "glue.amazonaws.com"}),
            "statement 1 admits glue.amazonaws.com acting for any account",
        ),
    ],
)
def test_foreigners_fail_and_are_named(statement, words):
    finding = judged(policy(statement))
    assert (finding.status, finding.severity) == (Status.FAIL, Severity.CRITICAL)
    assert finding.reason.startswith(words)
    assert finding.evidence["admitted"][0]["statement"] == statement.get("Sid", "statement 1")
    assert finding.evidence["revision"] == "r1"


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}},
        {"StringEquals": {"aws:PrincipalTag/team": "orders"}},
        {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        {"StringEqualsIfExists": {"aws:PrincipalOrgID": OWN_ORG}},
        {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:userid}"]}},
    ],
    ids=json.dumps,
)
def test_what_only_a_condition_keeps_out_is_admitted_and_the_condition_told(condition):
    finding = judged(policy(to("*", Condition=condition)), Trust(organizations=(OWN_ORG,)))
    assert finding.status is Status.FAIL
    assert finding.evidence["admitted"]


def test_an_undecided_condition_is_in_the_reason():
    condition = {"StringEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}
    finding = judged(policy(to("*", Condition=condition)))
    assert "vpce-0123456789abcdef0" in finding.reason
    assert finding.evidence["admitted"][0]["network_bound"] is True


def test_trusted_accounts_and_organizations_are_no_foreigners():
    assert judged(policy(to(account(OTHER))), Trust(accounts=(OTHER,))).status is Status.PASS
    ours = policy(to("*", Condition=OUR_ORG_ONLY))
    assert judged(ours, Trust(organizations=(OWN_ORG,))).status is Status.PASS
    assert judged(ours, Trust(organizations=(OTHER_ORG,))).status is Status.FAIL


def test_the_own_organization_is_not_trusted_unless_it_is_named():
    ours = policy(to("*", Condition=OUR_ORG_ONLY))
    assert judged(ours, organization=OWN_ORG).status is Status.FAIL


def test_the_resources_organization_is_known_where_it_could_be_read():
    same = policy(to("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}}))
    assert judged(same, Trust(organizations=(OWN_ORG,)), organization=OWN_ORG).status is Status.PASS
    assert judged(same, Trust(organizations=(OWN_ORG,))).status is Status.FAIL


def test_a_name_that_tells_no_account_is_unknown():
    finding = judged(policy(to({"AWS": "AROAEXAMPLEEXAMPLE12"})))
    assert finding.status is Status.UNKNOWN


def test_a_foreigner_beside_such_a_name_fails():
    assert judged(policy(to({"AWS": ["AROAEXAMPLEEXAMPLE12", OTHER]}))).status is Status.FAIL


def test_several_foreigners_are_counted():
    finding = judged(policy(to({"AWS": [OTHER, "888888888888"]})))
    assert finding.reason.endswith(", and 1 more")
    assert [one["account"] for one in finding.evidence["admitted"]] == [OTHER, "888888888888"]


@pytest.mark.parametrize("text", ["{", "[]", '{"Statement": [{"Effect": "Allow"}]}'])
def test_a_malformed_policy_is_unknown(text):
    finding = judged(ResourcePolicy(text=text))
    assert finding.status is Status.UNKNOWN
    assert finding.gaps[0].code == "Malformed"


def test_a_denied_policy_is_unknown():
    assert judged(denied("dynamodb:GetResourcePolicy")).status is Status.UNKNOWN


def test_an_unreadable_organization_does_not_hide_the_answer():
    account = snapshot(
        region(table(policy=policy(to({"AWS": OTHER})))),
        organization=Organization(description=denied("organizations:DescribeOrganization")),
    )
    assert verdict(CONTROL, account).status is Status.FAIL
