import pytest

from dynasec.model.detection import FunctionConfiguration, QueueAttributes
from dynasec.model.fact import Fact, Listing
from dynasec.semantics.alert_delivery import AlertWiring
from dynasec.semantics.delivery import Outcome, best, chain
from dynasec.semantics.sample_events import dynamodb_call, guardduty_finding
from tests.support.accounts import ACCOUNT, denied, denied_listing
from tests.support.detection import (
    FUNCTION,
    KEY,
    QUEUE,
    TOPIC,
    detection,
    function,
    key,
    queue,
    rule,
    statement,
    subscription,
    target,
    topic,
)

FINDING = guardduty_finding("Impact:IAMUser/AnomalousBehavior", account=ACCOUNT)
DELIVERS, BROKEN, UNKNOWN = Outcome.DELIVERS, Outcome.BROKEN, Outcome.UNKNOWN
MANAGED = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


def _delivery(*rules, event=FINDING, keys=(), **members):
    found = {one.arn: one for one in keys}
    wiring = AlertWiring(detection(*rules, **members), lambda reference, _: found.get(reference))
    return wiring.delivery(event)


def _by_target(arn, **members):
    return _delivery(rule(target(arn)), **members)


# --- rules


@pytest.mark.parametrize(
    ("state", "outcome"),
    [("ENABLED", DELIVERS), (MANAGED, DELIVERS), ("DISABLED", BROKEN), ("NEW_STATE", UNKNOWN)],
)
def test_states_of_a_rule(state, outcome):
    assert _delivery(rule(state=state)).outcome is outcome


def test_a_pattern_that_matches_nothing_of_it():
    found = _delivery(rule(pattern={"source": ["aws.s3"]}))
    assert (found.outcome, found.reason) == (BROKEN, "no rule of the default event bus matches")


def test_a_rule_that_runs_by_the_clock_hears_no_event():
    assert _delivery(rule(pattern=None)).outcome is BROKEN


def test_a_rule_without_targets():
    found = _delivery(rule(targets=Listing()))
    assert (found.outcome, found.reason) == (BROKEN, "rule findings has no target")


def test_a_second_target_that_works_is_enough():
    gone = target(TOPIC + "-old")
    both = rule(targets=Listing((gone.model_copy(update={"id": "t0"}), target(FUNCTION))))
    assert _delivery(both).outcome is DELIVERS


@pytest.mark.parametrize(
    ("name", "state", "outcome"),
    [
        ("DescribeTable", "ENABLED", BROKEN),
        ("DescribeTable", MANAGED, DELIVERS),
        ("DeleteTable", "ENABLED", DELIVERS),
    ],
)
def test_read_only_calls_need_the_extended_state(name, state, outcome):
    watch = rule(pattern={"source": ["aws.dynamodb"]}, state=state)
    assert _delivery(watch, event=dynamodb_call(name, account=ACCOUNT)).outcome is outcome


# --- targets


def test_a_target_in_another_region_is_out_of_reach():
    found = _by_target(TOPIC.replace("us-east-1", "eu-west-1"))
    assert (found.outcome, "another Region" in found.reason) == (BROKEN, True)


@pytest.mark.parametrize(
    "arn",
    [
        TOPIC.replace(ACCOUNT, "111122223333"),
        TOPIC + ".fifo",
        QUEUE + ".fifo",
        f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/central",
        f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/alerts",
        f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:triage",
        f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/alerts",
    ],
)
def test_targets_that_are_not_followed(arn):
    found = _by_target(arn)
    assert found.outcome is UNKNOWN
    assert arn in found.gaps[0].message


def test_a_role_to_act_as_is_not_judged():
    role = f"arn:aws:iam::{ACCOUNT}:role/events"
    assert _delivery(rule(target(TOPIC, role_arn=role))).outcome is UNKNOWN


def test_a_rule_that_serves_another_service_tells_nobody():
    detective = rule(target("arn:aws:detective:us-east-1:aws:feed"), managed_by="detective.amazonaws.com")
    assert _delivery(detective).outcome is BROKEN


@pytest.mark.parametrize("arn", [TOPIC, FUNCTION, QUEUE])
def test_targets_that_work(arn):
    found = _by_target(arn)
    assert (found.outcome, arn in found.reason) == (DELIVERS, True)


@pytest.mark.parametrize(
    ("arn", "members"),
    [
        (TOPIC, {"topics": (topic(attributes=Fact(None)),)}),
        (FUNCTION, {"functions": (function(configuration=Fact(None)),)}),
        (QUEUE, {"queues": (queue(attributes=Fact(None)),)}),
    ],
)
def test_targets_that_do_not_exist(arn, members):
    found = _by_target(arn, **members)
    assert (found.outcome, "does not exist" in found.reason) == (BROKEN, True)


