"""Whether logs take in the calls of DynamoDB that a VPC endpoint's policy refused.

They are network activity events with the error code VpceAccessDenied, which only advanced selectors select, by `eventCategory` and
`eventSource`, and if they like by `eventName`, `errorCode` and `vpcEndpointId`:
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-network-events-with-cloudtrail.html.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from dynasec.model.shape import JsonObject
from dynasec.model.trail import EventSelectors
from dynasec.semantics.event_log import Cover
from dynasec.semantics.event_selector import Logged, TableCoverage

_OPERATORS: Final[Mapping[str, tuple[Callable[[str, str], bool], bool]]] = {
    "Equals": (str.__eq__, True),
    "StartsWith": (str.startswith, True),
    "EndsWith": (str.endswith, True),
    "NotEquals": (str.__eq__, False),
    "NotStartsWith": (str.startswith, False),
    "NotEndsWith": (str.endswith, False),
}
"""Operator to its comparison, and whether it includes what compares."""


def denials_at(endpoint_id: str) -> Cover:
    """Return what tells whether selectors log every refusal of an endpoint; reads and writes are one here."""

    def cover(selectors: Sequence[EventSelectors]) -> TableCoverage:
        logged = any(_selects(selector, endpoint_id) for one in selectors for selector in one.advanced)
        told = Logged.YES if logged else Logged.NO
        return TableCoverage(told, told)

    return cover


def _selects(selector: JsonObject, endpoint_id: str) -> bool:
    """Tell whether one selector takes in all refusals: a condition on anything else, the call's name for instance, picks some."""
    event = {
        "eventCategory": "NetworkActivity",
        "eventSource": "dynamodb.amazonaws.com",
        "errorCode": "VpceAccessDenied",
        "vpcEndpointId": endpoint_id,
    }
    conditions: Sequence[Mapping[str, Any]] = selector.get("FieldSelectors") or ()
    fields = {str(one.get("Field")) for one in conditions}
    if not {"eventCategory", "eventSource"} <= fields <= event.keys():
        return False
    return all(_holds(one, event[str(one["Field"])]) for one in conditions)


def _holds(condition: Mapping[str, Any], actual: str) -> bool:
    """Tell whether one condition holds: any of the including values, and none of the excluding ones."""
    asked = [(name, values) for name, values in condition.items() if values and name != "Field"]
    if not asked or any(name not in _OPERATORS for name, _ in asked):
        return False
    including = [hit for hit, includes in _hits(asked, actual) if includes]
    excluding = [hit for hit, includes in _hits(asked, actual) if not includes]
    return (any(including) or not including) and not any(excluding)


def _hits(asked: Sequence[tuple[str, Any]], actual: str) -> list[tuple[bool, bool]]:
    return [
        (_OPERATORS[name][0](actual, str(value)), _OPERATORS[name][1])
        for name, values in asked
        for value in values
    ]
