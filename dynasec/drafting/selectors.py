"""Event selectors of trails, extended: basic ones become the advanced ones that select the same, and nothing is dropped.

See https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html and `AdvancedFieldSelector` of the
CloudTrail API reference, which allows 500 values over all selectors of a trail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from dynasec.model.shape import JsonObject

MOST_VALUES: Final = 500
"""Values that all selectors of a trail may have together."""

_PREFIXES: Final = frozenset({"AWS::S3::Object"})
"""Types whose basic values are beginnings of ARNs; the others' are ARNs, or a service's beginning for all."""
_WHOLE_ARN: Final = 4
"""Parts of an ARN that names more than its service."""

Selector = dict[str, Any]


def advanced(basic: Sequence[JsonObject]) -> list[Selector]:
    """Return advanced selectors that select what basic ones do."""
    return [selector for one in basic for selector in _advanced(one)]


def tables(arns: Iterable[str], name: str) -> Selector:
    """Return a selector of all item-level events of tables."""
    return {
        "Name": name,
        "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::DynamoDB::Table"]},
            {"Field": "resources.ARN", "Equals": sorted(arns)},
        ],
    }


def values_in(selectors: Iterable[Mapping[str, Any]]) -> int:
    """Return how many values selectors have together."""
    return sum(
        len(values)
        for selector in selectors
        for condition in selector.get("FieldSelectors") or ()
        for operator, values in condition.items()
        if operator != "Field"
    )


def _advanced(basic: JsonObject) -> Iterator[Selector]:
    reading = _read_only(basic.get("ReadWriteType", "All"))
    if basic.get("IncludeManagementEvents", True):
        excluded = list(basic.get("ExcludeManagementEventSources") or ())
        yield {
            "Name": "Management events",
            "FieldSelectors": [
                {"Field": "eventCategory", "Equals": ["Management"]},
                *reading,
                *([{"Field": "eventSource", "NotEquals": excluded}] if excluded else []),
            ],
        }
    for resource in basic.get("DataResources") or ():
        kind, values = str(resource["Type"]), [str(value) for value in resource.get("Values") or ()]
        if values:
            yield {
                "Name": f"Data events of {kind}",
                "FieldSelectors": [
                    {"Field": "eventCategory", "Equals": ["Data"]},
                    {"Field": "resources.type", "Equals": [kind]},
                    *reading,
                    *_arns(kind, values),
                ],
            }


def _read_only(kind: str) -> list[Selector]:
    if kind == "All":
        return []
    return [{"Field": "readOnly", "Equals": ["true" if kind == "ReadOnly" else "false"]}]


def _arns(kind: str, values: list[str]) -> list[Selector]:
    if any(len(value.rstrip(":").split(":")) < _WHOLE_ARN for value in values):
        return []  # "arn:aws:s3": all of them
    operator = "StartsWith" if kind in _PREFIXES else "Equals"
    return [{"Field": "resources.ARN", operator: values}]
