import pytest

from dynasec.check import Status
from dynasec.model.fact import Fact, Listing
from tests.support.accounts import denied, denied_listing, region, snapshot, table, verdict
from tests.support.backup import body, plan, service

CONTROL = "backup-plan"
ALL = body(Resources=["arn:aws:dynamodb:*:*:table/*"])
OTHERS = body(Resources=["arn:aws:s3:::*"])
UNREAD = denied("backup:GetBackupSelection")


def judged(backup, one=None):
    return verdict(CONTROL, snapshot(region(one or table(), backup=backup)))


@pytest.mark.parametrize(
    ("backup", "status"),
    [
        (service(plan(ALL)), Status.PASS),
        (service(plan(OTHERS, ALL)), Status.PASS),
        (service(plan(UNREAD, ALL)), Status.PASS),
        (service(plan(OTHERS)), Status.FAIL),
        (service(plan()), Status.FAIL),
        (service(), Status.FAIL),
        (service(plan(OTHERS, UNREAD)), Status.UNKNOWN),
        (service(plans=denied_listing("backup:ListBackupPlans", plan(ALL))), Status.PASS),
        (service(plans=denied_listing("backup:ListBackupPlans", plan(OTHERS))), Status.UNKNOWN),
        (service(plan(body()), opt_ins=denied("backup:DescribeRegionSettings")), Status.UNKNOWN),
    ],
)
def test_status(backup, status):
    assert judged(backup).status is status


def test_selections_that_are_hidden_make_it_unknown():
    hidden = plan().model_copy(update={"selections": denied_listing("backup:ListBackupSelections")})
    assert judged(service(hidden)).status is Status.UNKNOWN


def test_a_plan_alone_covers_nothing():
    """Wrong answer 14."""
    finding = judged(service(plan(OTHERS), plan(body(Resources=["*"])), opt_ins={"DynamoDB": False}))
    assert finding.status is Status.FAIL
    assert "the Region has not opted in to DynamoDB" in finding.reason


def test_a_pass_names_plan_and_selection():
    finding = judged(service(plan(OTHERS, ALL, name="nightly")))
    assert finding.reason == "is in plan nightly, by selection selection-1"


def test_unread_tags_are_no_reason_to_fail():
    """Wrong answer 10."""
    tagged = body(ListOfTags=[{"ConditionType": "STRINGEQUALS", "ConditionKey": "b", "ConditionValue": "d"}])
    one = table(tags=denied("tag:GetResources"))
    assert judged(service(plan(tagged)), one).status is Status.UNKNOWN


def test_the_plans_of_another_region_do_not_count():
    here = region(table(), backup=service(plans=Listing(())))
    there = region(name="eu-west-1", backup=service(plan(ALL), opt_ins=Fact({"DynamoDB": True})))
    assert verdict(CONTROL, snapshot(here, there)).status is Status.FAIL
