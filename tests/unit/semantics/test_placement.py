import pytest

from dynasec.model.fact import Unknown
from dynasec.semantics.placement import Placement
from dynasec.settings import Rule, Settings
from tests.support.accounts import denied, table
from tests.support.identity import role, user


def _placement(*rules):
    return Placement(Settings(rules=rules))


@pytest.mark.parametrize(
    ("tags", "lane"),
    [
        ({"Lane": " shop "}, "shop"),
        ({"domain": "shop"}, "shop"),
        ({"lane": "a", "domain": "b"}, "a"),
        ({"lane": " "}, None),
        ({}, None),
    ],
)
def test_a_tag_gives_the_lane(tags, lane):
    assert _placement().lane(table(tags=tags)) == lane


def test_the_first_rule_that_gives_the_fact_counts_before_tags():
    placement = _placement(
        Rule(match="ord*", zone="z"), Rule(match="orders", lane="shop"), Rule(match="*", lane="rest")
    )
    assert placement.lane(table("orders", tags={"lane": "other"})) == "shop"
    assert placement.lane(table("carts")) == "rest"
    assert placement.zone(table("orders")) == "z"
    assert placement.knows_lanes
    assert not _placement().knows_lanes


def test_unreadable_tags_matter_only_where_no_rule_answers():
    hidden = table("orders", tags=denied("tag:GetResources"))
    assert _placement(Rule(match="orders", lane="shop")).lane(hidden) == "shop"
    with pytest.raises(Unknown):
        _placement().lane(hidden)


@pytest.mark.parametrize(("value", "vault"), [("true", True), ("YES", True), ("no", False), ("", False)])
def test_declarations(value, vault):
    assert _placement().is_token_vault(table(tags={"token-vault": value})) is vault
    assert _placement().is_per_user(table(tags={"per-user": value})) is vault


def test_a_rule_can_deny_a_declaration():
    placement = _placement(Rule(match="*", token_vault=False))
    assert placement.is_token_vault(table(tags={"token-vault": "true"})) is False


@pytest.mark.parametrize(("told", "tier"), [("App", "app"), ("control-plane", "control"), ("moon", None)])
def test_tiers(told, tier):
    assert _placement().tier(table(tags={"tier": told})) == tier


def test_principals_have_lanes_too():
    assert _placement().lane(role("app", tags={"Lane": "shop"})) == "shop"
    assert _placement(Rule(match="ci", lane="build")).lane(user("ci")) == "build"
    assert _placement().lane(role("app")) is None
