"""Whether a web ACL's rules include AWS's managed groups against what OWASP lists first, and whether these act or only count.

See https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html, and for what weakens a group
https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-rule-group-override-options.html. Rules are evaluated in the order given; an
Allow ends the evaluation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

BASELINE: Final = (
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
    "AWSManagedRulesAmazonIpReputationList",
)

_Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Protection:
    """What the rules amount to.

    `lacking` says per group what is wrong, `doubts` what the rules alone cannot decide; `idle` are the names of the groups that lack.
    """

    lacking: tuple[str, ...]
    doubts: tuple[str, ...]
    idle: tuple[str, ...] = ()


def protection(text: str) -> Protection:
    """Judge the rules of a web ACL, JSON text as in `WebAcl.rules`.

    Raises:
        ValueError: the text is no list of rules.
        LookupError: a member that AWS requires is missing.

    """
    read: Any = json.loads(text)
    if not isinstance(read, list):
        msg = "the rules are no list"
        raise ValueError(msg)  # noqa: TRY004 - the text is what AWS gave, not an argument of a wrong type
    wrong: dict[str, str] = {}
    doubtful: dict[str, list[str]] = {}
    passed_over: list[str] = []
    for rule in cast("list[_Json]", read):
        group = managed_group(rule)
        name = "" if group is None else str(group["Name"])
        if group is None or name not in BASELINE:
            passed_over += _lets_past(rule, group)
        elif problem := _weakness(rule, group):
            wrong.setdefault(name, f"{name} {problem}")
        else:
            own = ["has a scope-down statement"] if "ScopeDownStatement" in group else []
            doubts = [f"{name} {doubt}" for doubt in own] + [
                f"{one} may let requests past {name}" for one in passed_over
            ]
            doubtful[name] = min(doubtful.get(name, doubts), doubts, key=len)
    idle = tuple(name for name in BASELINE if name not in doubtful)
    missing = (wrong.get(name, f"{name} is missing") for name in idle)
    return Protection(tuple(missing), tuple(doubt for name in doubtful for doubt in doubtful[name]), idle)


def managed_group(rule: _Json) -> _Json | None:
    """Return AWS's group that a rule runs, whoever put it there; None for any other rule."""
    statement: _Json = rule.get("Statement") or rule["FirewallManagerStatement"]
    group: _Json | None = statement.get("ManagedRuleGroupStatement")
    return group if group is not None and group["VendorName"] == "AWS" else None


def _weakness(rule: _Json, group: _Json) -> str:
    if "None" not in rule["OverrideAction"]:
        return "only counts"
    tame = tamed(group)
    return f"does not act by {', '.join(tame)}" if tame else ""


def tamed(group: _Json) -> tuple[str, ...]:
    """Return the names of a group's rules that were excluded, or overridden to count or to allow."""
    excluded = (str(one["Name"]) for one in group.get("ExcludedRules") or ())
    return (*excluded, *(one for one, action in _overrides(group) if action in {"Count", "Allow"}))


def _overrides(group: _Json) -> Iterator[tuple[str, str]]:
    """Yield the group's rules whose action was changed, each with its new action."""
    for override in group.get("RuleActionOverrides") or ():
        action: _Json = override["ActionToUse"]
        yield str(override["Name"]), next(iter(action))


def _lets_past(rule: _Json, group: _Json | None) -> list[str]:
    """Return the rule's name where it may end the evaluation with an Allow: its own, or that of a group whose rules are not seen."""
    if group is not None:  # AWS's own groups block, count or label; an override may make one allow
        allows = any(action == "Allow" for _, action in _overrides(group))
    elif "Action" in rule:
        allows = "Allow" in rule["Action"]
    else:
        allows = "Count" not in rule.get("OverrideAction", {})
    return [f"rule {rule['Name']}"] if allows else []
