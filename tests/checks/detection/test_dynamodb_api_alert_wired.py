import pytest

from dynasec.check import Status
from dynasec.model.fact import Listing
from dynasec.model.trail import TrailStatus
from tests.support.accounts import denied, denied_listing, region, snapshot, table, verdict
from tests.support.detection import ALL_FINDINGS, detection, key, rule, subscription, target, topic
from tests.support.trails import basic, management, store, trail, trails

CONTROL = "dynamodb-api-alert-wired"
CALLS = {
    "source": ["aws.dynamodb"],
    "detail-type": ["AWS API Call via CloudTrail"],
    "detail": {"eventSource": ["dynamodb.amazonaws.com"]},
}
LOGGED = trails(trail("org", basic()))
EVERY = rule(pattern=CALLS, name="changes")


def found(*rules, logs=LOGGED, tables=("orders",), **members):
    here = region(*(table(name) for name in tables), detection=detection(*(rules or (EVERY,)), **members))
    return verdict(CONTROL, snapshot(here, keys=(key(),), trails=logs))


def narrowed(**detail):
    return {**CALLS, "detail": {**CALLS["detail"], **detail}}


def test_a_rule_that_reaches_a_confirmed_subscriber_passes():
    told = found()
    assert (told.status, "changes" in told.reason) == (Status.PASS, True)


def test_a_rule_about_some_calls_only_fails_and_names_the_others():
    told = found(rule(pattern=narrowed(eventName=["DeleteTable"])))
    assert (told.status, list(told.evidence["unheard"])) == (
        Status.FAIL,
        ["UpdateTable", "PutResourcePolicy"],
    )


def test_two_rules_may_share_the_work():
    first = rule(pattern=narrowed(eventName=["DeleteTable"]), name="a")
    assert (
        found(first, rule(pattern=narrowed(eventName=[{"anything-but": "DeleteTable"}]), name="b")).status
        is Status.PASS
    )


@pytest.mark.parametrize(
    "pattern",
    [
        ALL_FINDINGS,
        {**CALLS, "source": ["aws.DynamoDB"]},
        {**CALLS, "detail": {"eventSource": ["dynamodb"]}},
        narrowed(readOnly=[True]),
    ],
)
def test_a_pattern_that_never_matches_is_no_alert(pattern):
    assert found(rule(pattern=pattern)).status is Status.FAIL


def test_a_disabled_rule_is_no_alert():
    assert found(rule(pattern=CALLS, state="DISABLED")).status is Status.FAIL


def test_a_subscription_that_nobody_confirmed_is_no_alert():
    told = found(topics=(topic(subscriptions=Listing((subscription("PendingConfirmation"),))),))
    assert (told.status, "no confirmed subscription" in told.reason) == (Status.FAIL, True)


def test_a_rule_about_one_table_says_nothing_of_another():
    own = rule(pattern=narrowed(requestParameters={"tableName": ["orders"]}), name="own")
    policies = rule(pattern=narrowed(eventName=["PutResourcePolicy"]), name="policies")
    assert found(own, policies).status is Status.PASS
    told = found(own, policies, tables=("carts", "orders"))
    assert list(told.evidence["unheard"]) == ["UpdateTable of carts", "DeleteTable of carts"]


def test_a_rule_that_leaves_one_table_out():
    but = rule(pattern=narrowed(requestParameters={"tableName": [{"anything-but": "carts"}]}))
    assert found(but, tables=("carts",)).status is Status.FAIL


@pytest.mark.parametrize(
    "logs",
    [
        trails(),
        trails(trail("org", basic(), status=TrailStatus(is_logging=False))),
        trails(trail("org", basic(of="ReadOnly"))),
        trails(trail("org", basic(management=False))),
        trails(trail("west", basic(), home="us-west-2", multi_region=False)),
        trails(trail("org", basic(excluded=["dynamodb.amazonaws.com"]))),
        trails(store("lake", management())),
    ],
    ids=["none", "stopped", "reads", "data", "elsewhere", "excluded", "store"],
)
def test_without_a_logging_trail_nothing_reaches_the_bus(logs):
    told = found(logs=logs)
    assert (told.status, "no trail that is logging" in told.reason) == (Status.FAIL, True)


@pytest.mark.parametrize(
    "logs",
    [
        trails(trail("org", basic(of="WriteOnly"))),
        trails(trail("org", basic(excluded=["kms.amazonaws.com"]))),
        trails(trail("here", basic(), multi_region=False)),
        trails(trail("org", basic()), stores_denied_in=["us-east-1"]),
    ],
)
def test_a_trail_of_dynamodbs_writes_here_is_enough(logs):
    assert found(logs=logs).status is Status.PASS


@pytest.mark.parametrize(
    "logs",
    [
        trails(trails_denied_in=["us-east-1"]),
        trails(trail("org", basic(), status=denied("cloudtrail:GetTrailStatus"))),
        trails(trail("org", selected=denied("cloudtrail:GetEventSelectors"))),
    ],
)
def test_a_trail_that_cannot_be_read_is_unknown(logs):
    assert found(logs=logs).status is Status.UNKNOWN
    assert found(rule(pattern=ALL_FINDINGS), logs=logs).status is Status.FAIL


@pytest.mark.parametrize(
    "members",
    [
        {"rules": denied_listing("events:ListRules")},
        {"rules": Listing((rule(pattern="{"),))},
        {
            "rules": Listing(
                (rule(target("arn:aws:events:us-east-1:123456789012:event-bus/x"), pattern=CALLS),)
            )
        },
        {"topics": (topic(attributes=denied("sns:GetTopicAttributes")),)},
    ],
    ids=["rules", "pattern", "bus", "topic"],
)
def test_what_cannot_be_told_is_unknown(members):
    assert found(**members).status is Status.UNKNOWN
    assert found(logs=trails(), **members).status is Status.FAIL