@pytest.mark.parametrize(
    ("arn", "members"),
    [
        (TOPIC, {"topics": ()}),
        (FUNCTION, {"functions": ()}),
        (QUEUE, {"queues": ()}),
        (FUNCTION, {"functions": (function(policy=denied("lambda:GetPolicy")),)}),
        (FUNCTION, {"functions": (function(configuration=denied("lambda:GetFunctionConfiguration")),)}),
        (FUNCTION, {"functions": (function(reserved_concurrency=denied("lambda:GetFunctionConcurrency")),)}),
        (FUNCTION, {"functions": (function(state="Pending"),)}),
        (QUEUE, {"queues": (queue(attributes=denied("sqs:GetQueueAttributes")),)}),
    ],
)
def test_targets_that_cannot_be_told(arn, members):
    assert _by_target(arn, **members).outcome is UNKNOWN


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        (function(policy=Fact(None)), "does not let events.amazonaws.com use lambda:InvokeFunction"),
        (
            function(
                statement(
                    "lambda:InvokeFunction",
                    FUNCTION,
                    Condition={
                        "ArnLike": {"AWS:SourceArn": f"arn:aws:events:us-east-1:{ACCOUNT}:rule/other"}
                    },
                )
            ),
            "does not let events.amazonaws.com",
        ),
        (function(configuration=Fact(FunctionConfiguration(state="Failed"))), "is Failed"),
        (function(reserved_concurrency=Fact(0)), "reserved concurrency of 0"),
    ],
    ids=["no policy", "another rule", "failed", "throttled"],
)
def test_functions_that_hear_nothing(spoilt, reason):
    found = _by_target(FUNCTION, functions=(spoilt,))
    assert (found.outcome, reason in found.reason) == (BROKEN, True)


def test_a_queue_without_a_policy_takes_nothing_from_eventbridge():
    assert _by_target(QUEUE, queues=(queue(attributes=Fact(QueueAttributes())),)).outcome is BROKEN


def test_one_subscriber_who_hears_all_is_enough():
    filtered = subscription(TOPIC + ":s0", filter_policy='{"kind":["x"]}')
    both = topic(subscriptions=Listing((filtered, subscription())))
    assert _delivery(topics=(both,)).outcome is DELIVERS


def test_a_broken_link_decides_although_another_is_not_known():
    spoilt = topic(attributes=denied("sns:GetTopicAttributes"), subscriptions=Listing())
    assert _delivery(topics=(spoilt,)).outcome is UNKNOWN  # whether the topic exists at all is not known
    unread = topic(key=KEY, subscriptions=Listing())
    assert _delivery(topics=(unread,)).outcome is BROKEN


def test_a_subscriber_found_counts_although_the_listing_broke_off():
    partial = topic(subscriptions=denied_listing("sns:ListSubscriptionsByTopic", subscription()))
    assert _delivery(topics=(partial,)).outcome is DELIVERS


# --- keys


@pytest.mark.parametrize(
    ("spoilt", "outcome"),
    [
        (key(), DELIVERS),
        (key(manager="AWS"), BROKEN),
        (key(state="PendingDeletion"), BROKEN),
        (key(statement("kms:Decrypt", "*")), BROKEN),
        (key(statement(["kms:Decrypt", "kms:GenerateDataKey"], "*")), DELIVERS),
        (key(statement("kms:*", "*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})), BROKEN),
        (key(metadata=denied("kms:DescribeKey")), UNKNOWN),
        (key(policies=denied("kms:GetKeyPolicy")), UNKNOWN),
        (key(statement("kms:*", "*", Condition={"StringLike": {"kms:ViaService": "sns.*"}})), UNKNOWN),
    ],
    ids=["good", "aws", "deleted", "half", "exact", "root", "metadata", "policies", "via"],
)
def test_keys_of_topics(spoilt, outcome):
    assert _delivery(topics=(topic(key=KEY),), keys=(spoilt,)).outcome is outcome


@pytest.mark.parametrize("reference", ["alias/aws/sns", f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/aws/sns"])
def test_the_key_that_aws_manages_shuts_eventbridge_out(reference):
    found = _delivery(topics=(topic(key=reference),))
    assert (found.outcome, "AWS managed" in found.reason) == (BROKEN, True)


def test_a_key_that_was_not_read():
    assert _delivery(topics=(topic(key=KEY),)).outcome is UNKNOWN


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        {"ArnLike": {"aws:SourceArn": f"arn:aws:events:us-east-1:{ACCOUNT}:rule/*"}},
    ],
)
def test_conditions_on_the_source_shut_the_key_of_a_topic(condition):
    guarded = key(statement(["kms:Decrypt", "kms:GenerateDataKey*"], "*", Condition=condition))
    assert _delivery(topics=(topic(key=KEY),), keys=(guarded,)).outcome is BROKEN
    assert _by_target(QUEUE, queues=(queue(key=KEY),), keys=(guarded,)).outcome is UNKNOWN


def test_a_function_is_called_by_its_name_and_qualifier():
    assert function().label == "pager"
    assert function().model_copy(update={"arn": FUNCTION + ":live"}).label == "pager:live"


@pytest.mark.parametrize("combine", [best, chain])
def test_nothing_to_combine_is_no_answer(combine):
    with pytest.raises(ValueError, match="empty"):
        combine([])
