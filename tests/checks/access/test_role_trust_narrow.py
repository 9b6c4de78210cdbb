import json

import pytest

from dynasec.check import Status
from dynasec.model.fact import Fact, Listing
from dynasec.model.table import ResourcePolicy
from dynasec.settings import Settings, Trust
from tests.support.accounts import ACCOUNT, denied, region, snapshot, table, verdict
from tests.support.identity import REFUSED, allow, deny, document, identity, role

CONTROL = "role-trust-narrow"
OTHER = "999999999999"
ROOT = {"AWS": f"arn:aws:iam::{OTHER}:root"}
ORG = "o-ownown1234"
READ = [allow("dynamodb:GetItem")]
GITHUB = "token.actions.githubusercontent.com"
CLUSTER = "oidc.eks.us-east-1.amazonaws.com/id/ABC"


def judged(*statements, inline=READ, policy=None, settings=None, **trust):
    judged_role = role(inline={"p": inline} if inline else None, trust=document(*statements))
    return of(judged_role, policy=policy, settings=settings or Settings(trust=Trust(**trust)))


def of(one, policy=None, settings=None):
    place = region(table(policy=policy, stream_policy=None))
    return verdict(CONTROL, snapshot(place, identity=identity(one)), settings)


def to(principal, action="sts:AssumeRole", **condition):
    found = {"Effect": "Allow", "Action": action, "Principal": principal}
    return {**found, "Condition": condition} if condition else found


def web(host, **condition):
    arn = host if host.startswith("cognito") else f"arn:aws:iam::{ACCOUNT}:oidc-provider/{host}"
    return to({"Federated": arn}, "sts:AssumeRoleWithWebIdentity", **condition)


@pytest.mark.parametrize(
    "statement",
    [
        to("*"),
        to({"AWS": "*"}),
        to("*", "sts:*"),
        to("*", StringEquals={"sts:ExternalId": "x"}),
        to("*", StringEqualsIfExists={"aws:PrincipalOrgID": ORG}),
        to("*", StringEquals={"aws:PrincipalTag/team": "a"}),
        to("*", StringEquals={"aws:PrincipalOrgID": "o-other12345"}),
        to("*", StringEquals={"aws:PrincipalAccount": OTHER}),
        to("*", Bool={"aws:MultiFactorAuthPresent": "true"}),
        to(ROOT),
        to({"AWS": OTHER}),
        to({"AWS": f"arn:aws:iam::{OTHER}:role/x"}),
        to({"AWS": [ACCOUNT, OTHER]}),
        to(ROOT, Bool={"aws:MultiFactorAuthPresent": "true"}),
        to(ROOT, StringLike={"sts:ExternalId": "*"}),
        to(ROOT, StringNotEquals={"sts:ExternalId": "x"}),
        to(ROOT, StringEqualsIfExists={"sts:ExternalId": "x"}),
        web(GITHUB),
        web(GITHUB, StringEquals={f"{GITHUB}:aud": "sts.amazonaws.com"}),
        web(GITHUB, StringLike={f"{GITHUB}:sub": "*"}),
        web(GITHUB, StringLike={f"{GITHUB}:sub": "repo:*"}),
        web(GITHUB, StringLike={f"{GITHUB}:sub": "repo:*/app:*"}),
        web(GITHUB, StringLike={f"{GITHUB}:sub": "repo:acme*"}),
        web(GITHUB, StringLike={f"{GITHUB}:sub": ["repo:acme/app:*", "r*"]}),
        web(GITHUB, StringNotLike={f"{GITHUB}:sub": "repo:acme/app:*"}),
        web(GITHUB, StringLikeIfExists={f"{GITHUB}:sub": "repo:acme/app:*"}),
        web(GITHUB, **{"ForAllValues:StringLike": {f"{GITHUB}:sub": "repo:acme/app:*"}}),
        web(GITHUB, StringLike={"gitlab.com:sub": "repo:acme/app:*"}),
        web(CLUSTER, StringLike={f"{CLUSTER}:sub": "system:serviceaccount:*:*"}),
        web("cognito-identity.amazonaws.com"),
    ],
    ids=json.dumps,
)
def test_trust_in_anybody_fails(statement):
    assert judged(statement, organizations=(ORG,)).status is Status.FAIL


