import pytest

from dynasec.check import Status
from dynasec.model.edge import DoorKind
from dynasec.model.fact import Fact, Listing
from tests.support.accounts import denied, denied_listing, judge, region, snapshot, table, verdict
from tests.support.edge import SHOP, acl, balancer, global_edge, whole_edge

CONTROL = "front-door-web-acl"
ACL = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/shield/1"
CLASSIC = "arn:aws:waf-regional:us-east-1:123456789012:webacl/1"
TABLES = (table(),)
NO_RESOURCES = denied_listing("wafv2:ListResourcesForWebACL")


def found(*doors, tables=TABLES, around=None, **members):
    here = region(*tables, edge=whole_edge(*doors, **members))
    return verdict(CONTROL, snapshot(here, edge=around or global_edge()))


def test_a_web_acl_that_lists_the_balancer_passes_and_is_named():
    told = found(balancer(), acls=[acl("arn:other", name="other"), acl(SHOP)])
    assert (told.status, told.reason) == (Status.PASS, "web ACL shield stands before it")


def test_a_web_acl_before_something_else_does_not_count():
    assert found(balancer(), acls=[acl("arn:other")]).status is Status.FAIL
    assert found(balancer()).status is Status.FAIL


@pytest.mark.parametrize("kind", [DoorKind.REST_API_STAGE, DoorKind.GRAPHQL_API])
def test_doors_that_name_their_web_acl(kind):
    assert found(balancer(kind, web_acl=Fact(ACL))).status is Status.PASS
    assert found(balancer(kind, web_acl=Fact(None)), acls=[acl(SHOP)]).status is Status.FAIL


@pytest.mark.parametrize("name", [CLASSIC, "473e64fd-f30b-4765-81a0-62ad96dd167a"])
def test_waf_classic_does_not_count(name):
    told = found(balancer(DoorKind.REST_API_STAGE, web_acl=Fact(name)))
    assert (told.status, "WAF Classic" in told.reason) == (Status.FAIL, True)


def test_distributions_are_judged_whatever_regions_have_tables():
    bare = balancer(DoorKind.DISTRIBUTION, region="", web_acl=Fact(None))
    assert found(tables=(), around=global_edge(distributions=Listing((bare,)))).status is Status.FAIL


def test_user_pools_are_front_doors():
    assert found(balancer(DoorKind.USER_POOL)).status is Status.FAIL


@pytest.mark.parametrize(
    "door",
    [
        balancer(public=False),
        balancer(DoorKind.NETWORK_LOAD_BALANCER),
        balancer(DoorKind.CLASSIC_LOAD_BALANCER, web_acl=Fact(None)),
        balancer(DoorKind.HTTP_API_STAGE, web_acl=Fact(None)),
        balancer(DoorKind.HOSTED_ZONE, web_acl=Fact(None)),
    ],
)
def test_what_is_not_public_or_cannot_have_one(door):
    assert found(door).status is Status.NOT_APPLICABLE


def test_a_region_without_tables_is_beside_the_point():
    assert found(balancer(), tables=()).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    "acls",
    [denied_listing("wafv2:ListWebACLs"), [acl("arn:other", resources=NO_RESOURCES)]],
)
def test_a_web_acl_that_cannot_be_read_may_stand_before_it(acls):
    assert found(balancer(), acls=acls).status is Status.UNKNOWN
    proven = denied_listing("wafv2:ListWebACLs", acl(SHOP), acl(resources=NO_RESOURCES, name="dark"))
    assert found(balancer(), acls=proven).status is Status.PASS


def test_a_door_that_cannot_tell_is_unknown_although_no_web_acl_lists_it():
    hidden = balancer(DoorKind.GRAPHQL_API, web_acl=denied("appsync:ListGraphqlApis"))
    assert found(hidden).status is Status.UNKNOWN


def test_doors_that_cannot_be_listed_are_unknown():
    here = region(
        table(),
        edge=whole_edge(balancer(), acls=[acl(SHOP)], rest_apis=denied_listing("apigateway:GetRestApis")),
    )
    account = snapshot(here, edge=global_edge())
    assert sorted(one.status for one in judge(CONTROL, account)) == [Status.PASS, Status.UNKNOWN]
