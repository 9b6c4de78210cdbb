"""The actions of either plane, as a DynamoDB endpoint's policy names them. Streams are an API with endpoints of its own.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/privatelink-streams.html (streams: interface endpoints only)
"""

from __future__ import annotations

from functools import cache

from dynasec.iam.actions import DATA_READ, DATA_WRITE, STREAM, capabilities, catalogue, resource_types

_OF_SERVICES = frozenset({"dynamodb:ReadDataForReplication", "dynamodb:WriteDataForReplication"})
DISCOVERY = "dynamodb:DescribeEndpoints"


@cache
def items() -> frozenset[str]:
    """Return the actions that read or write items."""
    return ((DATA_READ | DATA_WRITE) & catalogue("dynamodb")) - _OF_SERVICES - STREAM


@cache
def metadata() -> frozenset[str]:
    """Return the actions that only tell of tables; clients of either plane use them."""
    return frozenset(action for action in catalogue("dynamodb") if not capabilities(action))


@cache
def plane(tier: str) -> frozenset[str]:
    """Return what a tier may do: "app" uses items, "control" changes tables; both may ask what tables there are."""
    if tier == "app":
        return items() | metadata()
    return catalogue("dynamodb") - items() - _OF_SERVICES - STREAM


@cache
def without_resource() -> frozenset[str]:
    """Return the actions that name no resource, so that policies allow them on `*` only."""
    return frozenset(action for action in catalogue("dynamodb") if resource_types(action) == frozenset())


def on_global_tables(action: str) -> bool:
    """Whether an action works on global tables of the first kind, which have ARNs of their own."""
    return "global-table" in (resource_types(action) or ())
