import pytest

from dynasec.check import Status
from dynasec.model.fact import Fact
from dynasec.settings import Settings, Trust
from tests.support.access import (
    EVERYTHING,
    LAMBDA,
    ORDERS,
    PEOPLE,
    REFUSED,
    STREAM,
    account,
    orders,
    organization,
    trusting,
)
from tests.support.accounts import ACCOUNT, denied, verdict
from tests.support.identity import REFUSED as NO_DETAILS
from tests.support.identity import allow, deny, identity, managed, role, user

CONTROL = "policy-writers-limited"
OTHER = "999988887777"
PUT = [allow("dynamodb:PutResourcePolicy")]


def judged(*people, trust=(), **account_facts):
    return verdict(CONTROL, account(*people, **account_facts), Settings(trust=Trust(administrators=trust)))


@pytest.mark.parametrize(
    "statement",
    [
        allow("dynamodb:PutResourcePolicy"),
        allow("dynamodb:DeleteResourcePolicy", resource=ORDERS),
        allow("dynamodb:*ResourcePolicy", resource=STREAM),
        allow("dynamodb:*"),
        {"Effect": "Allow", "NotAction": "dynamodb:DeleteTable", "Resource": "*"},
        allow("dynamodb:*", Condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}}),
    ],
)
def test_a_writer_beside_administrators_fails(statement):
    finding = judged(role(inline={"p": [statement]}))
    assert finding.status is Status.FAIL
    assert finding.reason.startswith("role/app may dynamodb:")
    assert "by inline policy p, statement 1" in finding.reason
    assert finding.evidence["beyond"][0]["principals"] == [role().arn]


@pytest.mark.parametrize(
    "statements",
    [
        [allow("dynamodb:GetItem", "dynamodb:GetResourcePolicy")],
        [allow("dynamodb:*", resource=f"{ORDERS}-archive")],
        [allow("dynamodb:*"), deny("dynamodb:*ResourcePolicy")],
        [allow("s3:*")],
    ],
)
def test_nobody_who_can_passes(statements):
    finding = judged(role(inline={"p": statements}))
    assert (finding.status, finding.reason) == (Status.PASS, "nobody but root can")


def test_the_condition_is_told():
    where = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
    finding = judged(role(inline={"p": [allow("dynamodb:PutResourcePolicy", Condition=where)]}))
    assert "may dynamodb:PutResourcePolicy (only from vpce-1) by" in finding.reason


@pytest.mark.parametrize("bound", [[allow("dynamodb:GetItem")], [allow("s3:*")]])
def test_a_boundary_counts(bound):
    policy = managed("bound", bound)
    assert judged(role(inline={"p": PUT}, boundary=policy.arn), policy).status is Status.PASS


def test_control_policies_count():
    app = role(inline={"p": PUT})
    forbidding = organization(allow("*"), deny("dynamodb:PutResourcePolicy"))
    assert judged(app, organization=forbidding).status is Status.PASS
    assert judged(app, organization=organization(allow("*"))).status is Status.FAIL


def test_an_unread_control_policy_may_forbid_what_was_found_and_allows_nothing():
    finding = judged(role(inline={"p": PUT}), organization=organization(gap=REFUSED))
    assert finding.status is Status.UNKNOWN
    assert finding.reason.startswith("role/app may dynamodb:PutResourcePolicy")
    assert finding.evidence["beyond"]
    assert judged(role(), organization=organization(gap=REFUSED)).status is Status.PASS


def test_the_tables_own_policy_counts_for_foreigners_too():
    root = {"AWS": f"arn:aws:iam::{OTHER}:root"}
    policy = [allow("dynamodb:PutResourcePolicy", resource=ORDERS, Principal=root)]
    finding = judged(of=orders(policy=policy))
    assert finding.status is Status.FAIL
    assert finding.reason.startswith(
        f"{OTHER}:root may dynamodb:PutResourcePolicy (if account {OTHER} allows it)"
        " by the table's resource policy, statement 1"
    )
    assert judged(of=orders(policy=policy), trust=("*", "arn:aws:iam::*:root")).status is Status.FAIL
    assert judged(of=orders(policy=policy), trust=(f"arn:aws:iam::{OTHER}:root",)).status is Status.PASS


def test_the_streams_policy_counts():
    policy = [allow("dynamodb:PutResourcePolicy", resource=STREAM, Principal={"AWS": role().arn})]
    finding = judged(role(), of=orders(stream_policy=policy))
    assert finding.status is Status.FAIL
    assert "by the stream's resource policy" in finding.reason


def test_declared_administrators_are_aside_and_told():
    finding = judged(role("chief", inline={"p": PUT}), trust=("*:role/chief",))
    assert (finding.status, finding.reason) == (
        Status.PASS,
        "only declared administrators can: role/chief",
    )
    assert finding.evidence["set_apart"] == [role("chief").arn]
    assert judged(role("other", inline={"p": PUT}), trust=("*:role/chief",)).status is Status.FAIL


