import pytest

from dynasec.check import Status
from dynasec.model.fact import Gap, Listing
from dynasec.settings import Rule, Settings
from tests.support.accounts import ACCOUNT, denied, denied_listing, region, snapshot, table, verdict
from tests.support.identity import allow, deny, document
from tests.support.network import FULL_ACCESS, endpoint, network, routes
from tests.support.zones import placed

CONTROL = "lane-endpoint-policy"
ARN = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table"
ORDERS = table("orders", tags={"lane": "orders"})
BILLS = table("bills", tags={"lane": "Billing"})
LOOSE = table("loose", tags={"team": "x"})
TAG = [{"Key": "lane", "Value": "Orders"}]


def finding(*statements, tables=(ORDERS, BILLS), text=None, tags=TAG, settings=None, **kinds):
    one = endpoint(PolicyDocument=text or document(*statements), Tags=tags)
    found = {"endpoints": [one], "route_tables": [routes()], **kinds}
    listing = tables if isinstance(tables, Listing) else Listing(tuple(tables))
    here = region(network=network(**found)).model_copy(update={"tables": listing})
    return verdict(CONTROL, snapshot(here), settings)


def items(*names, **more):
    resources = [f"{ARN}/{name}" for name in names]
    return allow("dynamodb:GetItem", "dynamodb:Query", resource=resources, Principal="*", **more)


@pytest.mark.parametrize(
    "statements",
    [
        [items("orders", "orders/index/*")],
        [items("*"), deny("dynamodb:*", resource=[f"{ARN}/bills", f"{ARN}/bills/*"], Principal="*")],
        [allow("dynamodb:DescribeTable", resource=f"{ARN}/*", Principal="*")],
    ],
)
def test_its_own_tables(statements):
    assert finding(*statements).status is Status.PASS


@pytest.mark.parametrize(
    "statements",
    [
        [items("*")],
        [items("orders", "bills")],
        [items("bills/index/*")],
        [items("*", Condition={"StringEquals": {"aws:PrincipalTag/lane": "orders"}})],
        [items("*"), deny("dynamodb:*", resource=f"{ARN}/bills", Principal="*")],
    ],
)
def test_tables_of_another_lane(statements):
    found = finding(*statements)
    assert (found.status, found.evidence["tables"]) == (Status.FAIL, ["bills (lane Billing)"])
    assert found.reason == "its policy leads beyond lane orders: to bills (lane Billing)"


def test_full_access_leads_everywhere():
    found = finding(text=FULL_ACCESS, tables=[ORDERS, BILLS, LOOSE])
    assert found.evidence["tables"] == ["bills (lane Billing)", "loose (no lane)"]


def test_what_tags_decide_is_unknown():
    assert (
        finding(items("*", Condition={"StringEquals": {"aws:ResourceTag/lane": "orders"}})).status
        is Status.PASS
    )
    found = finding(items("*", Condition={"StringNotEquals": {"aws:ResourceTag/lane": "Billing"}}))
    assert (found.status, found.gaps[0].operation) == (Status.UNKNOWN, "dynamodb:GetAbacStatus")


def test_the_lane_is_that_of_the_subnets_it_serves():
    subnets = [placed("subnet-1", lane="orders"), placed("subnet-2", lane="orders")]
    assert finding(items("bills"), tags=[], subnets=subnets).status is Status.FAIL
    mixed = [placed("subnet-1", lane="orders"), placed("subnet-2", lane="billing")]
    assert finding(items("bills"), tags=[], subnets=mixed).status is Status.NOT_APPLICABLE


def test_rules_give_lanes():
    settings = Settings(rules=(Rule(match="bills", lane="orders"),))
    assert finding(items("bills"), settings=settings).status is Status.PASS


def test_without_a_lane_it_is_not_judged():
    found = finding(items("bills"), tags=[])
    assert (found.status, "`lane`" in found.reason) == (Status.NOT_APPLICABLE, True)


@pytest.mark.parametrize("text", ["{", '{"Statement":[{"Effect":"allow"}]}'])
def test_a_malformed_policy_is_unknown(text):
    assert finding(text=text).status is Status.UNKNOWN


def test_unread_tables_and_tags_are_unknown_unless_another_table_fails():
    some = Listing((ORDERS,), Gap("dynamodb:ListTables", "Throttled"))
    assert finding(items("orders"), tables=some).status is Status.UNKNOWN
    hidden = table("hidden", tags=denied("tag:GetResources"))
    assert finding(items("orders"), tables=[ORDERS, hidden]).status is Status.UNKNOWN
    assert finding(items("*"), tables=[ORDERS, hidden, BILLS]).status is Status.FAIL


def test_unread_subnets_hide_the_lane():
    found = finding(items("orders"), tags=[], subnets=denied_listing("ec2:DescribeSubnets"))
    assert found.status is Status.UNKNOWN
