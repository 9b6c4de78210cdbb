import json

import pytest

from dynasec.check import Status
from dynasec.model.detection import Administrator, SuppressionFilter
from dynasec.model.fact import Fact, Listing
from dynasec.semantics.grave_findings import ATTACK_SEQUENCE
from tests.support.accounts import denied, denied_listing, judge, region, snapshot, table, verdict
from tests.support.detection import (
    ALL_FINDINGS,
    TOPIC,
    detection,
    detector,
    key,
    policy,
    rule,
    subscription,
    target,
    topic,
)

CONTROL = "guardduty-alert-wired"
CREDENTIALS = "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS"


def _found(*rules, **members):
    account = snapshot(region(table(), detection=detection(*rules, **members)), keys=(key(),))
    return verdict(CONTROL, account)


def _severity(*tests):
    return {**ALL_FINDINGS, "detail": {"severity": list(tests)}}


def test_a_rule_that_reaches_a_confirmed_subscriber_passes():
    found = _found()
    assert found.status is Status.PASS
    assert "findings" in found.reason


def test_two_rules_may_share_the_work():
    high = rule(pattern=_severity({"numeric": [">=", 7, "<", 9]}), name="high")
    critical = rule(pattern=_severity({"numeric": [">=", 9]}), name="critical")
    assert _found(high, critical).status is Status.PASS


def test_a_type_with_spaces_never_matches():
    """As the pattern of the AWS post, which has spaces around the slash."""
    spaced = {**ALL_FINDINGS, "detail": {"type": ["UnauthorizedAccess: IAMUser / MaliciousIPCaller.Custom"]}}
    found = _found(rule(pattern=spaced))
    assert found.status is Status.FAIL
    assert CREDENTIALS in found.evidence["unheard"]


def test_a_disabled_rule_is_no_alert():
    found = _found(rule(state="DISABLED"))
    assert (found.status, "rule findings is disabled" in found.reason) == (Status.FAIL, True)


def test_a_rule_of_another_region_is_no_alert():
    account = snapshot(
        region(table(), name="us-east-1", detection=detection()),
        region(
            table(region="eu-west-1"),
            name="eu-west-1",
            detection=detection(rules=Listing(), topics=(), functions=(), queues=()),
        ),
    )
    by_region = {one.region: one.status for one in judge(CONTROL, account)}
    assert by_region == {"us-east-1": Status.PASS, "eu-west-1": Status.FAIL}


def test_the_default_topic_policy_does_not_let_eventbridge_in():
    default = {
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": ["SNS:Publish", "SNS:Subscribe"],
        "Resource": TOPIC,
        "Condition": {"StringEquals": {"AWS:SourceOwner": "123456789012"}},
    }
    found = _found(topics=(topic(default),))
    assert (found.status, "policy of topic alerts" in found.reason) == (Status.FAIL, True)


@pytest.mark.parametrize("arn", ["PendingConfirmation", "Deleted"])
def test_a_subscription_that_nobody_confirmed_is_no_alert(arn):
    found = _found(topics=(topic(subscriptions=Listing((subscription(arn),))),))
    assert (found.status, "no confirmed subscription" in found.reason) == (Status.FAIL, True)


def test_severities_listed_up_to_high_miss_attack_sequences():
    tenths = [number / 10 for number in range(70, 90)]
    found = _found(rule(pattern=_severity(*tenths)))
    assert found.status is Status.FAIL
    assert list(found.evidence["unheard"]) == [ATTACK_SEQUENCE]


def test_a_filter_that_archives_the_findings_silences_the_rule():
    every = SuppressionFilter(
        name="noise", action="ARCHIVE", criteria=json.dumps({"Criterion": {"severity": {"Gte": 1}}})
    )
    found = _found(detectors=Listing((detector(filters=Listing((every,))),)))
    assert (found.status, "filter noise archives it" in found.reason) == (Status.FAIL, True)


def test_unreadable_filters_may_silence_anything():
    hidden = detector(filters=denied_listing("guardduty:ListFilters"))
    assert _found(detectors=Listing((hidden,))).status is Status.UNKNOWN


def test_without_guardduty_there_is_nothing_to_wire():
    assert _found(detectors=Listing()).status is Status.NOT_APPLICABLE
    assert _found(detectors=Listing((detector("DISABLED"),))).status is Status.NOT_APPLICABLE


def test_an_administrator_may_be_the_one_that_is_told():
    governed = detector(
        administrator=Fact(Administrator(account_id="111122223333", relationship_status="Enabled"))
    )
    found = _found(rule(state="DISABLED"), detectors=Listing((governed,)))
    assert (found.status, "111122223333" in found.gaps[0].message) == (Status.UNKNOWN, True)


def test_a_former_administrator_is_told_nothing():
    left = detector(
        administrator=Fact(Administrator(account_id="111122223333", relationship_status="Removed"))
    )
    assert _found(rule(state="DISABLED"), detectors=Listing((left,))).status is Status.FAIL


@pytest.mark.parametrize(
    "members",
    [
        {"detectors": denied_listing("guardduty:ListDetectors")},
        {"detectors": Listing((detector(description=denied("guardduty:GetDetector")),))},
        {"rules": denied_listing("events:ListRules")},
        {"rules": Listing((rule(targets=denied_listing("events:ListTargetsByRule")),))},
        {"rules": Listing((rule(pattern="{"),))},
        {"topics": ()},
        {"topics": (topic(attributes=denied("sns:GetTopicAttributes")),)},
        {"topics": (topic(subscriptions=denied_listing("sns:ListSubscriptionsByTopic")),)},
        {"topics": (topic(subscriptions=Listing((subscription(filter_policy='{"severity":["x"]}'),))),)},
    ],
    ids=[
        "detectors",
        "detector",
        "rules",
        "targets",
        "pattern",
        "topics",
        "topic",
        "subscriptions",
        "filter",
    ],
)
def test_what_cannot_be_told_is_unknown(members):
    assert _found(**members).status is Status.UNKNOWN


def test_a_proven_path_counts_although_another_cannot_be_followed():
    other_bus = target("arn:aws:events:us-east-1:123456789012:event-bus/central")
    assert _found(rule(other_bus, name="forward"), rule()).status is Status.PASS
    assert _found(rule(other_bus, name="forward")).status is Status.UNKNOWN


def test_a_policy_that_cannot_be_parsed_is_unknown():
    text = policy().replace("2012-10-17", "2012-10-18")
    broken = topic().attributes.known().model_copy(update={"policy": text})
    assert _found(topics=(topic(attributes=Fact(broken)),)).status is Status.UNKNOWN
