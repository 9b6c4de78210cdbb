"""Which lanes an endpoint serves, and which tables its policy lets through.

A gateway endpoint serves the subnets whose route table it is in. Its own lane is the one it was given, else that of all subnets it serves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from dynasec.iam.actions import capabilities, catalogue, resource_types
from dynasec.iam.decision import Outcome
from dynasec.model.network import Endpoint, Network, Subnet
from dynasec.model.table import Table
from dynasec.semantics.endpoint_request import Gate, Side
from dynasec.semantics.placement import Placement
from dynasec.semantics.shared_paths import is_served, place_of

_INDEX: Final = "some-index"


def lanes_served(
    network: Network, endpoint: Endpoint, placement: Placement
) -> Mapping[str | None, tuple[str, ...]]:
    """Return the lanes (lower case) of the subnets that an endpoint serves, each with its subnets; None holds those without.

    Raises:
        Unknown: subnets, their route tables or their VPC could not be read.

    """
    found: dict[str | None, list[str]] = {}
    for subnet in network.subnets.complete():
        if is_served(network, endpoint, subnet):
            found.setdefault(_lane(placement, network, subnet), []).append(subnet.subnet_id)
    return {lane: tuple(ids) for lane, ids in found.items()}


def lane_of_endpoint(network: Network, endpoint: Endpoint, placement: Placement) -> str | None:
    """Return the lane (lower case) that an endpoint belongs to; None where nobody gave it one and its subnets do not agree.

    Raises:
        Unknown: as `lanes_served`, where the endpoint was not given a lane itself.

    """
    own = placement.lane(endpoint)
    if own is not None:
        return own.casefold()
    lanes = set(lanes_served(network, endpoint, placement))
    return lanes.pop() if len(lanes) == 1 else None


def _lane(placement: Placement, network: Network, subnet: Subnet) -> str | None:
    return place_of(placement.lane, network, subnet)


def reaches(gate: Gate, table: Table, tags: Mapping[str, str]) -> bool | None:
    """Whether the policy lets a principal of the account do something to a table; None where nobody can tell.

    `tags` are the table's in force: none where access control by tags is off.
    """
    side = Side(table.account)
    undecided = False
    for caller in gate.callers(table.account):
        for resource, actions in _asked(gate, table):
            for group in gate.groups(actions):
                decision = gate.decide(caller, group[0], resource, of=side, to=side, tags=tags)
                if decision.outcome in {Outcome.ALLOWED, Outcome.CONDITIONAL}:
                    return True
                undecided = undecided or decision.outcome is Outcome.UNKNOWN
    return None if undecided else False


def _asked(gate: Gate, table: Table) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Yield the table, an index and a stream of it, with the actions that read, write or change each."""
    sensitive = [action for action in sorted(catalogue("dynamodb")) if capabilities(action)]
    for kind, below in (
        ("table", ""),
        ("index", f"/index/{_INDEX}"),
        ("stream", "/stream/2026-01-01T00:00:00.000"),
    ):
        if gate.serves_streams and kind != "stream":
            continue
        fitting = (action for action in sensitive if kind in (resource_types(action) or {kind}))
        yield f"{table.arn}{below}", tuple(fitting)
