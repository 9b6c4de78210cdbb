"""Whether an event on a Region's default event bus comes to anybody's ears.

Somebody hears of it where an enabled rule's pattern matches it and one of the rule's targets is proven to receive it. Service events,
and calls of APIs by way of CloudTrail, reach the default bus only: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event.html.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from dynasec.model.detection import Detection, Rule
from dynasec.model.fact import Gap, malformed
from dynasec.model.key import Key
from dynasec.semantics.alert_target import NOT_VERIFIABLE, TargetJudge
from dynasec.semantics.delivery import Delivery, best
from dynasec.semantics.event_pattern import MalformedPattern, Pattern, parse

ALL_MANAGEMENT_EVENTS: Final = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"

_RULES: Final = "events:ListRules"


class AlertWiring:
    """The rules of one Region's default bus, and what they lead to."""

    def __init__(self, detection: Detection, key_of: Callable[[str, str], Key | None]) -> None:
        self._rules = detection.rules
        self._targets = TargetJudge(detection, key_of)
        self._patterns = [(rule, pattern) for rule in detection.rules.items if (pattern := _pattern(rule))]
        self._judged: dict[str, Delivery] = {}

    def delivery(self, event: Mapping[str, Any]) -> Delivery:
        """Tell whether somebody hears of an event, given as its whole envelope."""
        paths: list[Delivery] = []
        for rule, pattern in self._patterns:
            if isinstance(pattern, Gap):
                paths.append(Delivery.unknown(pattern))
            elif pattern.matches(event):
                paths.append(self._rule(rule, event))
        if self._rules.gap is not None:
            paths.append(Delivery.unknown(self._rules.gap))
        return best(paths) if paths else Delivery.broken("no rule of the default event bus matches")

    def _rule(self, rule: Rule, event: Mapping[str, Any]) -> Delivery:
        if rule.state == "DISABLED":
            return Delivery.broken(f"rule {rule.name} is disabled")
        if rule.state not in {"ENABLED", ALL_MANAGEMENT_EVENTS}:
            gap = Gap(_RULES, NOT_VERIFIABLE, f"rule {rule.name} is in the state {rule.state}", rule.region)
            return Delivery.unknown(gap)
        if _is_read_only_call(event) and rule.state != ALL_MANAGEMENT_EVENTS:
            return Delivery.broken(f"rule {rule.name} is not in the state that sees read-only calls")
        if rule.arn not in self._judged:
            self._judged[rule.arn] = self._reach(rule)
        return self._judged[rule.arn]

    def _reach(self, rule: Rule) -> Delivery:
        paths = [self._targets.judge(target, rule) for target in rule.targets.items]
        if rule.targets.gap is not None:
            paths.append(Delivery.unknown(rule.targets.gap))
        return best(paths) if paths else Delivery.broken(f"rule {rule.name} has no target")


def _pattern(rule: Rule) -> Pattern | Gap | None:
    if rule.event_pattern is None:
        return None
    try:
        return parse(rule.event_pattern)
    except MalformedPattern as problem:
        return malformed(_RULES, f"pattern of rule {rule.name}: {problem}", rule.region)


def _is_read_only_call(event: Mapping[str, Any]) -> bool:
    """Tell whether an event is a management call that changes nothing; EventBridge keeps these from ordinary rules."""
    detail: Mapping[str, Any] = event.get("detail", {})
    return (
        str(event.get("detail-type", "")).endswith("via CloudTrail")
        and detail.get("readOnly") is True
        and detail.get("managementEvent") is True
    )
