import pytest

from dynasec.check import Status
from dynasec.model.edge import AclLogging
from dynasec.model.fact import Fact
from tests.support.accounts import denied, denied_listing, judge, region, snapshot, table, verdict
from tests.support.edge import SHOP, acl, global_edge, whole_edge

CONTROL = "web-acl-logging"
GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:aws-waf-logs-shop"


def found(logging, *resources):
    own = acl(*resources or (SHOP,), logging=logging)
    return verdict(CONTROL, snapshot(region(table(), edge=whole_edge(acls=[own])), edge=global_edge()))


@pytest.mark.parametrize(
    ("logging", "status"),
    [
        (Fact(AclLogging(destinations=(GROUP,))), Status.PASS),
        (Fact(AclLogging(destinations=(GROUP,), filtered=True)), Status.PASS),
        (Fact(None), Status.FAIL),
        (Fact(AclLogging(destinations=())), Status.FAIL),
        (denied("wafv2:ListLoggingConfigurations"), Status.UNKNOWN),
    ],
)
def test_status(logging, status):
    assert found(logging).status is status


def test_a_filter_is_told():
    assert found(Fact(AclLogging(destinations=(GROUP,), filtered=True))).reason.startswith("some requests")


def test_a_web_acl_before_nothing_is_left_out():
    own = acl(logging=Fact(None))
    account = snapshot(region(table(), edge=whole_edge(acls=[own])), edge=global_edge())
    assert verdict(CONTROL, account).status is Status.NOT_APPLICABLE


def test_web_acls_that_cannot_be_listed_are_unknown():
    here = region(table(), edge=whole_edge(acls=denied_listing("wafv2:ListWebACLs")))
    assert [one.status for one in judge(CONTROL, snapshot(here, edge=global_edge()))] == [Status.UNKNOWN]
