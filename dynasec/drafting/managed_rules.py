"""Puts AWS's managed rule groups among a web ACL's own rules, to count or to act; what is there keeps its place. Pure.

See https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html for the groups and their capacity units, and
https://docs.aws.amazon.com/waf/latest/developerguide/aws-waf-capacity-units.html for what a web ACL can hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dynasec.change import Json
from dynasec.semantics.web_acl_rules import managed_group, tamed

UNITS: Final = {
    "AWSManagedRulesCommonRuleSet": 700,
    "AWSManagedRulesKnownBadInputsRuleSet": 200,
    "AWSManagedRulesSQLiRuleSet": 200,
    "AWSManagedRulesAmazonIpReputationList": 25,
}
"""Capacity units of the groups; AWS does not change those of a group."""
MOST_UNITS: Final = 5_000
INCLUDED_UNITS: Final = 1_500
"""Capacity units that the price of requests includes."""


@dataclass(frozen=True, slots=True)
class Revision:
    """Rules as they would be. `added` and `released` are groups that are new, and that act where they only counted.

    `counting` are those that count and are left so, `undecided` those of which somebody tamed single rules: for a person to judge.
    """

    rules: list[Json]
    added: tuple[str, ...]
    released: tuple[str, ...]
    counting: tuple[str, ...]
    undecided: tuple[str, ...]

    @property
    def units(self) -> int:
        """The capacity units that come on top."""
        return sum(UNITS[name] for name in self.added)


def revised(rules: Sequence[Json], groups: Sequence[str], *, acting: bool) -> Revision:
    """Return rules that run these groups, which do not act yet: all of them in Count, or each with the actions that AWS gave its rules.

    New ones come last, so that their labels change nothing for the rules that are there, and an Allow before them stays one.
    """
    made = list(rules)
    sorts: dict[str, list[str]] = {"added": [], "released": [], "counting": [], "undecided": []}
    for name in groups:
        places = [place for place, rule in enumerate(made) if _runs(rule, name)]
        whole = [place for place in places if not tamed(managed_group(made[place]) or {})]
        if not places:
            made.append(_new(name, made, acting=acting))
            sorts["added"].append(name)
        elif not whole:
            sorts["undecided"].append(name)
        elif acting:
            first = min(whole, key=lambda place: int(made[place]["Priority"]))
            made[first] = {**made[first], "OverrideAction": {"None": {}}}
            sorts["released"].append(name)
        else:
            sorts["counting"].append(name)
    return Revision(made, **{sort: tuple(names) for sort, names in sorts.items()})


def _runs(rule: Json, name: str) -> bool:
    group = managed_group(rule)
    return group is not None and group["Name"] == name


def _new(name: str, rules: Sequence[Json], *, acting: bool) -> Json:
    taken = {str(rule["Name"]) for rule in rules}
    names = (f"AWS-{name}{suffix}" for suffix in ("", *(f"-{number}" for number in range(2, len(rules) + 3))))
    called = next(one for one in names if one not in taken)
    return {
        "Name": called,
        "Priority": max((int(rule["Priority"]) for rule in rules), default=-1) + 1,
        "Statement": {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": name}},
        "OverrideAction": {"None": {}} if acting else {"Count": {}},
        "VisibilityConfig": {
            "SampledRequestsEnabled": True,
            "CloudWatchMetricsEnabled": True,
            "MetricName": called,
        },
    }
