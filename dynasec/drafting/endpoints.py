"""States and calls for VPC endpoints.

An endpoint's id is never given twice, so that the id pins the thing itself. One that a service manages cannot be changed by others:
https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html, API_VpcEndpoint (RequesterManaged).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dynasec.change import Call, Identity, State
from dynasec.model.network import Endpoint

_READ = "ec2:DescribeVpcEndpoints"


def same_endpoint(endpoint: Endpoint) -> State:
    """Return that the endpoint is there, of the same VPC and service, in its state, and the account's own to change."""
    return _state(
        endpoint,
        {
            "VpcEndpoints[0].VpcEndpointId": endpoint.vpc_endpoint_id,
            "VpcEndpoints[0].VpcId": endpoint.vpc_id,
            "VpcEndpoints[0].ServiceName": endpoint.service_name,
            "VpcEndpoints[0].State": endpoint.state,
            "VpcEndpoints[0].RequesterManaged || `false`": False,
        },
        always=True,
    )


def policy_is(endpoint: Endpoint, text: str | None) -> State:
    """Return that the endpoint's policy says this."""
    return _state(endpoint, {"VpcEndpoints[0].PolicyDocument": text})


def in_tables(endpoint: Endpoint, tables: Iterable[str]) -> State:
    """Return that the gateway endpoint is in these route tables (ids) and in no other."""
    return _state(endpoint, {"sort(VpcEndpoints[].RouteTableIds[])": sorted(tables)})


def policy_call(endpoint: Endpoint, text: str, undo: tuple[Call, ...] = ()) -> Call:
    """Return the call that gives an endpoint a policy. ResetPolicy would mean full access, not the policy before."""
    return _modify(endpoint, {"PolicyDocument": text}, policy_is(endpoint, text), undo)


def routes_call(endpoint: Endpoint, tables: tuple[str, ...]) -> Call:
    """Return the call that puts a gateway endpoint into more route tables (ids)."""
    old = endpoint.route_table_ids
    back = _modify(endpoint, {"RemoveRouteTableIds": list(tables)}, in_tables(endpoint, old))
    return _modify(
        endpoint, {"AddRouteTableIds": list(tables)}, in_tables(endpoint, (*old, *tables)), (back,)
    )


def _modify(endpoint: Endpoint, params: dict[str, Any], done: State, undo: tuple[Call, ...] = ()) -> Call:
    return Call(
        operation="ec2:ModifyVpcEndpoint",
        params={"VpcEndpointId": endpoint.vpc_endpoint_id, **params},
        identity=Identity.SET_STATE,
        answer={"Return": True},
        done=done,
        undo=undo,
    )


def _state(endpoint: Endpoint, facts: dict[str, Any], *, always: bool = False) -> State:
    params = {"VpcEndpointIds": [endpoint.vpc_endpoint_id]}
    return State(operation=_READ, params=params, facts=facts, always=always)