ADMINISTRATOR = {"inline": {"all": EVERYTHING}}
PIPELINE, PODS, SIGN_ON = (
    trusting({"Federated": f"arn:aws:iam::{ACCOUNT}:{provider}"})
    for provider in (
        "oidc-provider/token.actions.githubusercontent.com",
        "oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF",
        "saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE",
    )
)


@pytest.mark.parametrize(
    "who",
    [
        user(**ADMINISTRATOR),
        role(trust=PEOPLE, **ADMINISTRATOR),
        role(trust=PIPELINE, **ADMINISTRATOR),
        role(trust=SIGN_ON, **ADMINISTRATOR),
        role(trust=trusting({"Service": "cloudformation.amazonaws.com"}), **ADMINISTRATOR),
        role(trust=PEOPLE, inline={"all": [allow("*:*", resource=["arn:aws:s3:::x", "arn:*"])]}),
    ],
)
def test_who_may_do_everything_is_an_administrator_while_nobody_is_declared(who):
    finding = judged(who)
    assert finding.status is Status.PASS
    assert finding.reason.startswith("only principals that may do everything can: ")
    assert finding.reason.endswith("(trust.administrators declares none)")
    assert judged(who, trust=("arn:aws:iam::*:role/chief",)).status is Status.FAIL


@pytest.mark.parametrize(
    "who",
    [
        role(trust=LAMBDA, **ADMINISTRATOR),
        role(trust=trusting("*"), **ADMINISTRATOR),
        role(trust=PODS, **ADMINISTRATOR),
        role(trust=trusting({"Federated": "cognito-identity.amazonaws.com"}), **ADMINISTRATOR),
        role(
            trust=trusting({"Service": ["cloudformation.amazonaws.com", "ec2.amazonaws.com"]}),
            **ADMINISTRATOR,
        ),
        role(trust=PEOPLE, inline={"p": [allow("dynamodb:*", "iam:*")]}),
        role(trust=PEOPLE, inline={"p": [allow("*", resource="arn:aws:dynamodb:*:*:*")]}),
        role(trust=PEOPLE, inline={"p": [allow("*", Condition={"Bool": {"aws:SecureTransport": "true"}})]}),
    ],
)
def test_what_applications_run_as_and_who_may_do_less_are_none(who):
    assert judged(who).status is Status.FAIL


def test_a_bounded_principal_is_no_administrator():
    bound = managed("bound", [allow("dynamodb:*")])
    assert judged(user(**ADMINISTRATOR, boundary=bound.arn), bound).status is Status.FAIL


@pytest.mark.parametrize(
    "snapshot",
    [
        account(of=orders(policy=denied("dynamodb:GetResourcePolicy"))),
        account(of=orders(stream_policy=denied("dynamodb:GetResourcePolicy"))),
        account(of=orders(policy=[{"Effect": "Perhaps"}])),
        account(role(inline={"p": Fact(gap=NO_DETAILS)})),
        account(role(inline={"p": "{"})),
        account(role(inline={"p": PUT}, boundary=Fact(gap=NO_DETAILS))),
        account(role(trust=Fact(gap=NO_DETAILS), **ADMINISTRATOR)),
        account(gaps={"users": NO_DETAILS}),
        account(gaps={"roles": NO_DETAILS}),
        account(role(inline={"p": [allow("dynamodb:*", resource=STREAM)]}), of=orders(description=denied("dynamodb:DescribeTable"))),
    ],
    ids=range(10),
)  # fmt: skip
def test_what_cannot_be_read_is_unknown(snapshot):
    assert verdict(CONTROL, snapshot).status is Status.UNKNOWN


def test_what_was_found_fails_although_others_are_hidden():
    assert (
        verdict(CONTROL, account(role(inline={"p": PUT}), gaps={"users": NO_DETAILS})).status is Status.FAIL
    )


def test_root_and_service_linked_roles_are_aside():
    linked = role("AWSServiceRoleForX", path="/aws-service-role/x/", inline={"p": PUT})
    assert judged(linked).status is Status.PASS


def test_many_principals_make_one_finding_that_lists_all():
    shared = managed("shared", PUT)
    people = [role(f"app-{number}", attached=(shared.arn,)) for number in range(9)]
    finding = judged(*people, shared)
    assert finding.reason.startswith("role/app-0, role/app-1, role/app-2 and 6 more may ")
    assert "by policy/shared, statement 1" in finding.reason
    (cause,) = finding.evidence["beyond"]
    assert cause["principals"] == sorted(one.arn for one in people)
    assert cause["statements"] == [{"policy": shared.arn, "statement": "statement 1"}]


def test_each_cause_is_named_and_what_is_the_same_is_not_said_twice():
    finding = judged(role("a", inline={"x": PUT}), role("b", inline={"y": PUT}))
    assert finding.reason == (
        "role/a may dynamodb:PutResourcePolicy by inline policy x, statement 1;"
        " role/b likewise by inline policy y, statement 1 (trust.administrators declares none)"
    )


def test_nothing_collected_is_unknown():
    assert verdict(CONTROL, account(identity=identity(gaps={"users": NO_DETAILS}))).status is Status.UNKNOWN