@pytest.mark.parametrize(
    "statement",
    [
        to({"Service": "ec2.amazonaws.com"}),
        to({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
        to({"AWS": f"arn:aws:iam::{ACCOUNT}:role/ci"}),
        to("*", StringEquals={"aws:PrincipalOrgID": ORG}),
        to("*", StringEquals={"aws:PrincipalAccount": ACCOUNT}),
        to("*", StringEquals={"aws:PrincipalAccount": OTHER, "sts:ExternalId": "x"}),
        to("*", "sts:TagSession"),
        to(ROOT, StringEquals={"sts:ExternalId": "x"}),
        to(ROOT, StringEquals={"aws:PrincipalOrgID": ORG}),
        to({"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/idp"}, "sts:AssumeRoleWithSAML"),
        web(GITHUB, StringLike={f"{GITHUB}:sub": "repo:acme/app:*"}),
        web(GITHUB, StringLike={f"{GITHUB}:sub": "repo:acme/*"}),
        web(GITHUB, StringEquals={f"{GITHUB}:sub": "repo:acme/app:ref:refs/heads/main"}),
        web(CLUSTER, StringEquals={f"{CLUSTER}:sub": "system:serviceaccount:shop:orders"}),
        web(CLUSTER, StringLike={f"{CLUSTER}:sub": "system:serviceaccount:shop:*"}),
        web(
            "cognito-identity.amazonaws.com",
            StringEquals={"cognito-identity.amazonaws.com:aud": "us-east-1:pool"},
        ),
    ],
    ids=json.dumps,
)
def test_narrow_trust_passes(statement):
    assert judged(statement, organizations=(ORG,)).status is Status.PASS


def test_trusted_accounts_need_no_external_id():
    assert judged(to(ROOT), accounts=(OTHER,)).status is Status.PASS


def test_a_deny_that_holds_for_certain_is_set_off():
    assert judged(to(ROOT), {**deny("sts:*"), "Principal": "*"}).status is not Status.FAIL
    narrow = deny("sts:*", Condition={"StringEquals": {"aws:PrincipalTag/a": "b"}})
    narrow["Principal"] = "*"
    assert judged(to(ROOT), narrow).status is Status.FAIL


def test_the_reason_names_statement_principal_and_access():
    finding = judged(to(ROOT))
    assert finding.reason == (
        f"statement 1 lets arn:aws:iam::{OTHER}:root without an external id assume it,"
        " with access through app/p, statement 1"
    )
    assert judged(web(GITHUB)).reason.startswith(f"statement 1 lets any identity of {GITHUB} assume it")


@pytest.mark.parametrize("inline", [None, [allow("s3:*")], [allow("dynamodb:ListTables")]])
def test_a_role_without_access_is_not_applicable(inline):
    assert judged(to("*"), inline=inline).status is Status.NOT_APPLICABLE


def test_a_service_linked_role_is_not_applicable():
    linked = role("AWSServiceRoleForX", path="/aws-service-role/", inline={"p": READ})
    assert of(linked).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"},
        {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/session"},
    ],
)
def test_access_by_a_tables_policy_counts(principal):
    named = ResourcePolicy(text=document(allow("dynamodb:GetItem", Principal=principal)))
    assert judged(to("*"), inline=None, policy=named).status is Status.FAIL


def test_what_cannot_be_read_is_unknown():
    assert of(role(inline={"p": READ}, trust=Fact(gap=REFUSED))).status is Status.UNKNOWN
    assert of(role(inline={"p": READ}, trust="{")).status is Status.UNKNOWN
    assert of(role(inline=Listing(gap=REFUSED), trust=document(to("*")))).status is Status.UNKNOWN
    refused = denied("dynamodb:GetResourcePolicy")
    assert judged(to("*"), inline=None, policy=refused).status is Status.UNKNOWN


def test_the_own_organization_is_not_trusted_unless_it_is_named():
    assert judged(to("*", StringEquals={"aws:PrincipalOrgID": ORG})).status is Status.FAIL


def test_a_name_that_tells_no_account_is_unknown():
    assert judged(to({"AWS": "AROAEXAMPLEEXAMPLE12"})).status is Status.UNKNOWN
    assert judged(to({"AWS": ["AROAEXAMPLEEXAMPLE12", OTHER]})).status is Status.FAIL
