import pytest

from dynasec.model.fact import Unknown
from dynasec.semantics.classification import Classifier
from dynasec.settings import Classes, Rule, Settings
from tests.support.accounts import denied, table


def _class(tags, **settings):
    return Classifier(Settings(**settings)).data_class(table("orders", tags=tags))


@pytest.mark.parametrize(
    ("tags", "data_class"),
    [
        ({"data-class": "restricted"}, "restricted"),
        ({"data-class": " Restricted "}, "restricted"),
        ({"DATA-CLASS": "public"}, "public"),
        ({"DataClassification": "internal"}, "internal"),
        ({"classification": "public", "data-class": "restricted"}, "restricted"),
        ({"data-class": "top secret"}, None),
        ({"data-class": ""}, None),
        ({"team": "restricted"}, None),
        ({}, None),
    ],
)
def test_the_class_that_a_tag_gives(tags, data_class):
    assert _class(tags) == data_class


def test_a_value_off_the_ladder_is_not_made_up_for_by_another_tag():
    assert _class({"data-class": "?", "classification": "public"}) is None


def test_the_ladder_says_how_a_class_is_spelt():
    classes = Classes(ladder=("Open", "Secret"), sensitive_from="Secret", unclassified_as="Open")
    assert _class({"data-class": "SECRET"}, classes=classes) == "Secret"


@pytest.mark.parametrize(
    ("match", "data_class"),
    [
        ("orders", "public"),
        ("ord*", "public"),
        ("arn:aws:dynamodb:*:table/orders", "public"),
        ("Orders", "restricted"),
        ("carts", "restricted"),
    ],
)
def test_a_rule_on_name_or_arn_goes_before_the_tag(match, data_class):
    rules = (Rule(match=match, data_class="public"),)
    assert _class({"data-class": "restricted"}, rules=rules) == data_class


def test_the_first_rule_with_a_class_counts():
    rules = (
        Rule(match="*"),
        Rule(match="o*", data_class="internal"),
        Rule(match="orders", data_class="restricted"),
    )
    assert _class({}, rules=rules) == "internal"


def test_unread_tags_are_unknown_unless_a_rule_tells():
    unread = denied("tag:GetResources")
    with pytest.raises(Unknown):
        _class(unread)
    assert _class(unread, rules=(Rule(match="*", data_class="public"),)) == "public"


@pytest.mark.parametrize(
    ("tags", "classes", "sensitive"),
    [
        ({"data-class": "restricted"}, {}, True),
        ({"data-class": "confidential"}, {}, True),
        ({"data-class": "internal"}, {}, False),
        ({}, {}, True),
        ({"data-class": "nonsense"}, {}, True),
        ({}, {"unclassified_as": "public"}, False),
        ({"data-class": "confidential"}, {"sensitive_from": "restricted"}, False),
        ({"data-class": "public"}, {"sensitive_from": "public"}, True),
    ],
)
def test_what_is_sensitive(tags, classes, sensitive):
    classifier = Classifier(Settings(classes=Classes(**classes)))
    assert classifier.is_sensitive(table(tags=tags)) is sensitive
