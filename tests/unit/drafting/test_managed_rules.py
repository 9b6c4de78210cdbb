"""How AWS's groups come among a web ACL's own rules."""

from __future__ import annotations

from typing import Any

import pytest

from dynasec.drafting.managed_rules import UNITS, revised
from dynasec.semantics.web_acl_rules import BASELINE
from tests.remediations.edge.doors import blocks, group

CORE = BASELINE[0]


def actions(rules: list[Any]) -> list[str]:
    return [next(iter(rule["OverrideAction"])) for rule in rules]


def test_the_units_of_every_group_are_known() -> None:
    assert set(UNITS) == set(BASELINE)


@pytest.mark.parametrize(("acting", "action"), [(True, "None"), (False, "Count")])
def test_new_groups_come_last(*, acting: bool, action: str) -> None:
    own = [blocks("/admin", 40), blocks("/root", 2)]
    made = revised(own, BASELINE, acting=acting)
    assert made.rules[:2] == own
    assert [rule["Priority"] for rule in made.rules[2:]] == [41, 42, 43, 44]
    assert actions(made.rules[2:]) == [action] * 4
    assert (made.added, made.units) == (BASELINE, 1_125)


def test_the_first_rule_of_a_web_acl_has_priority_zero() -> None:
    assert [rule["Priority"] for rule in revised([], BASELINE, acting=True).rules] == [0, 1, 2, 3]


def test_a_name_that_is_taken_is_not_taken_again() -> None:
    own = [{**blocks("/", 0), "Name": f"AWS-{CORE}"}, {**blocks("/", 1), "Name": f"AWS-{CORE}-2"}]
    assert revised(own, [CORE], acting=True).rules[2]["Name"] == f"AWS-{CORE}-3"


def test_a_group_that_counts_is_left_to_count_or_acts_where_it_stands() -> None:
    rule = group(CORE, 7, "Count", Version="Version_1.5")
    left, released = (revised([rule], [CORE], acting=acting) for acting in (False, True))
    assert (left.rules, left.counting, left.added) == ([rule], (CORE,), ())
    assert released.rules == [{**rule, "OverrideAction": {"None": {}}}]
    assert (released.released, released.units) == ((CORE,), 0)


def test_of_two_the_one_that_is_evaluated_first_acts() -> None:
    rules = [group(CORE, 9, "Count"), group(CORE, 3, "Count")]
    assert actions(revised(rules, [CORE], acting=True).rules) == ["Count", "None"]


@pytest.mark.parametrize("acting", [True, False])
def test_a_group_of_which_single_rules_were_tamed_is_nobodys_but_a_persons(*, acting: bool) -> None:
    rule = group(CORE, 0, ExcludedRules=[{"Name": "NoUserAgent_HEADER"}])
    made = revised([rule], [CORE], acting=acting)
    assert (made.rules, made.undecided) == ([rule], (CORE,))


def test_a_tamed_one_beside_a_whole_one_stays_tamed() -> None:
    tamed = group(CORE, 0, ExcludedRules=[{"Name": "NoUserAgent_HEADER"}])
    made = revised([tamed, group(CORE, 1, "Count")], [CORE], acting=True)
    assert made.rules[0] == tamed
    assert (made.released, made.undecided) == ((CORE,), ())


def test_a_group_of_another_vendor_is_not_aws_s() -> None:
    rule = group(CORE, 0)
    rule["Statement"]["ManagedRuleGroupStatement"]["VendorName"] = "Other"
    assert revised([rule], [CORE], acting=True).added == (CORE,)
