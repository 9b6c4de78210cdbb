import pytest

from dynasec.check import Status
from dynasec.settings import Classes, Rule, Settings
from tests.support.accounts import denied, region, snapshot, table, verdict

CONTROL = "data-class-tagged"


def judged(settings=None, **facts):
    return verdict(CONTROL, snapshot(region(table(**facts))), settings)


@pytest.mark.parametrize(
    ("tags", "status"),
    [
        ({"data-class": "restricted"}, Status.PASS),
        ({"DATA-CLASS": "Restricted "}, Status.PASS),
        ({"classification": "public"}, Status.PASS),
        ({}, Status.FAIL),
        ({"team": "billing"}, Status.FAIL),
        ({"data-class": "top secret"}, Status.FAIL),
        ({"data-class": ""}, Status.FAIL),
    ],
)
def test_status(tags, status):
    assert judged(tags=tags).status is status


def test_unread_tags_are_unknown():
    finding = judged(tags=denied("tag:GetResources"))
    assert finding.status is Status.UNKNOWN
    assert [gap.operation for gap in finding.gaps] == ["tag:GetResources"]


def test_a_table_without_class_tag_is_told_which_keys_would_do():
    assert "none of data-class, data-classification" in judged(tags={"team": "billing"}).reason


def test_a_value_off_the_ladder_is_named_with_its_key():
    reason = judged(tags={"Data-Class": "secret"}).reason
    assert "Data-Class = 'secret'" in reason
    assert "public, internal, confidential, restricted" in reason


def test_the_first_configured_key_counts():
    tags = {"classification": "public", "data-class": "nonsense"}
    assert judged(tags=tags).status is Status.FAIL


@pytest.mark.parametrize("match", ["ord*", "arn:aws:dynamodb:*:table/orders"])
def test_a_rule_classifies_without_tags(match):
    settings = Settings(rules=(Rule(match=match, data_class="internal"),))
    finding = judged(settings, tags=denied("tag:GetResources"))
    assert finding.status is Status.PASS
    assert finding.data_class == "internal"


def test_a_rule_for_another_table_says_nothing():
    settings = Settings(rules=(Rule(match="carts", data_class="internal"),))
    assert judged(settings).status is Status.FAIL


def test_an_own_ladder_counts():
    classes = Classes(ladder=("low", "high"), sensitive_from="high", unclassified_as="high")
    assert judged(Settings(classes=classes), tags={"data-class": "HIGH"}).status is Status.PASS
    assert judged(Settings(classes=classes), tags={"data-class": "restricted"}).status is Status.FAIL
