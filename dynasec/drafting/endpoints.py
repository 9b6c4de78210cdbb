"""States and calls for VPC endpoints.

An endpoint's id is never given twice, so that the id pins the thing itself. One that a service manages cannot be changed by others:
https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html, API_VpcEndpoint (RequesterManaged).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from dynasec.change import CHANGE_TAG_KEY, Call, Identity, State, change_tag, result, token
from dynasec.model.network import Endpoint, Vpc

_READ: Final = "ec2:DescribeVpcEndpoints"
_LEFT: Final = "VpcEndpoints[?State!='deleted' && State!='deleting' && State!='Deleted' && State!='Deleting']"
_OURS: Final[Mapping[str, Any]] = {f"tag:{CHANGE_TAG_KEY}": change_tag()}


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


def no_endpoint_of(vpc: Vpc) -> State:
    """Return that the VPC has no gateway endpoint of DynamoDB."""
    filters = {"vpc-id": vpc.vpc_id, "service-name": _service(vpc), "vpc-endpoint-type": "Gateway"}
    return _found(filters, {f"length({_LEFT})": 0})


def no_routes_to(list_id: str, tables: Sequence[str]) -> State:
    """Return that the route tables (ids) are there, without a route to a prefix list."""
    there = f"RouteTables[].Routes[?DestinationPrefixListId=='{list_id}'][]"
    return State(
        operation="ec2:DescribeRouteTables",
        params={"RouteTableIds": list(tables)},
        facts={"sort(RouteTables[].RouteTableId)": sorted(tables), f"length({there})": 0},
    )


def created_endpoint(tables: Sequence[str]) -> State:
    """Return that the endpoint this change made is in these route tables (ids) and carries packets."""
    facts = {
        "VpcEndpoints[0].State": "available",
        "sort(VpcEndpoints[].RouteTableIds[])": sorted(tables),
    }
    return _found(_OURS, facts)


def creation(vpc: Vpc, tables: Sequence[str], policy: str) -> Call:
    """Return the call that makes a gateway endpoint of DynamoDB. A token that was seen makes no second one."""
    name = result("endpoint", "VpcEndpoint.VpcEndpointId")
    tags = [{"Key": CHANGE_TAG_KEY, "Value": change_tag()}]
    undo = Call(
        operation="ec2:DeleteVpcEndpoints",
        params={"VpcEndpointIds": [name]},
        identity=Identity.SET_STATE,
        answer={"length(Unsuccessful || `[]`)": 0},
        done=_found(_OURS, {f"length({_LEFT})": 0}),
    )
    return Call(
        operation="ec2:CreateVpcEndpoint",
        name="endpoint",
        params={
            "VpcEndpointType": "Gateway",
            "VpcId": vpc.vpc_id,
            "ServiceName": _service(vpc),
            "RouteTableIds": list(tables),
            "PolicyDocument": policy,
            "ClientToken": token("endpoint"),
            "TagSpecifications": [{"ResourceType": "vpc-endpoint", "Tags": tags}],
        },
        identity=Identity.TOKEN,
        done=created_endpoint(tables),
        adopt={"VpcEndpoint.VpcEndpointId": "VpcEndpoints[0].VpcEndpointId"},
        undo=(undo,),
        permissions=("ec2:CreateTags",),
    )


def _service(vpc: Vpc) -> str:
    return f"com.amazonaws.{vpc.region}.dynamodb"


def _found(filters: Mapping[str, Any], facts: dict[str, Any]) -> State:
    """Return what listing the endpoints that pass filters shows; one that is deleted may be shown for a while."""
    wanted = [{"Name": key, "Values": [value]} for key, value in filters.items()]
    return State(operation=_READ, params={"Filters": wanted}, facts=facts)


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
