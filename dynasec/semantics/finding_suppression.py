"""Whether a filter of GuardDuty's keeps a kind of finding from everybody: archived findings are not sent to EventBridge.

Follows https://docs.aws.amazon.com/guardduty/latest/ug/findings_suppression-rule.html and, for the operators, the `Condition` of
https://docs.aws.amazon.com/guardduty/latest/APIReference/API_Condition.html.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from dynasec.iam.matching import Pattern
from dynasec.iam.ternary import Ternary, all_of
from dynasec.model.detection import SuppressionFilter
from dynasec.model.fact import Gap
from dynasec.semantics.delivery import Delivery

_KINDS: Final = frozenset(
    {"type", "severity", "accountId", "region", "resource.resourceType", "service.archived"}
)
"""Criteria that pick kinds of findings; the others pick the things that findings are about."""

_COMPARISONS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "Gt": operator.gt,
    "GreaterThan": operator.gt,
    "Gte": operator.ge,
    "GreaterThanOrEqual": operator.ge,
    "Lt": operator.lt,
    "LessThan": operator.lt,
    "Lte": operator.le,
    "LessThanOrEqual": operator.le,
}


def unsuppressed(filters: Iterable[SuppressionFilter], event: Mapping[str, Any], region: str) -> Delivery:
    """Tell whether a finding, given as its event, passes all filters.

    A filter that picks single resources, callers or addresses silences what somebody looked at; the kind of finding is still told.
    """
    unclear: list[Gap] = []
    for suppression in filters:
        answer = _matches(suppression, event["detail"])
        if answer is Ternary.TRUE:
            return Delivery.broken(f"GuardDuty's filter {suppression.name} archives it")
        if answer is Ternary.UNKNOWN:
            message = f"what GuardDuty's filter {suppression.name} archives cannot be told"
            unclear.append(Gap("guardduty:GetFilter", "NotVerifiable", message, region))
    return Delivery.unknown(*unclear) if unclear else Delivery.works()


def _matches(suppression: SuppressionFilter, finding: Mapping[str, Any]) -> Ternary:
    if suppression.action != "ARCHIVE":
        return Ternary.FALSE
    criterion: Any = json.loads(suppression.criteria).get("Criterion", {})
    return all_of(
        _holds(field, name, operand, finding)
        for field, conditions in criterion.items()
        for name, operand in conditions.items()
    )


def _holds(field: str, name: str, operand: Any, finding: Mapping[str, Any]) -> Ternary:  # noqa: ANN401 - JSON
    if field not in _KINDS:
        return Ternary.FALSE if name in {"Eq", "Equals"} else Ternary.UNKNOWN
    value = _value(field, finding)
    if name in _COMPARISONS:
        return Ternary.of(field == "severity" and _COMPARISONS[name](float(value), operand))
    test = _TESTS.get(name)
    return Ternary.UNKNOWN if test is None else Ternary.of(test(value, operand))


def _value(field: str, finding: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    value: Any = finding
    for part in field.split("."):
        value = value.get(part)
    return value


def _same(value: object, wanted: str) -> bool:
    """Compare as GuardDuty does: criteria are text, whatever the field holds."""
    if isinstance(value, bool):
        return str(value).lower() == wanted.lower()
    if isinstance(value, int | float):
        return _number(wanted) == value
    return value == wanted


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _any_same(value: object, wanted: Iterable[str]) -> bool:
    return any(_same(value, one) for one in wanted)


def _any_like(value: object, wanted: Iterable[str]) -> bool:
    return any(Pattern.of(one).matches(str(value)) for one in wanted)


_TESTS: Final[Mapping[str, Callable[[object, Iterable[str]], bool]]] = {
    "Eq": _any_same,
    "Equals": _any_same,
    "Matches": _any_like,
    "Neq": lambda value, wanted: not _any_same(value, wanted),
    "NotEquals": lambda value, wanted: not _any_same(value, wanted),
    "NotMatches": lambda value, wanted: not _any_like(value, wanted),
}
