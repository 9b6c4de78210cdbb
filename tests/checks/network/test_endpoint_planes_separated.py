import pytest

from dynasec.check import Severity, Status
from dynasec.settings import Rule, Settings
from tests.support.accounts import ACCOUNT, snapshot, verdict
from tests.support.identity import allow, deny, document
from tests.support.network import FULL_ACCESS, SERVICE, endpoint, interface_endpoint, network, networked

CONTROL = "endpoint-planes-separated"
ITEMS = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:DescribeTable")
TABLES = ("dynamodb:CreateTable", "dynamodb:DeleteTable", "dynamodb:UpdateTable", "dynamodb:DescribeTable")


def finding(*statements, text=None, tier=None, settings=None, make=endpoint, **members):
    tags = [{"Key": "tier", "Value": tier}] if tier else []
    one = make(PolicyDocument=text or document(*statements), Tags=tags, **members)
    return verdict(CONTROL, snapshot(networked(network(endpoints=[one]))), settings)


def role(name):
    return {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/{name}"}}


def tagged(value, kind="PrincipalTag"):
    return {"StringEquals": {f"aws:{kind}/plane": value}}


def data(condition=None):
    return allow(*ITEMS, Principal="*", Sid="Data", **({"Condition": condition} if condition else {}))


def control(condition=None):
    return allow(*TABLES, Principal="*", Sid="Tables", **({"Condition": condition} if condition else {}))


@pytest.mark.parametrize("statements", [[data()], [control()], [deny("dynamodb:*", Principal="*")]])
def test_one_plane(statements):
    assert finding(*statements).status is Status.PASS


@pytest.mark.parametrize(
    "statements",
    [
        [data(role("app")), control(role("admin"))],
        [data(tagged("data")), control(tagged("control"))],
        [data(role("app")), control(), deny(*TABLES, Principal="*", Condition=role("app"))],
    ],
)
def test_two_planes_for_different_principals(statements):
    assert finding(*statements).status is Status.PASS


@pytest.mark.parametrize(
    "statements",
    [
        [data(), control()],
        [data(), control(role("admin"))],
        [data(role("*")), control(role("admin"))],
        [data(tagged("a", "ResourceTag")), control(tagged("b", "ResourceTag"))],
        [data(), control({"Bool": {"aws:MultiFactorAuthPresent": "true"}})],
        [allow("dynamodb:*", Principal="*", resource=f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders")],
        [data(), allow("dynamodb:DeleteTable", Principal="*", Sid="Tables")],
        [data(), allow("dynamodb:PutResourcePolicy", Principal="*", Sid="Tables")],
    ],
)
def test_both_planes_for_one_principal(statements):
    found = finding(*statements)
    assert (found.status, found.severity) == (Status.FAIL, Severity.HIGH)
    assert found.reason.startswith("one principal can use both planes: ")
    assert {one["plane"] for one in found.evidence["passages"]} == {"data", "control"}


def test_the_statements_are_named():
    reason = finding(data(), control()).reason
    assert "Data lets dynamodb:" in reason
    assert "Tables lets dynamodb:" in reason


def test_full_access_is_both():
    assert finding(text=FULL_ACCESS).status is Status.FAIL


@pytest.mark.parametrize(
    ("tier", "statement", "status"),
    [
        ("app", data(), Status.PASS),
        ("app", control(), Status.FAIL),
        ("app", control(role("admin")), Status.FAIL),
        ("Control-Plane", control(), Status.PASS),
        ("control", data(), Status.FAIL),
        ("control", allow("dynamodb:PartiQLSelect", Principal="*"), Status.FAIL),
    ],
)
def test_a_tier_has_one_plane(tier, statement, status):
    assert finding(statement, tier=tier).status is status


def test_a_rule_gives_the_tier():
    settings = Settings(rules=(Rule(match="vpce-1", tier="app"),))
    found = finding(control(), settings=settings)
    assert (found.status, found.reason.startswith("of the tier app, but Tables lets")) == (Status.FAIL, True)


def test_endpoints_of_streams_and_those_that_are_gone_are_not_judged():
    streams = finding(text=FULL_ACCESS, make=interface_endpoint, ServiceName=f"{SERVICE}-streams")
    assert streams.status is Status.NOT_APPLICABLE
    assert finding(text=FULL_ACCESS, State="deleted").status is Status.NOT_APPLICABLE


def test_a_malformed_policy_is_unknown():
    assert finding(text="{").status is Status.UNKNOWN
