import pytest

from dynasec.check import Status
from dynasec.model.fact import Gap, Listing
from dynasec.settings import Rule, Settings, Tags
from tests.support.accounts import denied, judge, region, snapshot, table

CONTROL = "lane-assigned"
LANED = table("bills", tags={"Swim-Lane": "billing"})


def finding(one, *others, settings=None, regions=()):
    findings = judge(CONTROL, snapshot(region(one, *others), *regions), settings)
    return next(found for found in findings if found.label == one.name)


@pytest.mark.parametrize("key", ["lane", "swim-lane", "Domain", "business-domain"])
def test_a_tag_gives_the_lane(key):
    found = finding(table(tags={key: "orders"}))
    assert (found.status, found.evidence) == (Status.PASS, {"lane": "orders"})


def test_a_rule_gives_the_lane_whatever_the_tags():
    settings = Settings(rules=(Rule(match="ord*", lane="orders"),))
    assert finding(table(tags=denied("tag:GetResources")), settings=settings).status is Status.PASS


def test_configured_keys_count():
    assert (
        finding(table(tags={"team": "a"}), settings=Settings(tags=Tags(lane=("team",)))).status is Status.PASS
    )


@pytest.mark.parametrize("tags", [{}, {"lane": ""}, {"team": "a"}])
def test_a_table_of_no_lane_fails_where_others_have_one(tags):
    found = finding(table(tags=tags), LANED)
    assert (found.status, found.reason.startswith("in no lane")) == (Status.FAIL, True)


def test_lanes_in_another_region_count():
    elsewhere = region(table("bills", region="eu-west-1", tags={"lane": "billing"}), name="eu-west-1")
    assert finding(table(), regions=[elsewhere]).status is Status.FAIL


def test_a_rule_for_others_shows_that_there_are_lanes():
    settings = Settings(rules=(Rule(match="bills", lane="billing"),))
    assert finding(table(), settings=settings).status is Status.FAIL


def test_without_lanes_it_is_not_judged():
    found = finding(table(), table("bills"))
    assert (found.status, "`lane`" in found.reason) == (Status.NOT_APPLICABLE, True)


def test_unread_tags_are_unknown():
    assert finding(table(tags=denied("tag:GetResources")), LANED).status is Status.UNKNOWN
    assert finding(table(), table("bills", tags=denied("tag:GetResources"))).status is Status.UNKNOWN


def test_unlisted_tables_may_be_in_lanes():
    hidden = region(name="eu-west-1").model_copy(
        update={"tables": Listing((), Gap("dynamodb:ListTables", "AccessDeniedException"))}
    )
    assert finding(table(), regions=[hidden]).status is Status.UNKNOWN
